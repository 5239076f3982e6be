// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Notary
/// @notice What third parties found when they checked records, batches, logs and stores; anybody may read it.
/// @dev Rules N1-N6 in spec/notary.md.
interface INotary {
    /// @notice What was checked (N2).
    enum Kind {
        Record,
        Batch,
        AccessLog,
        Store
    }

    /// @notice What was found (N3). `None` is nothing said.
    enum Result {
        None,
        Intact,
        Altered,
        Missing,
        Inconsistent,
        Inconclusive
    }

    /// @notice An organisation's latest finding.
    /// @param attester Who found it, for the organisation.
    /// @param recordedAt Unix seconds of the block.
    struct Finding {
        address attester;
        uint48 recordedAt;
        Result result;
    }

    /// @notice `attester` found this, for `organisation`; `report` is the SHA-256 of the report.
    event ResultRecorded(
        address indexed organisation,
        bytes32 indexed subject,
        Kind indexed kind,
        address attester,
        Result result,
        bytes32 report
    );

    /// @notice `account` is no active organisation and no auditor of one.
    error NotaryNotPermitted(address account);
    /// @notice What was checked has a name that is not zero.
    error NotarySubjectEmpty();
    /// @notice The subject of a sweep is an organisation's account, padded on the left.
    error NotarySubjectInvalid(bytes32 subject);
    /// @notice A finding rests on a report.
    error NotaryReportEmpty();
    /// @notice Such a thing cannot be found of this kind of subject (N3).
    error NotaryResultInvalid(Kind kind, Result result);

    /// @notice Records what the caller found. A later finding takes its place; events keep every one.
    /// @dev N1-N4. By an active organisation or its auditor.
    /// @param subject Leaf hash, batch number, head of a log, or account of an organisation (N2).
    /// @param report SHA-256 of the report; not zero.
    /// @custom:reverts NotaryNotPermitted(account)
    /// @custom:reverts NotarySubjectEmpty()
    /// @custom:reverts NotarySubjectInvalid(subject)
    /// @custom:reverts NotaryResultInvalid(kind, result)
    /// @custom:reverts NotaryReportEmpty()
    /// @custom:emits ResultRecorded(organisation, subject, kind, attester, result, report)
    function attest(Kind kind, bytes32 subject, Result result, bytes32 report) external;

    /// @notice What `organisation` said last about the subject; zeros when it never said anything.
    function resultOf(address organisation, Kind kind, bytes32 subject) external view returns (Finding memory);
}
