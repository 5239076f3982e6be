// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {DirectoryClient} from "./AccountContext.sol";
import {IConsent} from "./interfaces/IConsent.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {CompartmentId} from "./types/CompartmentId.sol";
import {RECIPIENT_BYTES} from "./types/Recipient.sol";
import {RIGHTS_ALL, RIGHT_READ, RIGHT_WRITE, SENSITIVITY_MAX, SENSITIVITY_MIN} from "./types/Rights.sol";
import {SCOPE_CONSENT} from "./types/Scope.sol";

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

    /// @dev A grant and its conditions, in one word (27 bytes).
    struct HeldGrant {
        uint8 rights;
        uint16 purposes;
        uint8 ceiling;
        uint48 from;
        uint48 until;
        uint64 specialty;
        bytes2 country;
        bool licensed;
    }

    /// @dev What is asked about a chart.
    struct Question {
        address reader;
        uint8 sensitivity;
        uint8 purpose;
        uint48 time;
    }

    mapping(address patient => mapping(CompartmentId => Compartment)) private _compartments;
    mapping(address patient => mapping(CompartmentId => mapping(address reader => HeldGrant))) private _grants;
    mapping(address patient => mapping(bytes32 recordKey => mapping(address reader => HeldGrant))) private
        _recordGrants;

    /// @dev Zero is none, also for a patient who has a compartment of that id.
    mapping(address patient => CompartmentId) private _inboxes;

    /// @dev Given to write alone. Apart from `_grants`, or letting a hospital read for a while would end its filing.
    mapping(address patient => mapping(CompartmentId => mapping(address reader => HeldGrant))) private _filings;

    /// @custom:oz-upgrades-unsafe-allow constructor
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
        _grant(_account(), terms, Conditions(0, 0, false));
    }

    /// @inheritdoc IConsent
    function grantOn(GrantTerms calldata terms, Conditions calldata conditions) external {
        address patient = _account();
        _grant(patient, terms, conditions);
        emit ConsentConditioned(
            patient, terms.reader, terms.compartment, conditions.specialty, conditions.country, conditions.licensed
        );
    }

    /// @inheritdoc IConsent
    function grantFor(address patient, GrantTerms calldata terms) external {
        _requireWithin(patient, _requireDelegate(patient, terms.reader, terms.compartment), terms);
        _grant(patient, terms, Conditions(0, 0, false));
    }

    /// @inheritdoc IConsent
    function revokeFor(address patient, address reader, CompartmentId compartment) external {
        _requireDelegate(patient, reader, compartment);
        _revoke(patient, reader, compartment);
    }

    /// @inheritdoc IConsent
    function narrow(address reader, CompartmentId compartment, Grant calldata wanted) external {
        // As with `revoke`: giving less never depends on what an organisation says about the patient.
        address patient = _account();
        HeldGrant storage held = _heldGrant(_grants, patient, reader, compartment);
        bool wider = wanted.rights & ~held.rights != 0 || wanted.purposes & ~held.purposes != 0
            || wanted.ceiling > held.ceiling || wanted.from < held.from || wanted.until > held.until;
        if (wider) revert ConsentWider(_grantOf(held), wanted);
        _requireScope(wanted.rights, wanted.purposes, wanted.ceiling);
        _requirePeriod(wanted.from, wanted.until);
        held.rights = wanted.rights;
        held.purposes = wanted.purposes;
        held.ceiling = wanted.ceiling;
        held.from = wanted.from;
        held.until = wanted.until;
        emit ConsentNarrowed(
            patient, reader, compartment, wanted.rights, wanted.purposes, wanted.ceiling, wanted.from, wanted.until
        );
    }

    /// @inheritdoc IConsent
    function renew(address reader, CompartmentId compartment, uint32 epoch, uint48 heldUntil, uint48 until) external {
        address patient = _patient();
        HeldGrant storage held = _heldGrant(_grants, patient, reader, compartment);
        uint32 present = _compartments[patient][compartment].epoch;
        if (epoch != present) revert ConsentEpochInvalid(epoch, present);
        if (heldUntil != held.until) revert ConsentEndDiffers(heldUntil, held.until);
        // Whoever's grant was over when a key changed has no wrap of the new one: that takes a new grant.
        if (heldUntil <= block.timestamp) revert ConsentExpired(heldUntil, block.timestamp);
        if (until <= heldUntil) revert ConsentNotLater(until, heldUntil);
        _requireNotTooFar(until);
        held.until = until;
        emit ConsentRenewed(patient, reader, compartment, until);
    }

    /// @inheritdoc IConsent
    function grantRecord(bytes32 record, GrantTerms calldata terms) external {
        address patient = _account();
        _requireTerms(patient, terms);
        // Writing is about a compartment: a record that exists is not written again.
        if (terms.rights != RIGHT_READ) revert ConsentRightsInvalid(terms.rights);
        HeldGrant storage held = _recordGrants[patient][_recordKey(terms.compartment, record)][terms.reader];
        _keep(held, terms, Conditions(0, 0, false));
        emit RecordConsentGranted(
            patient,
            terms.reader,
            record,
            terms.compartment,
            terms.purposes,
            terms.ceiling,
            terms.from,
            terms.until,
            terms.wrapHash
        );
    }

    /// @inheritdoc IConsent
    function revokeRecord(address reader, CompartmentId compartment, bytes32 record) external {
        address patient = _account();
        mapping(address => HeldGrant) storage grants = _recordGrants[patient][_recordKey(compartment, record)];
        if (grants[reader].rights == 0) revert ConsentNotGranted(patient, reader, compartment);
        delete grants[reader];
        emit RecordConsentRevoked(patient, reader, record, compartment);
    }

    /// @inheritdoc IConsent
    function revoke(address reader, CompartmentId compartment) external {
        // Whoever holds a grant's patient side is a patient: nothing else has to be asked, and taking consent back
        // never depends on what an organisation says about the patient.
        _revoke(_account(), reader, compartment);
    }

    /// @inheritdoc IConsent
    function revokeFiling(address reader, CompartmentId compartment) external {
        address patient = _account();
        _heldGrant(_filings, patient, reader, compartment);
        delete _filings[patient][compartment][reader];
        emit FilingConsentRevoked(patient, reader, compartment);
    }

    /// @inheritdoc IConsent
    function setInbox(CompartmentId compartment) external {
        address patient = _patient();
        if (CompartmentId.unwrap(compartment) != 0) _requireOpen(patient, compartment);
        _inboxes[patient] = compartment;
        emit InboxSet(patient, compartment);
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
        return _decide(patient, compartment, Question(reader, sensitivity, purpose, time));
    }

    /// @inheritdoc IConsent
    function decideRecord(
        address reader,
        address patient,
        CompartmentId compartment,
        bytes32 record,
        uint8 sensitivity,
        uint8 purpose,
        uint48 time
    ) external view returns (Decision) {
        Question memory question = Question(reader, sensitivity, purpose, time);
        Decision general = _decide(patient, compartment, question);
        bool settled = general <= Decision.CompartmentUnknown || general == Decision.ReaderBarred;
        if (settled) return general;
        _raise(question, _compartments[patient][compartment].sensitivity);
        Decision single = _best(_recordGrants[patient][_recordKey(compartment, record)], question);
        return single == Decision.Permitted || general == Decision.NoGrant ? single : general;
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
        if (organisation != address(0) && _isInbox(patient, compartment)) return true;
        // No grant is ever made to the zero address, so somebody without an organisation finds none.
        return _letsWrite(_filings[patient][compartment][organisation], author, time)
            || _letsWrite(_grants[patient][compartment][organisation], author, time);
    }

    /// @inheritdoc IConsent
    function grantOf(address patient, address reader, CompartmentId compartment) external view returns (Grant memory) {
        return _grantOf(_grants[patient][compartment][reader]);
    }

    /// @inheritdoc IConsent
    function filingOf(address patient, address reader, CompartmentId compartment) external view returns (Grant memory) {
        return _grantOf(_filings[patient][compartment][reader]);
    }

    /// @inheritdoc IConsent
    function conditionsOf(address patient, address reader, CompartmentId compartment)
        external
        view
        returns (Conditions memory)
    {
        HeldGrant storage held = _grants[patient][compartment][reader];
        return Conditions(held.specialty, held.country, held.licensed);
    }

    /// @inheritdoc IConsent
    function inboxOf(address patient) external view returns (CompartmentId) {
        return _inboxes[patient];
    }

    /// @inheritdoc IConsent
    function defaultSensitivityOf(DataClass dataClass) external pure returns (uint8) {
        if (dataClass == DataClass.PatientHealthInformation) return 5;
        return dataClass == DataClass.ProfessionalHistory ? 1 : 2;
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
        _requirePatient(patient);
    }

    function _requirePatient(address account) private view {
        if (!directory.isPatient(account)) revert ConsentPatientUnknown(account);
    }

    function _grant(address patient, GrantTerms memory terms, Conditions memory conditions) private {
        _requireTerms(patient, terms);
        _keep(
            (terms.rights == RIGHT_WRITE ? _filings : _grants)[patient][terms.compartment][terms.reader],
            terms,
            conditions
        );
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

    function _revoke(address patient, address reader, CompartmentId compartment) private {
        _heldGrant(_grants, patient, reader, compartment);
        delete _grants[patient][compartment][reader];
        emit ConsentRevoked(patient, reader, compartment);
    }

    function _decide(address patient, CompartmentId compartment, Question memory question)
        private
        view
        returns (Decision)
    {
        if (!directory.isPatient(patient)) return Decision.PatientUnknown;
        if (question.reader == patient) return Decision.Permitted;
        (bool registered, bool barred) = directory.readerStanding(question.reader);
        if (!registered) return Decision.ReaderUnknown;
        if (barred) return Decision.ReaderBarred;
        Compartment storage part = _compartments[patient][compartment];
        if (part.epoch == 0) return Decision.CompartmentUnknown;
        _raise(question, part.sensitivity);
        Decision best = _best(_grants[patient][compartment], question);
        bool filesAlone = best == Decision.NoGrant && _hasAny(_filings[patient][compartment], question.reader);
        return filesAlone ? Decision.RightNotGranted : best;
    }

    /// @dev The patient classed the compartment, an author the record: neither can make it less sensitive than the
    /// other says.
    function _raise(Question memory question, uint8 least) private pure {
        if (question.sensitivity < least) question.sensitivity = least;
    }

    /// @dev The better answer of the reader's own grant and of its organisation's (C6).
    function _best(mapping(address => HeldGrant) storage grants, Question memory question)
        private
        view
        returns (Decision)
    {
        Decision own = _answer(grants[question.reader], question);
        if (own == Decision.Permitted) return own;
        address organisation = directory.organisationOf(question.reader);
        if (organisation == address(0) || organisation == question.reader) return own;
        Decision shared = _answer(grants[organisation], question);
        return shared == Decision.Permitted || own == Decision.NoGrant ? shared : own;
    }

    /// @dev Whether the reader or its organisation has a grant, live or not. Nobody ever grants to the zero address.
    function _hasAny(mapping(address => HeldGrant) storage grants, address reader) private view returns (bool) {
        return grants[reader].rights != 0 || grants[directory.organisationOf(reader)].rights != 0;
    }

    /// @dev What one grant says, in the order of C6.
    function _answer(HeldGrant memory held, Question memory question) private view returns (Decision) {
        if (held.rights == 0) return Decision.NoGrant;
        if (question.time < held.from) return Decision.NotYetValid;
        if (question.time >= held.until) return Decision.Expired;
        if (held.rights & RIGHT_READ == 0) return Decision.RightNotGranted;
        // A purpose beyond the sixteen shifts every bit out and is not granted.
        if ((held.purposes >> question.purpose) & 1 == 0) return Decision.PurposeNotGranted;
        if (question.sensitivity > held.ceiling) return Decision.SensitivityAboveCeiling;
        return _answerOfConditions(held, question.reader, question.time);
    }

    function _letsWrite(HeldGrant memory held, address author, uint48 time) private view returns (bool) {
        bool live = held.rights & RIGHT_WRITE != 0 && time >= held.from && time < held.until;
        return live && _answerOfConditions(held, author, time) == Decision.Permitted;
    }

    /// @dev C11. Asks the Directory only about what a grant asks for, so that other grants cost as before.
    function _answerOfConditions(HeldGrant memory held, address person, uint48 time) private view returns (Decision) {
        if (held.specialty != 0 || held.licensed) {
            (uint64 specialty, uint48 licensedUntil) = directory.attributesOf(person);
            if (held.specialty != 0 && held.specialty != specialty) return Decision.SpecialtyNotMet;
            if (held.licensed && time >= licensedUntil) return Decision.LicenceNotMet;
        }
        if (held.country != 0) {
            (, bytes2 country) = directory.admissionOf(directory.organisationOf(person));
            if (held.country != country) return Decision.JurisdictionNotMet;
        }
        return Decision.Permitted;
    }

    /// @dev In one write. The compiler makes several of an assignment, field by field, by way of two copies in memory: 800
    /// gas more.
    function _keep(HeldGrant storage held, GrantTerms memory terms, Conditions memory conditions) private {
        uint256 word = uint256(terms.rights) | uint256(terms.purposes) << 8 | uint256(terms.ceiling) << 24
            | uint256(terms.from) << 32 | uint256(terms.until) << 80 | uint256(conditions.specialty) << 128
            | uint256(uint16(conditions.country)) << 192 | (conditions.licensed ? 1 << 208 : 0);
        assembly ("memory-safe") {
            sstore(held.slot, word)
        }
    }

    /// @dev That the caller may decide for `patient`, at this time (spec/directory.md D18).
    function _requireDelegate(address patient, address reader, CompartmentId compartment)
        private
        returns (address delegate)
    {
        delegate = _account();
        (uint8 scope, uint48 until) = directory.delegationOf(patient, delegate);
        if (scope != SCOPE_CONSENT || block.timestamp >= until) revert ConsentNotDelegated(patient, delegate);
        emit ConsentByDelegate(patient, delegate, reader, compartment);
    }

    /// @dev Without it a delegate would give itself, or somebody who helps it, what the patient kept back; and the patient's own
    /// device would wrap the next key to them.
    function _requireWithin(address patient, address delegate, GrantTerms calldata terms) private view {
        HeldGrant storage held = _grants[patient][terms.compartment][delegate];
        uint8 rights = held.rights;
        bool reads = rights & RIGHT_READ != 0 && block.timestamp >= held.from && block.timestamp < held.until;
        bool isWithin = terms.reader != delegate && terms.rights & ~rights == 0 && terms.ceiling <= held.ceiling
            && terms.until <= held.until;
        if (!reads || !isWithin) revert ConsentBeyondDelegate(patient, delegate, _grantOf(held));
    }

    function _requireTerms(address patient, GrantTerms memory terms) private view {
        if (!_isOpen(patient, terms.compartment)) {
            // Only patients open compartments, and who is a patient stays one: asked for the sake of the answer alone.
            _requirePatient(patient);
            revert ConsentCompartmentUnknown(patient, terms.compartment);
        }
        if (terms.reader == patient) revert ConsentReaderIsPatient(patient);
        (bool registered,) = directory.readerStanding(terms.reader);
        if (!registered) revert ConsentReaderUnknown(terms.reader);
        _requireScope(terms.rights, terms.purposes, terms.ceiling);
        _requirePeriod(terms.from, terms.until);
        _requireNotTooFar(terms.until);
    }

    function _requireScope(uint8 rights, uint16 purposes, uint8 ceiling) private pure {
        if (rights == 0 || rights > RIGHTS_ALL) revert ConsentRightsInvalid(rights);
        if (rights & RIGHT_READ != 0 && purposes == 0) revert ConsentPurposesEmpty();
        if (!_isSensitivity(ceiling)) revert ConsentCeilingInvalid(ceiling);
    }

    function _requirePeriod(uint48 from, uint48 until) private view {
        if (from >= until) revert ConsentPeriodInvalid(from, until);
        if (until <= block.timestamp) revert ConsentExpired(until, block.timestamp);
    }

    function _requireNotTooFar(uint48 until) private view {
        uint256 untilMax = block.timestamp + GRANT_SECONDS_MAX;
        if (until > untilMax) revert ConsentExpiryTooFar(until, untilMax);
    }

    /// @dev The grant that `reader` has from `patient`, live or not.
    function _heldGrant(
        mapping(address patient => mapping(CompartmentId => mapping(address reader => HeldGrant))) storage grants,
        address patient,
        address reader,
        CompartmentId compartment
    ) private view returns (HeldGrant storage held) {
        held = grants[patient][compartment][reader];
        if (held.rights == 0) revert ConsentNotGranted(patient, reader, compartment);
    }

    function _grantOf(HeldGrant storage held) private view returns (Grant memory) {
        return Grant(held.rights, held.purposes, held.ceiling, held.from, held.until);
    }

    function _requireOpen(address patient, CompartmentId compartment) private view {
        if (!_isOpen(patient, compartment)) revert ConsentCompartmentUnknown(patient, compartment);
    }

    function _isOpen(address patient, CompartmentId compartment) private view returns (bool) {
        return _compartments[patient][compartment].epoch != 0;
    }

    function _isInbox(address patient, CompartmentId compartment) private view returns (bool) {
        bytes32 inbox = CompartmentId.unwrap(_inboxes[patient]);
        return inbox != 0 && inbox == CompartmentId.unwrap(compartment);
    }

    function _requireRecipient(bytes calldata recipient) private pure {
        if (recipient.length != RECIPIENT_BYTES) revert ConsentRecipientLengthInvalid(recipient.length);
    }

    function _recordKey(CompartmentId compartment, bytes32 record) private pure returns (bytes32) {
        return keccak256(abi.encode(compartment, record));
    }

    function _isSensitivity(uint8 value) private pure returns (bool) {
        return value >= SENSITIVITY_MIN && value <= SENSITIVITY_MAX;
    }
}
