// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {DirectoryClient} from "./AccountContext.sol";
import {IConsent} from "./interfaces/IConsent.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IEmergency} from "./interfaces/IEmergency.sol";
import {CompartmentId} from "./types/CompartmentId.sol";
import {ROLES_AUDITING, ROLES_DECLARING, Role} from "./types/Role.sol";

/// @title Emergency
/// @dev Documentation, events and errors: IEmergency. There is no way to cancel, delete or overwrite a declaration, and
/// nobody who could add one.
contract Emergency is IEmergency, DirectoryClient {
    /// @notice Bounds every loop of this contract.
    uint256 public constant TRUSTEES_MAX = 9;
    /// @notice Fewest trustees that release together: one alone would have the epoch's seed (spec/break-glass.md S1).
    uint256 public constant THRESHOLD_MIN = 2;

    /// @notice Seconds that a declaration lasts at least, at most, and when nobody says how long (B5).
    uint32 public constant DURATION_SECONDS_MIN = 5 minutes;
    uint32 public constant DURATION_SECONDS_MAX = 60 minutes;
    uint32 public constant DURATION_SECONDS_DEFAULT = 30 minutes;

    /// @notice Highest reason code (B4).
    uint8 public constant REASON_MAX = 5;

    /// @dev `epoch` is zero only in a compartment that is not marked. `series` survives clearing, so that releases of one
    /// set are never counted for another.
    struct TrusteeSet {
        uint32 epoch;
        uint32 series;
        uint8 threshold;
        address[] trustees;
    }

    /// @dev Who of a set has released, by position in it. Nine positions fit sixteen bits.
    struct Releases {
        uint16 positions;
        uint8 count;
    }

    /// @notice The authority on a compartment's present epoch.
    IConsent public immutable consent;

    /// @inheritdoc IEmergency
    uint256 public declarationCount;

    mapping(address patient => mapping(CompartmentId => TrusteeSet)) private _trusteeSets;
    mapping(uint256 declaration => Declaration) private _declarations;
    mapping(address member => mapping(address patient => uint256)) private _latest;
    mapping(uint256 declaration => mapping(CompartmentId => mapping(uint32 series => Releases))) private _releases;
    mapping(address member => Counters) private _counters;

    constructor(address intake_, IDirectory directory_, IConsent consent_) DirectoryClient(intake_, directory_) {
        consent = consent_;
    }

    /// @inheritdoc IEmergency
    function setTrustees(
        CompartmentId compartment,
        uint32 epoch,
        address[] calldata trustees,
        uint8 threshold,
        bytes32 sharesHash
    ) external {
        address patient = _account();
        _requirePatient(patient);
        uint32 present = _presentEpoch(patient, compartment);
        if (present == 0) revert EmergencyCompartmentUnknown(patient, compartment);
        if (epoch != present) revert EmergencyEpochInvalid(epoch, present);
        _requireTrustees(trustees, threshold);
        _requireCommitment(sharesHash);
        TrusteeSet storage stored = _trusteeSets[patient][compartment];
        stored.epoch = epoch;
        stored.threshold = threshold;
        stored.trustees = trustees;
        uint32 series = ++stored.series;
        emit TrusteesSet(patient, compartment, epoch, series, trustees, threshold, sharesHash);
    }

    /// @inheritdoc IEmergency
    function clearTrustees(CompartmentId compartment) external {
        // Whoever has trustees is a patient: nothing else has to be asked, and taking them back never depends on what an
        // organisation says about the patient.
        address patient = _account();
        TrusteeSet storage stored = _markedSet(patient, compartment);
        stored.epoch = 0;
        stored.threshold = 0;
        delete stored.trustees;
        emit TrusteesCleared(patient, compartment);
    }

    /// @inheritdoc IEmergency
    function declare(address patient, uint8 reasonCode, bytes32 reasonHash, uint32 durationSeconds)
        external
        returns (uint256 declaration)
    {
        (address member, address organisation) = _declaring();
        _requirePatient(patient);
        if (reasonCode == 0 || reasonCode > REASON_MAX) revert EmergencyReasonInvalid(reasonCode, REASON_MAX);
        _requireCommitment(reasonHash);
        uint48 until = uint48(block.timestamp) + _durationOf(durationSeconds);
        uint256 open = openDeclarationOf(member, patient);
        if (open != 0) revert EmergencyAlreadyOpen(open);
        declaration = ++declarationCount;
        Declaration storage stored = _declarations[declaration];
        stored.member = member;
        stored.declaredAt = uint48(block.timestamp);
        stored.until = until;
        stored.patient = patient;
        stored.reasonCode = reasonCode;
        stored.organisation = organisation;
        _latest[member][patient] = declaration;
        ++_counters[member].declared;
        emit EmergencyDeclared(declaration, member, patient, organisation, reasonCode, reasonHash, until);
    }

    /// @inheritdoc IEmergency
    function close(uint256 declaration) external {
        Declaration storage stored = _declared(declaration);
        address account = _account();
        if (account != stored.member) revert EmergencyNotPermitted(account);
        _requireOpen(declaration);
        stored.until = uint48(block.timestamp);
        stored.closed = true;
        emit EmergencyClosed(declaration);
    }

    /// @inheritdoc IEmergency
    function markRelease(uint256 declaration, CompartmentId compartment, bytes32 shareHash) external {
        address patient = _declared(declaration).patient;
        _requireOpen(declaration);
        TrusteeSet storage set = _markedSet(patient, compartment);
        uint32 present = _presentEpoch(patient, compartment);
        if (set.epoch != present) revert EmergencyEpochInvalid(set.epoch, present);
        (address trustee, uint256 position) = _releasing(set, compartment);
        _requireCommitment(shareHash);
        uint32 series = set.series;
        Releases storage releases = _releases[declaration][compartment][series];
        uint16 bit = uint16(1 << position);
        if (releases.positions & bit != 0) revert EmergencyAlreadyReleased(declaration, compartment, trustee);
        releases.positions |= bit;
        uint8 released = ++releases.count;
        emit ShareReleased(declaration, compartment, trustee, series, shareHash, released);
    }

    /// @inheritdoc IEmergency
    function review(uint256 declaration, Outcome outcome, bytes32 reportHash) external {
        Declaration storage stored = _declared(declaration);
        (address reviewer, address organisation) = _reviewing(declaration, stored);
        if (_isOpen(stored)) revert EmergencyStillOpen(declaration, stored.until);
        if (stored.outcome != Outcome.Pending) revert EmergencyAlreadyReviewed(declaration, stored.outcome);
        if (outcome == Outcome.Pending) revert EmergencyOutcomeInvalid(outcome);
        _requireCommitment(reportHash);
        stored.outcome = outcome;
        Counters storage counters = _counters[stored.member];
        ++counters.reviewed;
        if (outcome == Outcome.Justified) ++counters.justified;
        if (outcome == Outcome.Unjustified) ++counters.unjustified;
        emit EmergencyReviewed(declaration, reviewer, organisation, outcome, reportHash);
    }

    /// @inheritdoc IEmergency
    function contest(uint256 declaration, bytes32 statementHash) external {
        Declaration storage stored = _declared(declaration);
        address account = _account();
        if (account != stored.patient) revert EmergencyNotPermitted(account);
        if (stored.contested) revert EmergencyAlreadyContested(declaration);
        _requireCommitment(statementHash);
        stored.contested = true;
        emit EmergencyContested(declaration, statementHash);
    }

    /// @inheritdoc IEmergency
    function decide(address member, address patient, CompartmentId compartment, uint48 time)
        external
        view
        returns (Answer)
    {
        uint256 declaration = _latest[member][patient];
        if (declaration == 0) return Answer.NoDeclaration;
        Declaration storage stored = _declarations[declaration];
        if (time < stored.declaredAt) return Answer.NotYetDeclared;
        if (time >= stored.until) return stored.closed ? Answer.Closed : Answer.Expired;
        uint32 epoch = _trusteeSets[patient][compartment].epoch;
        if (epoch == 0) return Answer.CompartmentNotMarked;
        return epoch == _presentEpoch(patient, compartment) ? Answer.Permitted : Answer.EpochOver;
    }

    /// @inheritdoc IEmergency
    function isOpen(uint256 declaration) external view returns (bool) {
        return _isOpen(_declarations[declaration]);
    }

    /// @inheritdoc IEmergency
    function declarationOf(uint256 declaration) external view returns (Declaration memory) {
        return _declarations[declaration];
    }

    /// @inheritdoc IEmergency
    function openDeclarationOf(address member, address patient) public view returns (uint256 declaration) {
        declaration = _latest[member][patient];
        if (!_isOpen(_declarations[declaration])) return 0;
    }

    /// @inheritdoc IEmergency
    function trusteesOf(address patient, CompartmentId compartment)
        external
        view
        returns (uint32 epoch, uint32 series, uint8 threshold, address[] memory trustees)
    {
        TrusteeSet storage set = _trusteeSets[patient][compartment];
        return (set.epoch, set.series, set.threshold, set.trustees);
    }

    /// @inheritdoc IEmergency
    function releasesOf(uint256 declaration, CompartmentId compartment)
        external
        view
        returns (uint8 released, uint8 threshold)
    {
        TrusteeSet storage set = _trusteeSets[_declarations[declaration].patient][compartment];
        return (_releases[declaration][compartment][set.series].count, set.threshold);
    }

    /// @inheritdoc IEmergency
    function countersOf(address member) external view returns (Counters memory) {
        return _counters[member];
    }

    /// @inheritdoc IEmergency
    function pendingReviewsOf(address member) external view returns (uint256) {
        Counters storage counters = _counters[member];
        return counters.declared - counters.reviewed;
    }

    /// @dev The caller and its organisation, when it may declare an emergency.
    function _declaring() private view returns (address member, address organisation) {
        member = _account();
        Role role;
        (organisation, role) = directory.affiliationOf(member);
        if (!role.isIn(ROLES_DECLARING)) revert EmergencyNotPermitted(member);
        (, uint48 licensedUntil) = directory.attributesOf(member);
        if (block.timestamp >= licensedUntil) revert EmergencyLicenceOver(member, licensedUntil);
    }

    /// @dev The caller and its position in the set, when it is a trustee that may release.
    function _releasing(TrusteeSet storage set, CompartmentId compartment)
        private
        view
        returns (address trustee, uint256 position)
    {
        trustee = _account();
        uint256 count = set.trustees.length;
        while (position < count && set.trustees[position] != trustee) ++position;
        if (position == count) revert EmergencyNotTrustee(trustee, compartment);
        if (!directory.isActiveOrganisation(trustee)) revert EmergencyTrusteeUnknown(trustee);
    }

    /// @dev The caller and its organisation, when it may review this declaration.
    function _reviewing(uint256 declaration, Declaration storage stored)
        private
        view
        returns (address reviewer, address organisation)
    {
        reviewer = _account();
        Role role;
        (organisation, role) = directory.affiliationOf(reviewer);
        if (!role.isIn(ROLES_AUDITING)) revert EmergencyNotPermitted(reviewer);
        // The declarer may have become an auditor elsewhere since, and an auditor is a patient somewhere.
        bool involved = reviewer == stored.member || reviewer == stored.patient;
        if (involved || organisation == stored.organisation) {
            revert EmergencyReviewerNotIndependent(declaration, reviewer);
        }
    }

    function _declared(uint256 declaration) private view returns (Declaration storage stored) {
        stored = _declarations[declaration];
        if (stored.member == address(0)) revert EmergencyDeclarationUnknown(declaration);
    }

    function _markedSet(address patient, CompartmentId compartment) private view returns (TrusteeSet storage set) {
        set = _trusteeSets[patient][compartment];
        if (set.epoch == 0) revert EmergencyNotMarked(patient, compartment);
    }

    /// @dev Zero in a compartment that was never opened.
    function _presentEpoch(address patient, CompartmentId compartment) private view returns (uint32 epoch) {
        (, epoch,) = consent.compartmentOf(patient, compartment);
    }

    function _isOpen(Declaration storage stored) private view returns (bool) {
        return block.timestamp < stored.until;
    }

    function _durationOf(uint32 durationSeconds) private pure returns (uint32) {
        if (durationSeconds == 0) return DURATION_SECONDS_DEFAULT;
        if (durationSeconds < DURATION_SECONDS_MIN || durationSeconds > DURATION_SECONDS_MAX) {
            revert EmergencyDurationInvalid(durationSeconds, DURATION_SECONDS_MIN, DURATION_SECONDS_MAX);
        }
        return durationSeconds;
    }

    function _requireTrustees(address[] calldata trustees, uint8 threshold) private view {
        uint256 count = trustees.length;
        if (count > TRUSTEES_MAX || threshold < THRESHOLD_MIN || threshold > count) {
            revert EmergencyTrusteesInvalid(count, threshold);
        }
        for (uint256 i = 0; i < count; ++i) {
            if (!directory.isActiveOrganisation(trustees[i])) revert EmergencyTrusteeUnknown(trustees[i]);
            for (uint256 j = 0; j < i; ++j) {
                if (trustees[j] == trustees[i]) revert EmergencyTrusteeRepeated(trustees[i]);
            }
        }
    }

    function _requirePatient(address account) private view {
        if (!directory.isPatient(account)) revert EmergencyPatientUnknown(account);
    }

    function _requireOpen(uint256 declaration) private view {
        Declaration storage stored = _declarations[declaration];
        if (!_isOpen(stored)) revert EmergencyNotOpen(declaration, stored.until);
    }

    function _requireCommitment(bytes32 commitment) private pure {
        if (commitment == 0) revert EmergencyCommitmentEmpty();
    }
}
