// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {CompartmentId} from "../types/CompartmentId.sol";

/// @title Emergency
/// @notice Breaking the glass: who opened a chart without a grant, why, which shares were released, and what a review
/// made of it.
/// @dev Rules B1-B14 in spec/emergency.md.
interface IEmergency {
    /// @notice The answer of `decide`; B8 says in which order reasons are checked.
    enum Answer {
        Permitted,
        NoDeclaration,
        NotYetDeclared,
        Expired,
        Closed,
        CompartmentNotMarked,
        EpochOver
    }

    /// @notice What a review found (B11). `Pending` is a declaration that nobody has reviewed.
    enum Outcome {
        Pending,
        Justified,
        Unjustified,
        Inconclusive
    }

    /// @notice One declaration, as it stands.
    /// @param member Who declared.
    /// @param declaredAt Unix seconds, inclusive.
    /// @param until Unix seconds, exclusive: the declared end, or the moment at which the member closed it.
    /// @param reasonCode 1 to 5 (B4).
    /// @param closed Whether the member ended it before its time.
    /// @param contested Whether the patient has contested it.
    /// @param outcome Of the review.
    /// @param organisation For which the member acted when declaring.
    struct Declaration {
        address member;
        uint48 declaredAt;
        uint48 until;
        address patient;
        uint8 reasonCode;
        bool closed;
        bool contested;
        Outcome outcome;
        address organisation;
    }

    /// @notice How often a member declared, and what reviews said. What is missing in `reviewed` is pending; what is
    /// reviewed and neither justified nor unjustified was inconclusive.
    struct Counters {
        uint64 declared;
        uint64 reviewed;
        uint64 justified;
        uint64 unjustified;
    }

    /// @notice From this block on, `threshold` of `trustees` together can open the compartment's epoch.
    /// @param series Counts the compartment's sets of trustees from 1; shares of different sets do not combine.
    event TrusteesSet(
        address indexed patient,
        CompartmentId indexed compartment,
        uint32 epoch,
        uint32 series,
        address[] trustees,
        uint8 threshold,
        bytes32 sharesHash
    );
    /// @notice From this block on the compartment is not readable in an emergency.
    event TrusteesCleared(address indexed patient, CompartmentId indexed compartment);
    /// @notice `member` broke the glass of `patient`'s chart until `until`.
    event EmergencyDeclared(
        uint256 indexed declaration,
        address indexed member,
        address indexed patient,
        address organisation,
        uint8 reasonCode,
        bytes32 reasonHash,
        uint48 until
    );
    /// @notice The member has ended the declaration in this block.
    event EmergencyClosed(uint256 indexed declaration);
    /// @notice `trustee` has released its share of set `series` to the declaration's member; it is the `released`th.
    event ShareReleased(
        uint256 indexed declaration,
        CompartmentId indexed compartment,
        address indexed trustee,
        uint32 series,
        bytes32 shareHash,
        uint8 released
    );
    /// @notice The review of the declaration, by an auditor of `organisation`. Once per declaration.
    event EmergencyReviewed(
        uint256 indexed declaration,
        address indexed reviewer,
        address indexed organisation,
        Outcome outcome,
        bytes32 reportHash
    );
    /// @notice The patient disagrees with the declaration. Once per declaration.
    event EmergencyContested(uint256 indexed declaration, bytes32 statementHash);

    /// @notice `account` is not a registered, attested patient.
    error EmergencyPatientUnknown(address account);
    /// @notice The patient has no such compartment.
    error EmergencyCompartmentUnknown(address patient, CompartmentId compartment);
    /// @notice The trustees are of another epoch than the compartment's present one.
    error EmergencyEpochInvalid(uint32 epoch, uint32 present);
    /// @notice There are 2 to 9 trustees, and the threshold is 2 to their number.
    error EmergencyTrusteesInvalid(uint256 count, uint8 threshold);
    /// @notice `trustee` is no active organisation.
    error EmergencyTrusteeUnknown(address trustee);
    /// @notice `trustee` is named twice: it would hold two shares and count for two.
    error EmergencyTrusteeRepeated(address trustee);
    /// @notice The compartment has no trustees.
    error EmergencyNotMarked(address patient, CompartmentId compartment);
    /// @notice A hash of zero commits to nothing.
    error EmergencyCommitmentEmpty();
    /// @notice `account` may not do this: it has not the role, or the declaration is somebody else's.
    error EmergencyNotPermitted(address account);
    /// @notice `member`'s licence ended at `licensedUntil`; zero when it has none.
    error EmergencyLicenceOver(address member, uint48 licensedUntil);
    /// @notice Reasons are 1 to `reasonMax` (B4).
    error EmergencyReasonInvalid(uint8 reasonCode, uint8 reasonMax);
    /// @notice A declaration lasts `secondsMin` to `secondsMax`, or 0 for the default.
    error EmergencyDurationInvalid(uint32 durationSeconds, uint32 secondsMin, uint32 secondsMax);
    /// @notice The member has an open declaration for this patient. Nothing is lost: use that one.
    error EmergencyAlreadyOpen(uint256 declaration);
    /// @notice There is no such declaration.
    error EmergencyDeclarationUnknown(uint256 declaration);
    /// @notice The declaration ended at `until`.
    error EmergencyNotOpen(uint256 declaration, uint48 until);
    /// @notice The declaration is open until `until`.
    error EmergencyStillOpen(uint256 declaration, uint48 until);
    /// @notice `account` is no trustee of the compartment.
    error EmergencyNotTrustee(address account, CompartmentId compartment);
    /// @notice The trustee has released its share of this set for this declaration.
    error EmergencyAlreadyReleased(uint256 declaration, CompartmentId compartment, address trustee);
    /// @notice A review says justified, unjustified or inconclusive.
    error EmergencyOutcomeInvalid(Outcome outcome);
    /// @notice `reviewer` declared this, is its patient, or acts for the organisation that the declarer acted for.
    error EmergencyReviewerNotIndependent(uint256 declaration, address reviewer);
    /// @notice The declaration was reviewed, as `outcome`.
    error EmergencyAlreadyReviewed(uint256 declaration, Outcome outcome);
    /// @notice The patient has contested this declaration.
    error EmergencyAlreadyContested(uint256 declaration);

    /// @notice Makes a compartment of the caller's chart readable in an emergency.
    /// @dev B1, B2. Setting again replaces the trustees; a rotation of the compartment makes them void.
    /// @param epoch The compartment's present one.
    /// @param trustees 2 to 9 different active organisations, each holding one share.
    /// @param threshold How many shares it takes, 2 to their number.
    /// @param sharesHash Commitment of the share set (spec/break-glass.md S3); the sealed shares travel off chain.
    /// @custom:reverts EmergencyPatientUnknown(account)
    /// @custom:reverts EmergencyCompartmentUnknown(patient, compartment)
    /// @custom:reverts EmergencyEpochInvalid(epoch, present)
    /// @custom:reverts EmergencyTrusteesInvalid(count, threshold)
    /// @custom:reverts EmergencyTrusteeUnknown(trustee)
    /// @custom:reverts EmergencyTrusteeRepeated(trustee)
    /// @custom:reverts EmergencyCommitmentEmpty()
    /// @custom:emits TrusteesSet(patient, compartment, epoch, series, trustees, threshold, sharesHash)
    function setTrustees(
        CompartmentId compartment,
        uint32 epoch,
        address[] calldata trustees,
        uint8 threshold,
        bytes32 sharesHash
    ) external;

    /// @notice Takes that back. Rotate afterwards, so that shares already released open nothing newer.
    /// @dev B1.
    /// @custom:reverts EmergencyNotMarked(patient, compartment)
    /// @custom:emits TrusteesCleared(patient, compartment)
    function clearTrustees(CompartmentId compartment) external;

    /// @notice Breaks the glass of `patient`'s chart for a while.
    /// @dev B3-B6. By a doctor or nurse of an active organisation whose licence is not over.
    /// @param reasonCode 1 to 5 (B4).
    /// @param reasonHash Salted commitment to the reason in words; not zero.
    /// @param durationSeconds 300 to 3,600; 0 for 1,800.
    /// @return declaration Consecutive from 1.
    /// @custom:reverts EmergencyNotPermitted(account)
    /// @custom:reverts EmergencyLicenceOver(member, licensedUntil)
    /// @custom:reverts EmergencyPatientUnknown(account)
    /// @custom:reverts EmergencyReasonInvalid(reasonCode, reasonMax)
    /// @custom:reverts EmergencyCommitmentEmpty()
    /// @custom:reverts EmergencyDurationInvalid(durationSeconds, secondsMin, secondsMax)
    /// @custom:reverts EmergencyAlreadyOpen(declaration)
    /// @custom:emits EmergencyDeclared(declaration, member, patient, organisation, reasonCode, reasonHash, until)
    function declare(address patient, uint8 reasonCode, bytes32 reasonHash, uint32 durationSeconds)
        external
        returns (uint256 declaration);

    /// @notice Ends the caller's open declaration before its time.
    /// @dev B7.
    /// @custom:reverts EmergencyDeclarationUnknown(declaration)
    /// @custom:reverts EmergencyNotPermitted(account)
    /// @custom:reverts EmergencyNotOpen(declaration, until)
    /// @custom:emits EmergencyClosed(declaration)
    function close(uint256 declaration) external;

    /// @notice Records that the calling organisation has released its share to the declaration's member.
    /// @dev B9. By the organisation's own account alone, while the declaration is open.
    /// @param shareHash SHA-256 of the share as sealed to the member; not zero.
    /// @custom:reverts EmergencyDeclarationUnknown(declaration)
    /// @custom:reverts EmergencyNotOpen(declaration, until)
    /// @custom:reverts EmergencyNotMarked(patient, compartment)
    /// @custom:reverts EmergencyEpochInvalid(epoch, present)
    /// @custom:reverts EmergencyNotTrustee(account, compartment)
    /// @custom:reverts EmergencyTrusteeUnknown(trustee)
    /// @custom:reverts EmergencyAlreadyReleased(declaration, compartment, trustee)
    /// @custom:reverts EmergencyCommitmentEmpty()
    /// @custom:emits ShareReleased(declaration, compartment, trustee, series, shareHash, released)
    function markRelease(uint256 declaration, CompartmentId compartment, bytes32 shareHash) external;

    /// @notice Says whether a declaration that has ended was justified. Once, and for good.
    /// @dev B10, B11. By an auditor of an active organisation other than the one that the member acted for.
    /// @param reportHash Salted commitment to the report; not zero.
    /// @custom:reverts EmergencyDeclarationUnknown(declaration)
    /// @custom:reverts EmergencyNotPermitted(account)
    /// @custom:reverts EmergencyReviewerNotIndependent(declaration, reviewer)
    /// @custom:reverts EmergencyStillOpen(declaration, until)
    /// @custom:reverts EmergencyAlreadyReviewed(declaration, outcome)
    /// @custom:reverts EmergencyOutcomeInvalid(outcome)
    /// @custom:reverts EmergencyCommitmentEmpty()
    /// @custom:emits EmergencyReviewed(declaration, reviewer, organisation, outcome, reportHash)
    function review(uint256 declaration, Outcome outcome, bytes32 reportHash) external;

    /// @notice Says that the caller, whose chart it was, disagrees. Once, at any time.
    /// @dev B12.
    /// @param statementHash Salted commitment to the patient's statement; not zero.
    /// @custom:reverts EmergencyDeclarationUnknown(declaration)
    /// @custom:reverts EmergencyNotPermitted(account)
    /// @custom:reverts EmergencyAlreadyContested(declaration)
    /// @custom:reverts EmergencyCommitmentEmpty()
    /// @custom:emits EmergencyContested(declaration, statementHash)
    function contest(uint256 declaration, bytes32 statementHash) external;

    /// @notice Whether `member` may read the compartment at this time by having declared an emergency, or why not.
    /// @dev B8. Asked about the member's latest declaration for this patient and the trustees of now.
    /// @param time Unix seconds.
    function decide(address member, address patient, CompartmentId compartment, uint48 time)
        external
        view
        returns (Answer);

    /// @notice Whether the declaration is open now; false also when there is none of this number.
    function isOpen(uint256 declaration) external view returns (bool);

    /// @notice The declaration as it stands; zeros when there is none of this number.
    function declarationOf(uint256 declaration) external view returns (Declaration memory);

    /// @notice `member`'s open declaration for `patient` now; zero when there is none.
    function openDeclarationOf(address member, address patient) external view returns (uint256 declaration);

    /// @notice How many declarations there ever were.
    function declarationCount() external view returns (uint256);

    /// @notice The compartment's trustees, void or not; zeros when it has none. `series` goes on counting.
    function trusteesOf(address patient, CompartmentId compartment)
        external
        view
        returns (uint32 epoch, uint32 series, uint8 threshold, address[] memory trustees);

    /// @notice How many trustees of the compartment's present set have released their share for this declaration, and
    /// how many it takes; the latter is zero once the trustees were cleared.
    function releasesOf(uint256 declaration, CompartmentId compartment)
        external
        view
        returns (uint8 released, uint8 threshold);

    /// @notice How often `member` declared, and what reviews said.
    function countersOf(address member) external view returns (Counters memory);

    /// @notice How many of `member`'s declarations nobody has reviewed yet, open ones included.
    function pendingReviewsOf(address member) external view returns (uint256);
}
