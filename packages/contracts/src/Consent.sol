// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {DirectoryClient} from "./AccountContext.sol";
import {IConsent} from "./interfaces/IConsent.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {CompartmentId} from "./types/CompartmentId.sol";
import {RECIPIENT_BYTES} from "./types/Recipient.sol";
import {RIGHTS_ALL, RIGHT_READ, RIGHT_WRITE, SENSITIVITY_MAX, SENSITIVITY_MIN} from "./types/Rights.sol";

/// @title Consent
/// @dev Documentation, events and errors: IConsent.
contract Consent is IConsent, DirectoryClient {
    /// @notice Longest time from now to the end of a grant: ten years, with the three leap days they may hold.
    uint256 public constant GRANT_SECONDS_MAX = 3653 days;

    /// @dev 12 bytes of nonce, 32 of seed, 16 of tag (spec/envelope.md E9).
    uint256 private constant BACK_LINK_BYTES = 60;

    /// @dev `epoch` is zero only in a compartment that was never opened.
    struct Compartment {
        uint8 sensitivity;
        uint32 epoch;
        bytes32 recipientHash;
    }

    mapping(address patient => mapping(CompartmentId => Compartment)) private _compartments;
    mapping(address patient => mapping(CompartmentId => mapping(address reader => Grant))) private _grants;

    constructor(address intake_, IDirectory directory_) DirectoryClient(intake_, directory_) {}

    /// @inheritdoc IConsent
    function openCompartment(CompartmentId compartment, uint8 sensitivity, bytes calldata recipient) external {
        address patient = _patient();
        if (!_isSensitivity(sensitivity)) revert ConsentSensitivityInvalid(sensitivity);
        _requireRecipient(recipient);
        if (_isOpen(patient, compartment)) revert ConsentCompartmentExists(patient, compartment);
        _compartments[patient][compartment] = Compartment(sensitivity, 1, keccak256(recipient));
        emit CompartmentOpened(patient, compartment, sensitivity, recipient);
    }

    /// @inheritdoc IConsent
    function grant(GrantTerms calldata terms) external {
        address patient = _patient();
        _requireOpen(patient, terms.compartment);
        if (terms.reader == patient) revert ConsentReaderIsPatient(patient);
        if (!directory.isRegistered(terms.reader)) revert ConsentReaderUnknown(terms.reader);
        _requireTerms(terms);
        _grants[patient][terms.compartment][terms.reader] =
            Grant(terms.rights, terms.purposes, terms.ceiling, terms.from, terms.until);
        emit ConsentGranted(
            patient,
            terms.reader,
            terms.compartment,
            terms.rights,
            terms.purposes,
            terms.ceiling,
            terms.from,
            terms.until,
            terms.wrapHash
        );
    }

    /// @inheritdoc IConsent
    function revoke(address reader, CompartmentId compartment) external {
        // Whoever holds a grant's patient side is a patient: nothing else has to be asked, and taking consent back
        // never depends on what an organisation says about the patient.
        address patient = _account();
        if (_grants[patient][compartment][reader].rights == 0) {
            revert ConsentNotGranted(patient, reader, compartment);
        }
        delete _grants[patient][compartment][reader];
        emit ConsentRevoked(patient, reader, compartment);
    }

    /// @inheritdoc IConsent
    function rotate(
        CompartmentId compartment,
        uint32 epoch,
        bytes calldata recipient,
        bytes calldata backLink,
        bytes32 wrapsHash
    ) external {
        address patient = _account();
        _requireOpen(patient, compartment);
        Compartment storage stored = _compartments[patient][compartment];
        if (epoch != stored.epoch + 1) revert ConsentEpochInvalid(epoch, stored.epoch + 1);
        _requireRecipient(recipient);
        if (backLink.length != BACK_LINK_BYTES) revert ConsentBackLinkLengthInvalid(backLink.length);
        stored.epoch = epoch;
        stored.recipientHash = keccak256(recipient);
        emit CompartmentRotated(patient, compartment, epoch, recipient, backLink, wrapsHash);
    }

    /// @inheritdoc IConsent
    function decide(
        address reader,
        address patient,
        CompartmentId compartment,
        uint8 sensitivity,
        uint8 purpose,
        uint48 time
    ) external view returns (Decision) {
        if (!directory.isPatient(patient)) return Decision.PatientUnknown;
        if (reader == patient) return Decision.Permitted;
        if (!directory.isRegistered(reader)) return Decision.ReaderUnknown;
        if (directory.isBarred(reader)) return Decision.ReaderBarred;
        Compartment storage part = _compartments[patient][compartment];
        if (part.epoch == 0) return Decision.CompartmentUnknown;
        // The patient classed the compartment, an author the record: neither can make it less sensitive than the other says.
        if (sensitivity < part.sensitivity) sensitivity = part.sensitivity;
        mapping(address => Grant) storage grants = _grants[patient][compartment];
        Decision own = _answer(grants[reader], sensitivity, purpose, time);
        if (own == Decision.Permitted) return own;
        address organisation = directory.organisationOf(reader);
        if (organisation == address(0) || organisation == reader) return own;
        Decision shared = _answer(grants[organisation], sensitivity, purpose, time);
        return shared == Decision.Permitted || own == Decision.NoGrant ? shared : own;
    }

    /// @inheritdoc IConsent
    function canWrite(address author, address patient, CompartmentId compartment, uint48 time)
        external
        view
        returns (bool)
    {
        if (!directory.isPatient(patient) || !_isOpen(patient, compartment)) return false;
        if (author == patient) return true;
        address organisation = directory.organisationOf(author);
        // No grant is ever made to the zero address, so somebody without an organisation finds none.
        Grant memory held = _grants[patient][compartment][organisation];
        return held.rights & RIGHT_WRITE != 0 && time >= held.from && time < held.until;
    }

    /// @inheritdoc IConsent
    function grantOf(address patient, address reader, CompartmentId compartment) external view returns (Grant memory) {
        return _grants[patient][compartment][reader];
    }

    /// @inheritdoc IConsent
    function compartmentOf(address patient, CompartmentId compartment)
        external
        view
        returns (uint8 sensitivity, uint32 epoch, bytes32 recipientHash)
    {
        Compartment storage stored = _compartments[patient][compartment];
        return (stored.sensitivity, stored.epoch, stored.recipientHash);
    }

    function _patient() private view returns (address patient) {
        patient = _account();
        if (!directory.isPatient(patient)) revert ConsentPatientUnknown(patient);
    }

    /// @dev What one grant says, in the order of C6.
    function _answer(Grant memory held, uint8 sensitivity, uint8 purpose, uint48 time) private pure returns (Decision) {
        if (held.rights == 0) return Decision.NoGrant;
        if (time < held.from) return Decision.NotYetValid;
        if (time >= held.until) return Decision.Expired;
        if (held.rights & RIGHT_READ == 0) return Decision.RightNotGranted;
        // A purpose beyond the sixteen shifts every bit out and is not granted.
        if ((held.purposes >> purpose) & 1 == 0) return Decision.PurposeNotGranted;
        if (sensitivity > held.ceiling) return Decision.SensitivityAboveCeiling;
        return Decision.Permitted;
    }

    function _requireTerms(GrantTerms calldata terms) private view {
        if (terms.rights == 0 || terms.rights > RIGHTS_ALL) revert ConsentRightsInvalid(terms.rights);
        if (terms.rights & RIGHT_READ != 0 && terms.purposes == 0) revert ConsentPurposesEmpty();
        if (!_isSensitivity(terms.ceiling)) revert ConsentCeilingInvalid(terms.ceiling);
        if (terms.from >= terms.until) revert ConsentPeriodInvalid(terms.from, terms.until);
        if (terms.until <= block.timestamp) revert ConsentExpired(terms.until, block.timestamp);
        uint256 untilMax = block.timestamp + GRANT_SECONDS_MAX;
        if (terms.until > untilMax) revert ConsentExpiryTooFar(terms.until, untilMax);
    }

    function _requireOpen(address patient, CompartmentId compartment) private view {
        if (!_isOpen(patient, compartment)) revert ConsentCompartmentUnknown(patient, compartment);
    }

    function _isOpen(address patient, CompartmentId compartment) private view returns (bool) {
        return _compartments[patient][compartment].epoch != 0;
    }

    function _requireRecipient(bytes calldata recipient) private pure {
        if (recipient.length != RECIPIENT_BYTES) revert ConsentRecipientLengthInvalid(recipient.length);
    }

    function _isSensitivity(uint8 value) private pure returns (bool) {
        return value >= SENSITIVITY_MIN && value <= SENSITIVITY_MAX;
    }
}
