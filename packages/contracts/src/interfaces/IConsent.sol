// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {CompartmentId} from "../types/CompartmentId.sol";

/// @title Consent
/// @notice What each patient agreed to, and the one authority on whether somebody may read or write.
/// @dev Rules C1-C17 in spec/consent.md.
interface IConsent {
    /// @notice The answer of `decide`; C6 says in which order reasons are checked.
    enum Decision {
        Permitted,
        PatientUnknown,
        ReaderUnknown,
        CompartmentUnknown,
        NoGrant,
        NotYetValid,
        Expired,
        RightNotGranted,
        PurposeNotGranted,
        SensitivityAboveCeiling,
        ReaderBarred,
        SpecialtyNotMet,
        LicenceNotMet,
        JurisdictionNotMet
    }

    /// @notice What a reading person has to be, beyond being named (C11). Zeros ask for nothing.
    /// @param specialty SNOMED CT concept that the person's organisation gives them.
    /// @param country Of the organisation that the person acts for, ISO 3166-1 alpha-2.
    /// @param licensed Whether the person's licence must not be over.
    struct Conditions {
        uint64 specialty;
        bytes2 country;
        bool licensed;
    }

    /// @notice Kinds of data as the founding papers list them (C14).
    enum DataClass {
        PatientHealthInformation,
        PersonalRecord,
        HospitalRecord,
        LaboratoryRecord,
        InsuranceRecord,
        ProfessionalHistory
    }

    /// @notice What a patient signs when granting (C2, C3).
    /// @param reader A registered person or an active organisation.
    /// @param compartment One of the patient's.
    /// @param rights Set of bits: 1 read, 2 write.
    /// @param purposes Set of bits by HL7 PurposeOfUse (C9); not empty when reading is granted.
    /// @param ceiling Highest sensitivity granted, 1 to 5.
    /// @param from Unix seconds, inclusive.
    /// @param until Unix seconds, exclusive, in the future, at most `GRANT_SECONDS_MAX` away.
    /// @param wrapHash SHA-256 of the bytes that the gateway keeps for the reader.
    struct GrantTerms {
        address reader;
        CompartmentId compartment;
        uint8 rights;
        uint16 purposes;
        uint8 ceiling;
        uint48 from;
        uint48 until;
        bytes32 wrapHash;
    }

    /// @notice A grant as it is kept: 128 bits of one word; the other half is free for what grants learn later.
    /// @dev 48 bits of seconds last for nine million years. `rights` is never zero in a grant that exists.
    struct Grant {
        uint8 rights;
        uint16 purposes;
        uint8 ceiling;
        uint48 from;
        uint48 until;
    }

    /// @notice A compartment of a patient exists, in its first epoch.
    event CompartmentOpened(
        address indexed patient, CompartmentId indexed compartment, uint8 sensitivity, bytes recipient
    );
    /// @notice The patient's latest word to `reader`; it replaces any earlier grant of its kind: to write alone, or to read (C2).
    event ConsentGranted(
        address indexed patient,
        address indexed reader,
        CompartmentId indexed compartment,
        uint8 rights,
        uint16 purposes,
        uint8 ceiling,
        uint48 from,
        uint48 until,
        bytes32 wrapHash
    );
    /// @notice From this block on `reader` has no grant of its own, but for one to write alone.
    event ConsentRevoked(address indexed patient, address indexed reader, CompartmentId indexed compartment);
    /// @notice From this block on `reader` has no grant of its own to write alone.
    event FilingConsentRevoked(address indexed patient, address indexed reader, CompartmentId indexed compartment);
    /// @notice New records of the compartment are sealed to `recipient`; `backLink` opens the epoch before.
    event CompartmentRotated(
        address indexed patient,
        CompartmentId indexed compartment,
        uint32 epoch,
        bytes recipient,
        bytes backLink,
        bytes32 wrapsHash
    );

    /// @notice The grant that was just given holds under these conditions.
    event ConsentConditioned(
        address indexed patient,
        address indexed reader,
        CompartmentId indexed compartment,
        uint64 specialty,
        bytes2 country,
        bool licensed
    );
    /// @notice The grant or revocation that follows is the delegate's decision.
    event ConsentByDelegate(
        address indexed patient, address indexed delegate, address reader, CompartmentId compartment
    );
    /// @notice Any active organisation may file into `compartment` from now on; zero: into none.
    event InboxSet(address indexed patient, CompartmentId indexed compartment);
    /// @notice What is left of the grant to `reader`; its conditions and its wrap are as before.
    event ConsentNarrowed(
        address indexed patient,
        address indexed reader,
        CompartmentId indexed compartment,
        uint8 rights,
        uint16 purposes,
        uint8 ceiling,
        uint48 from,
        uint48 until
    );
    /// @notice The grant to `reader` ends at `until` now; all else of it is as before.
    event ConsentRenewed(
        address indexed patient, address indexed reader, CompartmentId indexed compartment, uint48 until
    );
    /// @notice The patient's latest word to `reader` about one record.
    event RecordConsentGranted(
        address indexed patient,
        address indexed reader,
        bytes32 indexed record,
        CompartmentId compartment,
        uint16 purposes,
        uint8 ceiling,
        uint48 from,
        uint48 until,
        bytes32 wrapHash
    );
    /// @notice From this block on `reader` has no grant for this one record.
    event RecordConsentRevoked(
        address indexed patient, address indexed reader, bytes32 indexed record, CompartmentId compartment
    );

    /// @notice `delegate` may not decide for `patient` at this time (C13).
    error ConsentNotDelegated(address patient, address delegate);
    /// @notice A delegate gives others no more than `held`, which is what it may open itself, and nothing to itself (C13).
    error ConsentBeyondDelegate(address patient, address delegate, Grant held);
    /// @notice `account` is not a registered, attested patient.
    error ConsentPatientUnknown(address account);
    /// @notice The patient has no such compartment.
    error ConsentCompartmentUnknown(address patient, CompartmentId compartment);
    /// @notice The patient has used this id before (C1).
    error ConsentCompartmentExists(address patient, CompartmentId compartment);
    /// @notice Sensitivity is 1 to 5.
    error ConsentSensitivityInvalid(uint8 sensitivity);
    /// @notice A recipient has 1,216 bytes.
    error ConsentRecipientLengthInvalid(uint256 length);
    /// @notice `reader` is not registered.
    error ConsentReaderUnknown(address reader);
    /// @notice Patients read their own charts without a grant.
    error ConsentReaderIsPatient(address patient);
    /// @notice Rights are 1, 2 or 3.
    error ConsentRightsInvalid(uint8 rights);
    /// @notice A right to read without a purpose permits nothing.
    error ConsentPurposesEmpty();
    /// @notice A ceiling is 1 to 5.
    error ConsentCeilingInvalid(uint8 ceiling);
    /// @notice A period ends after it begins.
    error ConsentPeriodInvalid(uint48 from, uint48 until);
    /// @notice The period is over already.
    error ConsentExpired(uint48 until, uint256 timestamp);
    /// @notice The period ends later than `untilMax`.
    error ConsentExpiryTooFar(uint48 until, uint256 untilMax);
    /// @notice `reader` has no grant for this compartment (C4).
    error ConsentNotGranted(address patient, address reader, CompartmentId compartment);
    /// @notice Narrowing only takes away: something in `wanted` is more than in `held` (C15).
    error ConsentWider(Grant held, Grant wanted);
    /// @notice The grant was changed since, or is another one by now (C16). Read it again.
    error ConsentEndDiffers(uint48 heldUntil, uint48 expected);
    /// @notice A renewal ends later than the grant does (C16).
    error ConsentNotLater(uint48 until, uint48 heldUntil);
    /// @notice Another device has rotated first, or one is ahead (C5). Read the epoch again.
    error ConsentEpochInvalid(uint32 epoch, uint32 expected);
    /// @notice A back-link has 60 bytes (spec/envelope.md E9).
    error ConsentBackLinkLengthInvalid(uint256 length);

    /// @notice Opens a compartment of the caller's chart, in epoch 1.
    /// @dev C1.
    /// @param sensitivity 1 to 5.
    /// @param recipient X-Wing public key of the first epoch, 1,216 bytes.
    /// @custom:reverts ConsentPatientUnknown(account)
    /// @custom:reverts ConsentSensitivityInvalid(sensitivity)
    /// @custom:reverts ConsentRecipientLengthInvalid(length)
    /// @custom:reverts ConsentCompartmentExists(patient, compartment)
    /// @custom:emits CompartmentOpened(patient, compartment, sensitivity, recipient)
    function openCompartment(CompartmentId compartment, uint8 sensitivity, bytes calldata recipient) external;

    /// @notice Lets `terms.reader` use a compartment of the caller's chart, on these terms.
    /// @dev C2, C3, C8. Granting again replaces the grant: the latest word of the patient counts. One to write alone and one to
    /// read do not replace each other.
    /// @custom:reverts ConsentPatientUnknown(account)
    /// @custom:reverts ConsentCompartmentUnknown(patient, compartment)
    /// @custom:reverts ConsentReaderIsPatient(patient)
    /// @custom:reverts ConsentReaderUnknown(reader)
    /// @custom:reverts ConsentRightsInvalid(rights)
    /// @custom:reverts ConsentPurposesEmpty()
    /// @custom:reverts ConsentCeilingInvalid(ceiling)
    /// @custom:reverts ConsentPeriodInvalid(from, until)
    /// @custom:reverts ConsentExpired(until, timestamp)
    /// @custom:reverts ConsentExpiryTooFar(until, untilMax)
    /// @custom:emits ConsentGranted(patient, reader, compartment, rights, purposes, ceiling, from, until, wrapHash)
    function grant(GrantTerms calldata terms) external;

    /// @notice As `grant`, to persons who meet `conditions` alone.
    /// @dev C11. A grant without conditions replaces one with them, and the reverse.
    /// @custom:reverts as grant
    /// @custom:emits ConsentGranted, then ConsentConditioned(patient, reader, compartment, specialty, country, licensed)
    function grantOn(GrantTerms calldata terms, Conditions calldata conditions) external;

    /// @notice As `grant`, by a delegate of `patient`, to somebody else and within the delegate's own grant to read.
    /// @dev C13.
    /// @custom:reverts ConsentNotDelegated(patient, delegate)
    /// @custom:reverts ConsentBeyondDelegate(patient, delegate, held)
    /// @custom:reverts as grant
    /// @custom:emits ConsentByDelegate(patient, delegate, reader, compartment), then ConsentGranted
    function grantFor(address patient, GrantTerms calldata terms) external;

    /// @notice As `revoke`, by a delegate of `patient`.
    /// @dev C13.
    /// @custom:reverts ConsentNotDelegated(patient, delegate)
    /// @custom:reverts ConsentNotGranted(patient, reader, compartment)
    /// @custom:emits ConsentByDelegate(patient, delegate, reader, compartment), then ConsentRevoked
    function revokeFor(address patient, address reader, CompartmentId compartment) external;

    /// @notice Takes a part of the caller's grant to `reader` back: rights, purposes, sensitivity or time.
    /// @dev C15. Not of one that was given to write alone: that is granted anew. Conditions and the wrap stay. Rotate afterwards when reading was taken away.
    /// @param wanted All that is left; nothing of it more than is held, and a grant by C2.
    /// @custom:reverts ConsentNotGranted(patient, reader, compartment)
    /// @custom:reverts ConsentWider(held, wanted)
    /// @custom:reverts ConsentRightsInvalid(rights)
    /// @custom:reverts ConsentPurposesEmpty()
    /// @custom:reverts ConsentCeilingInvalid(ceiling)
    /// @custom:reverts ConsentPeriodInvalid(from, until)
    /// @custom:reverts ConsentExpired(until, timestamp)
    /// @custom:emits ConsentNarrowed(patient, reader, compartment, rights, purposes, ceiling, from, until)
    function narrow(address reader, CompartmentId compartment, Grant calldata wanted) external;

    /// @notice Lets the caller's grant to `reader`, which is not over yet, end later.
    /// @dev C16. Names the grant by what the patient saw of it, so that a renewal which a relay kept back extends
    /// nothing that was changed meanwhile.
    /// @param epoch The compartment's present epoch.
    /// @param heldUntil When the grant ends so far.
    /// @param until Unix seconds, exclusive, after `heldUntil`, at most `GRANT_SECONDS_MAX` away.
    /// @custom:reverts ConsentPatientUnknown(account)
    /// @custom:reverts ConsentNotGranted(patient, reader, compartment)
    /// @custom:reverts ConsentEpochInvalid(epoch, expected)
    /// @custom:reverts ConsentEndDiffers(heldUntil, expected)
    /// @custom:reverts ConsentExpired(until, timestamp)
    /// @custom:reverts ConsentNotLater(until, heldUntil)
    /// @custom:reverts ConsentExpiryTooFar(until, untilMax)
    /// @custom:emits ConsentRenewed(patient, reader, compartment, until)
    function renew(address reader, CompartmentId compartment, uint32 epoch, uint48 heldUntil, uint48 until) external;

    /// @notice Lets `terms.reader` read one record of the caller's chart, whatever else the compartment holds.
    /// @dev C12. `terms.rights` is 1.
    /// @custom:reverts as grant
    /// @custom:emits RecordConsentGranted(patient, reader, record, compartment, purposes, ceiling, from, until, wrapHash)
    function grantRecord(bytes32 record, GrantTerms calldata terms) external;

    /// @notice Takes the caller's grant of one record back.
    /// @dev C12.
    /// @custom:reverts ConsentNotGranted(patient, reader, compartment)
    /// @custom:emits RecordConsentRevoked(patient, reader, record, compartment)
    function revokeRecord(address reader, CompartmentId compartment, bytes32 record) external;

    /// @notice Takes the caller's grant to `reader` back, whether it is live, over or yet to begin. One to write alone stays.
    /// @dev C4. Rotate afterwards, so that the reader's key opens nothing newer.
    /// @custom:reverts ConsentNotGranted(patient, reader, compartment)
    /// @custom:emits ConsentRevoked(patient, reader, compartment)
    function revoke(address reader, CompartmentId compartment) external;

    /// @notice Takes the caller's grant to `reader` to write alone back.
    /// @dev C4.
    /// @custom:reverts ConsentNotGranted(patient, reader, compartment)
    /// @custom:emits FilingConsentRevoked(patient, reader, compartment)
    function revokeFiling(address reader, CompartmentId compartment) external;

    /// @notice Lets every active organisation file into one compartment of the caller's chart, and into no other.
    /// @dev C17. Nobody reads anything by it.
    /// @param compartment An open one; zero for none, so that strangers file nothing.
    /// @custom:reverts ConsentPatientUnknown(account)
    /// @custom:reverts ConsentCompartmentUnknown(patient, compartment)
    /// @custom:emits InboxSet(patient, compartment)
    function setInbox(CompartmentId compartment) external;

    /// @notice Starts the next epoch of a compartment of the caller's chart.
    /// @dev C5.
    /// @param epoch The epoch that this makes: the present one plus one.
    /// @param recipient X-Wing public key of the new epoch, 1,216 bytes.
    /// @param backLink The old epoch's seed under the new one's, 60 bytes.
    /// @param wrapsHash SHA-256 of the set of wraps for those who stay.
    /// @custom:reverts ConsentCompartmentUnknown(patient, compartment)
    /// @custom:reverts ConsentEpochInvalid(epoch, expected)
    /// @custom:reverts ConsentRecipientLengthInvalid(length)
    /// @custom:reverts ConsentBackLinkLengthInvalid(length)
    /// @custom:emits CompartmentRotated(patient, compartment, epoch, recipient, backLink, wrapsHash)
    function rotate(
        CompartmentId compartment,
        uint32 epoch,
        bytes calldata recipient,
        bytes calldata backLink,
        bytes32 wrapsHash
    ) external;

    /// @notice Whether `reader` may read a record of this sensitivity for this purpose at this time, or why not.
    /// @dev C6, C8.
    /// @param sensitivity Of the record, 1 to 5; below the compartment's, the compartment's counts.
    /// @param purpose Bit number (C9), not the set.
    /// @param time Unix seconds.
    function decide(
        address reader,
        address patient,
        CompartmentId compartment,
        uint8 sensitivity,
        uint8 purpose,
        uint48 time
    ) external view returns (Decision);

    /// @notice As `decide`, for a record that may have been granted by itself.
    /// @dev C12.
    function decideRecord(
        address reader,
        address patient,
        CompartmentId compartment,
        bytes32 record,
        uint8 sensitivity,
        uint8 purpose,
        uint48 time
    ) external view returns (Decision);

    /// @notice Whether `author` may add a record to the compartment at this time.
    /// @dev C7, C17.
    function canWrite(address author, address patient, CompartmentId compartment, uint48 time)
        external
        view
        returns (bool);

    /// @notice The grant as it stands, live or not; zeros when there is none.
    function grantOf(address patient, address reader, CompartmentId compartment) external view returns (Grant memory);

    /// @notice The grant to write alone as it stands, live or not; zeros when there is none.
    function filingOf(address patient, address reader, CompartmentId compartment) external view returns (Grant memory);

    /// @notice The conditions of the grant that `grantOf` tells; zeros when it has none.
    function conditionsOf(address patient, address reader, CompartmentId compartment)
        external
        view
        returns (Conditions memory);

    /// @notice Where organisations that the patient never met file; zero when nowhere (C17).
    function inboxOf(address patient) external view returns (CompartmentId);

    /// @notice The sensitivity that data of this class has unless somebody says otherwise, 1 to 5 (C14).
    function defaultSensitivityOf(DataClass dataClass) external pure returns (uint8);

    /// @notice A compartment's sensitivity, present epoch and keccak-256 of that epoch's recipient; zeros when unknown.
    function compartmentOf(address patient, CompartmentId compartment)
        external
        view
        returns (uint8 sensitivity, uint32 epoch, bytes32 recipientHash);
}
