// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {DirectoryClient} from "./AccountContext.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {INotary} from "./interfaces/INotary.sol";
import {ROLES_AUDITING, Role} from "./types/Role.sol";

/// @title Notary
/// @dev Documentation, events and errors: INotary. It repeats what was said and checks none of it: it knows neither
/// batches nor logs, so it stays as it is when they change.
contract Notary is INotary, DirectoryClient {
    mapping(address organisation => mapping(Kind => mapping(bytes32 subject => Finding))) private _findings;

    constructor(address intake_, IDirectory directory_) DirectoryClient(intake_, directory_) {}

    /// @inheritdoc INotary
    function attest(Kind kind, bytes32 subject, Result result, bytes32 report) external {
        (address attester, address organisation) = _attesting();
        if (subject == 0) revert NotarySubjectEmpty();
        if (kind == Kind.Store && uint256(subject) > type(uint160).max) revert NotarySubjectInvalid(subject);
        if (!_canBeFound(kind, result)) revert NotaryResultInvalid(kind, result);
        if (report == 0) revert NotaryReportEmpty();
        _findings[organisation][kind][subject] = Finding(attester, uint48(block.timestamp), result);
        emit ResultRecorded(organisation, subject, kind, attester, result, report);
    }

    /// @inheritdoc INotary
    function resultOf(address organisation, Kind kind, bytes32 subject) external view returns (Finding memory) {
        return _findings[organisation][kind][subject];
    }

    /// @dev The caller and its organisation, when it may attest.
    function _attesting() private view returns (address attester, address organisation) {
        attester = _account();
        Role role;
        (organisation, role) = directory.affiliationOf(attester);
        bool permitted = organisation == attester || role.isIn(ROLES_AUDITING);
        if (!permitted) revert NotaryNotPermitted(attester);
    }

    /// @dev N3. Only what has parts can contradict itself, and what a log's head does not fit has no original to be
    /// an alteration of.
    function _canBeFound(Kind kind, Result result) private pure returns (bool) {
        if (result == Result.None) return false;
        if (result == Result.Altered) return kind != Kind.AccessLog;
        if (result == Result.Inconsistent) return kind == Kind.Batch || kind == Kind.AccessLog;
        return true;
    }
}
