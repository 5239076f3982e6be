// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Role} from "../types/Role.sol";
import {IDirectoryGuardians} from "./IDirectoryGuardians.sol";
import {IDirectoryKeys} from "./IDirectoryKeys.sol";

/// @title Directory
/// @notice Who takes part: organisations, their members, and patients.
/// @dev Rules D1-D12 and D15 in spec/directory.md, O1, O2 and O9 in spec/operations.md. Pseudonymous ids and keys only.
interface IDirectory is IDirectoryKeys, IDirectoryGuardians {
    /// @notice An organisation named at deployment; it is registered, admitted and active from the first block.
    /// @param signer O1. @param recipient D3. @param kind D5. @param country D4. @param endpoint D9, may be empty.
    struct Founder {
        bytes signer;
        bytes recipient;
        uint8 kind;
        bytes2 country;
        string endpoint;
    }

    /// @notice What organisations vote about one of them (D11).
    enum StandingChange {
        Suspend,
        Reinstate,
        Remove
    }

    /// @notice What an organisation says of its member, for conditions of grants (D12).
    struct Attributes {
        uint64 specialty;
        uint48 licensedUntil;
    }

    /// @notice An account became known, with the key it signs with and the key one seals to.
    event AccountRegistered(address indexed account, bytes signer, bytes recipient);
    /// @notice Enough organisations wanted `organisation`. It is active once it is registered as well.
    event OrganisationAdmitted(address indexed organisation, uint8 kind, bytes2 country);
    /// @notice `votes` organisations want `organisation` by now; `threshold` are needed.
    event AdmissionVoted(
        address indexed organisation, address indexed voter, uint8 kind, bytes2 country, uint32 votes, uint32 threshold
    );
    /// @notice The organisation's gateway answers at `endpoint`; empty when it has none.
    event EndpointPublished(address indexed organisation, string endpoint);
    /// @notice `account` acts for `organisation` in `role`, once it is registered.
    event MemberAdded(address indexed organisation, address indexed account, Role role);
    /// @notice `account` acts for `organisation` no longer.
    event MemberRemoved(address indexed organisation, address indexed account);
    /// @notice `organisation` has checked the identity behind `patient`.
    event PatientAttested(address indexed patient, address indexed organisation, bytes32 identityCommitment);

    /// @notice `votes` organisations want this change of `organisation` by now; `threshold` are needed.
    event StandingVoted(
        address indexed organisation, address indexed voter, StandingChange change, uint32 votes, uint32 threshold
    );
    /// @notice Enough organisations wanted it. All open votes, about whomever, have to be given again.
    event StandingChanged(address indexed organisation, StandingChange change);
    /// @notice `organisation` says this of its member; being removed ends it.
    event AttributesSet(address indexed organisation, address indexed member, uint64 specialty, uint48 licensedUntil);

    /// @notice A directory without a founder could never admit anybody.
    error DirectoryNoFounders();
    /// @notice Nobody with the right to do so expects `account` (D1). Ask an organisation first.
    error DirectoryAccountUnexpected(address account);
    /// @notice `account` is registered already (D2).
    error DirectoryAlreadyRegistered(address account);
    /// @notice The caller speaks for `account`, but the signer commits to `committed` (O2).
    error DirectorySignerMismatch(address account, address committed);
    /// @notice A signer has 20 to 1,024 bytes (O1).
    error DirectorySignerLengthInvalid(uint256 length);
    /// @notice A recipient has 1,216 bytes (D3).
    error DirectoryRecipientLengthInvalid(uint256 length);
    /// @notice `account` is no active organisation and no member of one in a role that may do this.
    error DirectoryNotPermitted(address account);
    /// @notice Kinds are 1 to 8 (D5).
    error DirectoryKindInvalid(uint8 kind);
    /// @notice A country is two capital letters, ISO 3166-1 alpha-2 (D4).
    error DirectoryCountryInvalid(bytes2 country);
    /// @notice `organisation` is admitted already.
    error DirectoryAlreadyAdmitted(address organisation);
    /// @notice `voter` has voted for this account, kind and country (D4).
    error DirectoryAlreadyVoted(address organisation, address voter);
    /// @notice An endpoint has at most 200 bytes (D9).
    error DirectoryEndpointTooLong(uint256 length, uint256 lengthMax);
    /// @notice Roles are 1 to 8 (D6).
    error DirectoryRoleInvalid(Role role);
    /// @notice The account is no organisation, or stands like that already (D11).
    error DirectoryStandingUnchanged(address organisation, StandingChange change);
    /// @notice `account` is or was an organisation; it can be neither a member nor a patient.
    error DirectoryAccountIsOrganisation(address account);
    /// @notice `account` is a member of `organisation`, and can be one of a single organisation at a time (D6).
    error DirectoryAlreadyMember(address account, address organisation);
    /// @notice `account` is no member of `organisation`.
    error DirectoryNotMember(address account, address organisation);
    /// @notice A commitment of zero commits to nothing.
    error DirectoryCommitmentEmpty();
    /// @notice `organisation` has attested `patient` before (D8).
    error DirectoryAlreadyAttested(address patient, address organisation);

    /// @notice Makes the caller's account known, if somebody expects it.
    /// @dev D1-D3. Through the Intake, or directly by the wallet that is the signer.
    /// @param signer The signer that the account commits to (O2).
    /// @param recipient X-Wing public key, 1,216 bytes.
    /// @custom:reverts DirectorySignerLengthInvalid(length)
    /// @custom:reverts DirectoryRecipientLengthInvalid(length)
    /// @custom:reverts DirectorySignerMismatch(account, committed)
    /// @custom:reverts DirectoryAlreadyRegistered(account)
    /// @custom:reverts DirectoryAccountUnexpected(account)
    /// @custom:emits AccountRegistered(account, signer, recipient)
    function register(bytes calldata signer, bytes calldata recipient) external;

    /// @notice Votes for admitting `organisation`; the vote that makes more than half admits it.
    /// @dev D4, D5. By an active organisation or its administrator, once per (organisation, kind, country).
    /// An organisation that was a member of another stops being one.
    /// @custom:reverts DirectoryNotPermitted(account)
    /// @custom:reverts DirectoryKindInvalid(kind)
    /// @custom:reverts DirectoryCountryInvalid(country)
    /// @custom:reverts DirectoryAlreadyAdmitted(organisation)
    /// @custom:reverts DirectoryAlreadyVoted(organisation, voter)
    /// @custom:emits AdmissionVoted(organisation, voter, kind, country, votes, threshold)
    /// @custom:emits MemberRemoved(organisation, account) - when it was a member
    /// @custom:emits OrganisationAdmitted(organisation, kind, country) - at the threshold
    function voteAdmission(address organisation, uint8 kind, bytes2 country) external;

    /// @notice Votes for suspending, reinstating or removing another organisation; more than half of the active ones do it.
    /// @dev D10, D11. By an active organisation or its administrator, once per round.
    /// @custom:reverts DirectoryNotPermitted(account) - also about oneself
    /// @custom:reverts DirectoryStandingUnchanged(organisation, change)
    /// @custom:reverts DirectoryAlreadyVoted(organisation, voter)
    /// @custom:emits StandingVoted(organisation, voter, change, votes, threshold)
    /// @custom:emits StandingChanged(organisation, change) - at the threshold
    function voteStanding(address organisation, StandingChange change) external;

    /// @notice Says what a member of the caller's organisation is, for grants that ask for it.
    /// @dev D12. By an active organisation or its administrator.
    /// @param specialty SNOMED CT concept of the specialty; zero for none.
    /// @param licensedUntil Unix seconds, exclusive; zero for no licence.
    /// @custom:reverts DirectoryNotPermitted(account)
    /// @custom:reverts DirectoryNotMember(account, organisation)
    /// @custom:emits AttributesSet(organisation, member, specialty, licensedUntil)
    function setAttributes(address member, uint64 specialty, uint48 licensedUntil) external;

    /// @notice Publishes where the organisation's gateway answers.
    /// @dev D9. By an active organisation or its administrator.
    /// @param endpoint Base URL, at most 200 bytes; empty takes it back.
    /// @custom:reverts DirectoryNotPermitted(account)
    /// @custom:reverts DirectoryEndpointTooLong(length, lengthMax)
    /// @custom:emits EndpointPublished(organisation, endpoint)
    function setEndpoint(string calldata endpoint) external;

    /// @notice Lets `account` act for the caller's organisation in `role`.
    /// @dev D6. By an active organisation or its administrator. Another role: remove, then add.
    /// @custom:reverts DirectoryNotPermitted(account)
    /// @custom:reverts DirectoryRoleInvalid(role)
    /// @custom:reverts DirectoryAccountIsOrganisation(account)
    /// @custom:reverts DirectoryAlreadyMember(account, organisation)
    /// @custom:emits MemberAdded(organisation, account, role)
    function addMember(address account, Role role) external;

    /// @notice Takes every right that `account` has as a member, from this transaction on.
    /// @dev D6, D7. By an active organisation or its administrator, and by the member for itself.
    /// @custom:reverts DirectoryNotPermitted(account)
    /// @custom:reverts DirectoryNotMember(account, organisation)
    /// @custom:emits MemberRemoved(organisation, account)
    function removeMember(address account) external;

    /// @notice Ends a membership and takes the signer out of use with which the member registered: lost, stolen, left.
    /// @dev D15. By an active organisation or its administrator, in one transaction.
    /// @custom:reverts DirectoryNotPermitted(account)
    /// @custom:reverts DirectoryNotMember(account, organisation)
    /// @custom:emits MemberRemoved(organisation, account)
    /// @custom:emits SignerRevoked(account) - unless it is a patient, registered elsewhere, or revoked before
    function cutOff(address member) external;

    /// @notice States that the caller's organisation has checked the identity behind `patient`.
    /// @dev D8. By an active organisation, its administrator, doctor or nurse.
    /// @param identityCommitment Salted; the salt stays with the organisation.
    /// @custom:reverts DirectoryNotPermitted(account)
    /// @custom:reverts DirectoryCommitmentEmpty()
    /// @custom:reverts DirectoryAccountIsOrganisation(account)
    /// @custom:reverts DirectoryAlreadyAttested(patient, organisation)
    /// @custom:emits PatientAttested(patient, organisation, identityCommitment)
    function attestPatient(address patient, bytes32 identityCommitment) external;

    /// @notice Attests and registers a patient in one operation, with the patient's agreement.
    /// @dev D19. By an active organisation, its administrator, doctor or nurse.
    /// @param signer The patient's; the account follows from it (O2).
    /// @param recipient The patient's, 1,216 bytes. Only the patient can name it: records are sealed to it.
    /// @param identityCommitment Salted; the salt stays with the organisation.
    /// @param agreement By `signer`, over `hashPatientRegistration`.
    /// @custom:reverts DirectoryPossessionUnproven(account)
    /// @custom:reverts DirectoryAlreadyRegistered(account), and whatever `attestPatient` and `register` refuse
    /// @custom:emits PatientAttested(patient, organisation, identityCommitment)
    /// @custom:emits AccountRegistered(account, signer, recipient)
    function registerPatient(
        bytes calldata signer,
        bytes calldata recipient,
        bytes32 identityCommitment,
        bytes calldata agreement
    ) external;

    /// @notice The EIP-712 digest by which a patient agrees to be registered with `recipient` by `organisation`.
    function hashPatientRegistration(address patient, bytes calldata recipient, address organisation)
        external
        view
        returns (bytes32);

    /// @notice The account that `signer` commits to as its first signer (O2), known or not.
    function accountOf(bytes calldata signer) external pure returns (address);

    /// @notice The registered account whose present signer is `signer`; zero when there is none.
    function accountOfSigner(bytes calldata signer) external view returns (address);

    /// @notice keccak-256 of `account`'s recipient; zero when it is not registered.
    function recipientHashOf(address account) external view returns (bytes32);

    function isRegistered(address account) external view returns (bool);

    /// @notice `isRegistered` and `isBarred` in one call: what a grant and a decision ask about a reader.
    function readerStanding(address account) external view returns (bool registered, bool barred);

    /// @notice Whether `account` is registered and some organisation has attested it.
    function isPatient(address account) external view returns (bool);

    /// @notice Whether `account` is an organisation that is both admitted and registered.
    function isActiveOrganisation(address account) external view returns (bool);

    /// @notice The active organisation that `account` is or is a registered member of; zero when there is none.
    function organisationOf(address account) external view returns (address);

    /// @notice The role in which `account` acts for `organisationOf(account)`; zero for the organisation itself.
    function roleOf(address account) external view returns (Role);

    /// @notice `organisationOf` and `roleOf` in one call.
    function affiliationOf(address account) external view returns (address organisation, Role role);

    /// @notice What an organisation was admitted as; zeros when it was not.
    function admissionOf(address organisation) external view returns (uint8 kind, bytes2 country);

    /// @notice What `organisation` committed to when it attested `patient`; zero when it did not.
    function attestationOf(address patient, address organisation) external view returns (bytes32);

    /// @notice How many organisations are active; more than half of them admit another.
    function organisationCount() external view returns (uint32);

    /// @notice Votes of the present round for admitting `organisation` as this kind in this country, and how many it takes at present.
    function admissionVotes(address organisation, uint8 kind, bytes2 country)
        external
        view
        returns (uint32 votes, uint32 threshold);

    /// @notice Votes for this change of `organisation` in the present round, and how many it takes at present.
    function standingVotes(address organisation, StandingChange change)
        external
        view
        returns (uint32 votes, uint32 threshold);

    /// @notice Whether `account` is an organisation that was suspended or removed.
    function isBarred(address account) external view returns (bool);

    /// @notice What the present organisation of `member` says of it; zeros when it says nothing.
    function attributesOf(address member) external view returns (uint64 specialty, uint48 licensedUntil);

    /// @notice Where the organisation's gateway answers; empty when it has not said.
    function endpointOf(address organisation) external view returns (string memory);

    /// @notice Counts the suspensions, reinstatements and removals so far: a vote before one counts no more after it.
    function generation() external view returns (uint32);

    /// @notice Admits and registers the founders, once, when the Directory is deployed.
    /// @custom:reverts DirectoryNoFounders()
    /// @custom:emits OrganisationAdmitted(organisation, kind, country), AccountRegistered(account, signer, recipient)
    function initialize(Founder[] calldata founders) external;
}
