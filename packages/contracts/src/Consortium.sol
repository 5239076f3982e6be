// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {ITransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {DirectoryClient} from "./AccountContext.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IIntake} from "./interfaces/IIntake.sol";
import {Ballots} from "./libraries/Ballots.sol";
import {ROLES_ADMINISTERING, Role} from "./types/Role.sol";

/// @title Consortium
/// @dev Documentation, events and errors: IConsortium.
contract Consortium is IConsortium, DirectoryClient {
    using Ballots for Ballots.Box;

    /// @notice Contracts in the list (M1): bounds what `names` returns.
    uint256 public constant NAMES_MAX = 64;

    /// @notice Between enough votes and new code, so that everybody can read it, and act or leave before (M3).
    uint48 public constant WAIT_SECONDS = 7 days;

    /// @notice From the end of the wait to the last moment of execution.
    uint48 public constant EXECUTION_SECONDS = 30 days;

    /// @dev What a vote is about: the first part of each proposal's hash, so that no vote counts for another question.
    enum Question {
        Upgrade,
        Rejection,
        Enrolment,
        Pause
    }

    /// @dev `version` is part of every proposal about the code, `pauseCount` of every one about a pause: once decided, the votes
    /// for it are void. Otherwise whoever had not voted yet could bring an old code back alone.
    struct Listed {
        address target;
        bool pausable;
        uint32 version;
        uint32 pauseCount;
        address proxyAdmin;
    }

    mapping(bytes32 name => Listed) private _listed;
    bytes32[] private _names;
    Ballots.Box private _ballots;

    /// @dev Unix seconds; zero while too few have voted.
    mapping(bytes32 proposal => uint48) private _readyAt;

    constructor(address intake_, IDirectory directory_, Listing[] memory listings)
        DirectoryClient(intake_, directory_)
    {
        for (uint256 i = 0; i < listings.length; ++i) {
            _enrol(listings[i]);
        }
    }

    /// @inheritdoc IConsortium
    function voteUpgrade(bytes32 name, address implementation, bytes calldata data) external {
        address voter = _voting();
        _requireUpgradeable(name);
        if (implementation.code.length == 0) revert ConsortiumCodeInvalid(implementation);
        bytes32 proposal = _upgradeOf(name, implementation, data);
        (uint32 votes, uint32 threshold) = (_voteToWait(proposal, voter), _twoThirds());
        emit UpgradeVoted(name, implementation, voter, data, votes, threshold);
        if (votes < threshold) return;
        emit UpgradeReady(name, implementation, data, _startWait(proposal));
    }

    /// @inheritdoc IConsortium
    function executeUpgrade(bytes32 name, address implementation, bytes calldata data) external {
        Listed storage listed = _requireUpgradeable(name);
        _requireReady(_upgradeOf(name, implementation, data));
        uint32 version = ++listed.version;
        emit UpgradeExecuted(name, implementation, version);
        ProxyAdmin(listed.proxyAdmin).upgradeAndCall(ITransparentUpgradeableProxy(listed.target), implementation, data);
    }

    /// @inheritdoc IConsortium
    function voteRejection(bytes32 name) external {
        address voter = _voting();
        Listed storage listed = _requireListed(name);
        (uint32 votes, uint32 threshold) = (_vote(_rejectionOf(name), voter), _half());
        emit RejectionVoted(name, voter, votes, threshold);
        if (votes < threshold) return;
        uint32 version = ++listed.version;
        emit UpgradesRejected(name, version);
    }

    /// @inheritdoc IConsortium
    function voteEnrolment(bytes32 name, address target, address proxyAdmin) external {
        address voter = _voting();
        _requireFree(name);
        _requireOwned(target, proxyAdmin);
        bytes32 proposal = _enrolmentOf(name, target, proxyAdmin);
        (uint32 votes, uint32 threshold) = (_voteToWait(proposal, voter), _twoThirds());
        emit EnrolmentVoted(name, target, voter, proxyAdmin, votes, threshold);
        if (votes < threshold) return;
        emit EnrolmentReady(name, target, proxyAdmin, _startWait(proposal));
    }

    /// @inheritdoc IConsortium
    function executeEnrolment(bytes32 name, address target, address proxyAdmin) external {
        _requireFree(name);
        _requireReady(_enrolmentOf(name, target, proxyAdmin));
        _enrol(Listing(name, target, proxyAdmin, true));
        IIntake(intake).addTarget(target);
    }

    /// @inheritdoc IConsortium
    function votePause(bytes32 name, bool paused) external {
        address voter = _voting();
        Listed storage listed = _requireListed(name);
        if (!listed.pausable) revert ConsortiumNotPausable(name);
        if (IIntake(intake).isPaused(listed.target) == paused) revert ConsortiumPauseUnchanged(name, paused);
        (uint32 votes, uint32 threshold) = (_vote(_pauseOf(name, paused), voter), _half());
        emit PauseVoted(name, voter, paused, votes, threshold);
        if (votes < threshold) return;
        ++listed.pauseCount;
        emit PauseChanged(name, paused);
        IIntake(intake).setPaused(listed.target, paused);
    }

    /// @inheritdoc IConsortium
    function listingOf(bytes32 name) external view returns (Listing memory) {
        Listed storage listed = _requireListed(name);
        return Listing(name, listed.target, listed.proxyAdmin, listed.pausable);
    }

    /// @inheritdoc IConsortium
    function names() external view returns (bytes32[] memory) {
        return _names;
    }

    /// @inheritdoc IConsortium
    function versionOf(bytes32 name) external view returns (uint32) {
        return _listed[name].version;
    }

    /// @inheritdoc IConsortium
    function upgradeVotes(bytes32 name, address implementation, bytes calldata data)
        external
        view
        returns (uint32 votes, uint32 threshold, uint48 readyAt)
    {
        bytes32 proposal = _upgradeOf(name, implementation, data);
        return (_ballots.votesFor(proposal), _twoThirds(), _readyAt[proposal]);
    }

    /// @inheritdoc IConsortium
    function enrolmentVotes(bytes32 name, address target, address proxyAdmin)
        external
        view
        returns (uint32 votes, uint32 threshold, uint48 readyAt)
    {
        bytes32 proposal = _enrolmentOf(name, target, proxyAdmin);
        return (_ballots.votesFor(proposal), _twoThirds(), _readyAt[proposal]);
    }

    /// @inheritdoc IConsortium
    function rejectionVotes(bytes32 name) external view returns (uint32 votes, uint32 threshold) {
        return (_ballots.votesFor(_rejectionOf(name)), _half());
    }

    /// @inheritdoc IConsortium
    function pauseVotes(bytes32 name, bool paused) external view returns (uint32 votes, uint32 threshold) {
        return (_ballots.votesFor(_pauseOf(name, paused)), _half());
    }

    function _enrol(Listing memory listing) private {
        _listed[listing.name] = Listed(listing.target, listing.pausable, 0, 0, listing.proxyAdmin);
        _names.push(listing.name);
        emit ContractEnrolled(listing.name, listing.target, listing.proxyAdmin, listing.pausable);
    }

    /// @dev A vote that counts towards a wait, and not once that has begun.
    function _voteToWait(bytes32 proposal, address voter) private returns (uint32) {
        uint48 readyAt = _readyAt[proposal];
        // What nobody executed in time is voted on anew, with the votes of a new round.
        if (readyAt != 0 && block.timestamp < readyAt + EXECUTION_SECONDS) revert ConsortiumAlreadyReady(readyAt);
        return _vote(proposal, voter);
    }

    function _vote(bytes32 proposal, address voter) private returns (uint32 votes) {
        votes = _ballots.cast(proposal, voter);
        if (votes == 0) revert ConsortiumAlreadyVoted(voter);
    }

    function _startWait(bytes32 proposal) private returns (uint48 readyAt) {
        readyAt = uint48(block.timestamp) + WAIT_SECONDS;
        _readyAt[proposal] = readyAt;
    }

    /// @dev The organisation that the caller votes for.
    function _voting() private view returns (address) {
        address account = _account();
        (address organisation, Role role) = directory.affiliationOf(account);
        bool permitted = organisation == account || role.isIn(ROLES_ADMINISTERING);
        if (organisation == address(0) || !permitted) revert ConsortiumNotPermitted(account);
        return organisation;
    }

    function _requireListed(bytes32 name) private view returns (Listed storage listed) {
        listed = _listed[name];
        if (listed.target == address(0)) revert ConsortiumNameUnknown(name);
    }

    function _requireUpgradeable(bytes32 name) private view returns (Listed storage listed) {
        listed = _requireListed(name);
        if (listed.proxyAdmin == address(0)) revert ConsortiumNotUpgradeable(name);
    }

    function _requireFree(bytes32 name) private view {
        if (name == 0 || _listed[name].target != address(0)) revert ConsortiumNameTaken(name);
        if (_names.length >= NAMES_MAX) revert ConsortiumListFull(NAMES_MAX);
    }

    /// @dev Who could replace the code behind a listed address without a vote would be above all votes. Nothing on chain
    /// tells which proxy an admin belongs to: the voters read the code at `target`.
    function _requireOwned(address target, address proxyAdmin) private view {
        if (target.code.length == 0) revert ConsortiumCodeInvalid(target);
        if (proxyAdmin == address(0)) return;
        if (proxyAdmin.code.length == 0 || ProxyAdmin(proxyAdmin).owner() != address(this)) {
            revert ConsortiumCodeInvalid(proxyAdmin);
        }
    }

    function _requireReady(bytes32 proposal) private view {
        uint48 readyAt = _readyAt[proposal];
        if (readyAt == 0 || block.timestamp < readyAt) revert ConsortiumNotReady(readyAt);
        uint48 until = readyAt + EXECUTION_SECONDS;
        if (block.timestamp >= until) revert ConsortiumExpired(until);
    }

    /// @dev Commits to the code that was read, and not only to its address.
    function _upgradeOf(bytes32 name, address implementation, bytes calldata data) private view returns (bytes32) {
        bytes memory change =
            abi.encode(name, _listed[name].version, implementation, implementation.codehash, keccak256(data));
        return _proposalOf(Question.Upgrade, change);
    }

    function _rejectionOf(bytes32 name) private view returns (bytes32) {
        return _proposalOf(Question.Rejection, abi.encode(name, _listed[name].version));
    }

    function _enrolmentOf(bytes32 name, address target, address proxyAdmin) private view returns (bytes32) {
        return _proposalOf(Question.Enrolment, abi.encode(name, target, target.codehash, proxyAdmin));
    }

    function _pauseOf(bytes32 name, bool paused) private view returns (bytes32) {
        return _proposalOf(Question.Pause, abi.encode(name, _listed[name].pauseCount, paused));
    }

    /// @dev With the generation of standings: no vote of an organisation that has lost its say since is counted.
    function _proposalOf(Question question, bytes memory change) private view returns (bytes32) {
        return keccak256(abi.encode(directory.generation(), question, change));
    }

    /// @dev More than two thirds of the active organisations.
    function _twoThirds() private view returns (uint32) {
        return (directory.organisationCount() * 2) / 3 + 1;
    }

    /// @dev More than half of the active organisations.
    function _half() private view returns (uint32) {
        return directory.organisationCount() / 2 + 1;
    }
}
