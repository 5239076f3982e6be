// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {AccountContext} from "./AccountContext.sol";
import {DirectoryGuardians} from "./DirectoryGuardians.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {Ballots} from "./libraries/Ballots.sol";
import {ROLE_NONE, ROLES_ADMINISTERING, ROLES_ATTESTING, Role, RoleSet} from "./types/Role.sol";
import {accountOfFirstSigner} from "./types/Signer.sol";

/// @title Directory
/// @dev Documentation, events and errors: IDirectory.
contract Directory is DirectoryGuardians, Initializable {
    using Ballots for Ballots.Box;

    /// @notice Longest endpoint, in bytes (D9).
    uint256 public constant ENDPOINT_BYTES_MAX = 200;

    bytes32 private constant PATIENT_REGISTRATION_TYPEHASH =
        keccak256("PatientRegistration(address patient,bytes recipient,address organisation)");

    /// @dev Highest kind of organisation (D5).
    uint8 private constant KIND_MAX = 8;

    /// @dev Everything that a decision asks about an account, in one word.
    /// `organisation` and `role` are both zero or both not; `kind` is not zero once admitted, until removed.
    /// `registeredAt` is zero until the account is registered; `rekeyed` says that its first signer was replaced or revoked.
    /// `barred` is a suspended organisation when `kind` is not zero, and a removed one when it is.
    struct Standing {
        address organisation;
        Role role;
        uint8 kind;
        bytes2 country;
        bool attested;
        bool barred;
        bool rekeyed;
        uint40 registeredAt;
    }

    /// @inheritdoc IDirectory
    /// @dev Equals the number of accounts that are both admitted and registered. 32 bits: as wide as its votes.
    uint32 public organisationCount;

    /// @inheritdoc IDirectory
    /// @dev Part of every proposal: no vote of an organisation that has lost its say since is ever counted.
    uint32 public generation;

    mapping(address account => Standing) private _standings;
    mapping(address account => string) private _endpoints;

    /// @dev The organisation whose member an account was when it registered, and whose device its signer so is (D15).
    mapping(address account => address) private _sponsors;
    Ballots.Box private _ballots;
    mapping(address member => Attributes) private _attributes;

    /// @inheritdoc IDirectory
    mapping(address patient => mapping(address organisation => bytes32)) public attestationOf;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address intake_) AccountContext(intake_) EIP712("HRE Directory", "1") {
        _disableInitializers();
    }

    /// @inheritdoc IDirectory
    function initialize(Founder[] calldata founders) external initializer {
        if (founders.length == 0) revert DirectoryNoFounders();
        for (uint256 i = 0; i < founders.length; ++i) {
            Founder calldata founder = founders[i];
            address organisation = accountOfFirstSigner(founder.signer);
            _admit(organisation, founder.kind, founder.country);
            _register(organisation, founder.signer, founder.recipient);
            if (bytes(founder.endpoint).length != 0) _publish(organisation, founder.endpoint);
        }
    }

    /// @inheritdoc IDirectory
    function register(bytes calldata signer, bytes calldata recipient) external {
        // The Directory does not know the account yet, so a wallet that calls directly can only be its first signer.
        address account = _isCarried() ? _carriedAccount() : _accountOfNewWallet();
        address committed = accountOfFirstSigner(signer);
        if (account != committed) revert DirectorySignerMismatch(account, committed);
        _register(account, signer, recipient);
    }

    /// @inheritdoc IDirectory
    function voteAdmission(address organisation, uint8 kind, bytes2 country) external {
        address voter = _actingFor(ROLES_ADMINISTERING);
        _requireAdmissible(organisation, kind, country);
        (uint32 votes, uint32 threshold) = _vote(_proposalOf(organisation, kind, country), organisation, voter);
        emit AdmissionVoted(organisation, voter, kind, country, votes, threshold);
        if (votes < threshold) return;
        // An organisation acts for itself. Dropping a membership here, rather than refusing, leaves nobody a way to
        // block an admission by adding the candidate as a member.
        address former = _standings[organisation].organisation;
        if (former != address(0)) _removeMember(former, organisation);
        _admit(organisation, kind, country);
    }

    /// @inheritdoc IDirectory
    function voteStanding(address organisation, StandingChange change) external {
        address voter = _actingFor(ROLES_ADMINISTERING);
        if (voter == organisation) revert DirectoryNotPermitted(voter);
        Standing storage standing = _standings[organisation];
        bool possible = standing.kind != 0
            && (change == StandingChange.Remove || standing.barred == (change == StandingChange.Reinstate));
        if (!possible) revert DirectoryStandingUnchanged(organisation, change);
        bytes32 proposal = keccak256(abi.encode(generation, organisation, change));
        (uint32 votes, uint32 threshold) = _vote(proposal, organisation, voter);
        emit StandingVoted(organisation, voter, change, votes, threshold);
        if (votes < threshold) return;
        ++generation;
        if (_isActive(organisation)) --organisationCount;
        standing.barred = change != StandingChange.Reinstate;
        if (change == StandingChange.Remove) {
            standing.kind = 0;
            standing.country = 0;
        }
        if (_isActive(organisation)) ++organisationCount;
        emit StandingChanged(organisation, change);
    }

    /// @inheritdoc IDirectory
    function setAttributes(address member, uint64 specialty, uint48 licensedUntil) external {
        address organisation = _actingFor(ROLES_ADMINISTERING);
        if (_standings[member].organisation != organisation) revert DirectoryNotMember(member, organisation);
        _attributes[member] = Attributes(specialty, licensedUntil);
        emit AttributesSet(organisation, member, specialty, licensedUntil);
    }

    /// @inheritdoc IDirectory
    function setEndpoint(string calldata endpoint) external {
        _publish(_actingFor(ROLES_ADMINISTERING), endpoint);
    }

    /// @inheritdoc IDirectory
    function addMember(address account, Role role) external {
        address organisation = _actingFor(ROLES_ADMINISTERING);
        if (!role.isAssignable()) revert DirectoryRoleInvalid(role);
        Standing storage standing = _standings[account];
        _requireNoOrganisation(account);
        if (standing.organisation != address(0)) revert DirectoryAlreadyMember(account, standing.organisation);
        standing.organisation = organisation;
        standing.role = role;
        emit MemberAdded(organisation, account, role);
    }

    /// @inheritdoc IDirectory
    function removeMember(address account) external {
        // A member may leave: otherwise whoever adds an account first could hold it for good.
        address organisation =
            _account() == account ? _standings[account].organisation : _actingFor(ROLES_ADMINISTERING);
        if (organisation == address(0) || _standings[account].organisation != organisation) {
            revert DirectoryNotMember(account, organisation);
        }
        _removeMember(organisation, account);
    }

    /// @inheritdoc IDirectory
    function cutOff(address member) external {
        address organisation = _actingFor(ROLES_ADMINISTERING);
        Standing storage standing = _standings[member];
        if (standing.organisation != organisation) revert DirectoryNotMember(member, organisation);
        _removeMember(organisation, member);
        // Otherwise an organisation could take any account as a member, and its key away with it. A patient's key is not
        // the employer's to take either.
        bool owned = _sponsors[member] == organisation && !standing.attested;
        if (owned && !_isRevoked(member)) _revokeSigner(member);
    }

    /// @inheritdoc IDirectory
    function attestPatient(address patient, bytes32 identityCommitment) external {
        _attest(_actingFor(ROLES_ATTESTING), patient, identityCommitment);
    }

    /// @inheritdoc IDirectory
    function registerPatient(
        bytes calldata signer,
        bytes calldata recipient,
        bytes32 identityCommitment,
        bytes calldata agreement
    ) external {
        address organisation = _actingFor(ROLES_ATTESTING);
        address patient = accountOfFirstSigner(signer);
        bytes32 agreed = hashPatientRegistration(patient, recipient, organisation);
        if (!SignatureChecker.isValidSignatureNow(signer, agreed, agreement)) {
            revert DirectoryPossessionUnproven(patient);
        }
        _attest(organisation, patient, identityCommitment);
        _register(patient, signer, recipient);
    }

    /// @inheritdoc IDirectory
    function hashPatientRegistration(address patient, bytes calldata recipient, address organisation)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(
            keccak256(abi.encode(PATIENT_REGISTRATION_TYPEHASH, patient, keccak256(recipient), organisation))
        );
    }

    /// @inheritdoc IDirectory
    function accountOf(bytes calldata signer) external pure returns (address) {
        return accountOfFirstSigner(signer);
    }

    /// @inheritdoc IDirectory
    function recipientHashOf(address account) external view returns (bytes32) {
        return _recipientHashOf(account);
    }

    /// @inheritdoc IDirectory
    function accountOfSigner(bytes calldata signer) external view returns (address) {
        return _accountOfSigner(signer);
    }

    /// @inheritdoc IDirectory
    function isRegistered(address account) external view returns (bool) {
        return _standings[account].registeredAt != 0;
    }

    /// @inheritdoc IDirectory
    function readerStanding(address account) external view returns (bool registered, bool barred) {
        Standing storage standing = _standings[account];
        return (standing.registeredAt != 0, standing.barred);
    }

    /// @inheritdoc IDirectory
    function isPatient(address account) external view returns (bool) {
        Standing storage standing = _standings[account];
        return standing.registeredAt != 0 && standing.attested;
    }

    /// @inheritdoc IDirectory
    function isActiveOrganisation(address account) external view returns (bool) {
        return _isActive(account);
    }

    /// @inheritdoc IDirectory
    function organisationOf(address account) external view returns (address organisation) {
        (organisation,) = affiliationOf(account);
    }

    /// @inheritdoc IDirectory
    function roleOf(address account) external view returns (Role role) {
        (, role) = affiliationOf(account);
    }

    /// @inheritdoc IDirectory
    function affiliationOf(address account) public view returns (address organisation, Role role) {
        Standing storage standing = _standings[account];
        if (standing.registeredAt == 0 || standing.barred) return (address(0), ROLE_NONE);
        if (standing.kind != 0) return (account, ROLE_NONE);
        organisation = standing.organisation;
        // Asked again at each use, and not only when the member was added: an organisation that stops being active
        // takes its members with it.
        if (!_isActive(organisation)) return (address(0), ROLE_NONE);
        role = standing.role;
    }

    /// @inheritdoc IDirectory
    function admissionOf(address organisation) external view returns (uint8 kind, bytes2 country) {
        Standing storage standing = _standings[organisation];
        return (standing.kind, standing.country);
    }

    /// @inheritdoc IDirectory
    function admissionVotes(address organisation, uint8 kind, bytes2 country)
        external
        view
        returns (uint32 votes, uint32 threshold)
    {
        return _countOf(_proposalOf(organisation, kind, country));
    }

    /// @inheritdoc IDirectory
    function standingVotes(address organisation, StandingChange change)
        external
        view
        returns (uint32 votes, uint32 threshold)
    {
        return _countOf(keccak256(abi.encode(generation, organisation, change)));
    }

    /// @inheritdoc IDirectory
    function isBarred(address account) external view returns (bool) {
        return _standings[account].barred;
    }

    /// @inheritdoc IDirectory
    function attributesOf(address member) external view returns (uint64 specialty, uint48 licensedUntil) {
        Attributes storage held = _attributes[member];
        return (held.specialty, held.licensedUntil);
    }

    /// @inheritdoc IDirectory
    function endpointOf(address organisation) external view returns (string memory) {
        return _endpoints[organisation];
    }

    /// @dev The organisation on whose behalf the caller acts: itself, or its own in one of `roles`.
    function _actingFor(RoleSet roles) private view returns (address) {
        address account = _account();
        (address organisation, Role role) = affiliationOf(account);
        bool permitted = organisation == account || role.isIn(roles);
        if (organisation == address(0) || !permitted) revert DirectoryNotPermitted(account);
        return organisation;
    }

    /// @dev What a wallet that calls directly commits to.
    function _accountOfNewWallet() private view returns (address) {
        _requireNotPaused();
        return accountOfFirstSigner(abi.encodePacked(msg.sender));
    }

    function _attest(address organisation, address patient, bytes32 identityCommitment) private {
        if (identityCommitment == 0) revert DirectoryCommitmentEmpty();
        Standing storage standing = _standings[patient];
        _requireNoOrganisation(patient);
        if (attestationOf[patient][organisation] != 0) revert DirectoryAlreadyAttested(patient, organisation);
        attestationOf[patient][organisation] = identityCommitment;
        standing.attested = true;
        emit PatientAttested(patient, organisation, identityCommitment);
    }

    function _register(address account, bytes memory signer, bytes memory recipient) private {
        Standing storage standing = _standings[account];
        if (standing.registeredAt != 0) revert DirectoryAlreadyRegistered(account);
        bool admitted = standing.kind != 0;
        if (!admitted && !standing.attested && standing.organisation == address(0)) {
            revert DirectoryAccountUnexpected(account);
        }
        _setFirstKeys(account, signer, recipient);
        standing.registeredAt = uint40(block.timestamp);
        if (standing.organisation != address(0)) _sponsors[account] = standing.organisation;
        if (admitted) ++organisationCount;
        emit AccountRegistered(account, signer, recipient);
    }

    function _admit(address organisation, uint8 kind, bytes2 country) private {
        _requireAdmissible(organisation, kind, country);
        Standing storage standing = _standings[organisation];
        standing.kind = kind;
        standing.country = country;
        standing.barred = false;
        // Someone who was registered as a person before is active at once; others when they register.
        if (standing.registeredAt != 0) ++organisationCount;
        emit OrganisationAdmitted(organisation, kind, country);
    }

    function _removeMember(address organisation, address account) private {
        Standing storage standing = _standings[account];
        standing.organisation = address(0);
        standing.role = ROLE_NONE;
        // Another organisation vouches for them anew.
        delete _attributes[account];
        emit MemberRemoved(organisation, account);
    }

    function _publish(address organisation, string memory endpoint) private {
        uint256 length = bytes(endpoint).length;
        if (length > ENDPOINT_BYTES_MAX) revert DirectoryEndpointTooLong(length, ENDPOINT_BYTES_MAX);
        _endpoints[organisation] = endpoint;
        emit EndpointPublished(organisation, endpoint);
    }

    function _requireAdmissible(address organisation, uint8 kind, bytes2 country) private view {
        if (kind == 0 || kind > KIND_MAX) revert DirectoryKindInvalid(kind);
        if (!_isCapital(country[0]) || !_isCapital(country[1])) revert DirectoryCountryInvalid(country);
        if (_standings[organisation].kind != 0) revert DirectoryAlreadyAdmitted(organisation);
    }

    /// @dev A removed organisation is none any more, and still no person.
    function _requireNoOrganisation(address account) private view {
        Standing storage standing = _standings[account];
        if (standing.kind != 0 || standing.barred) revert DirectoryAccountIsOrganisation(account);
    }

    function _isActive(address account) private view returns (bool) {
        Standing storage standing = _standings[account];
        return standing.registeredAt != 0 && standing.kind != 0 && !standing.barred;
    }

    function _vote(bytes32 proposal, address organisation, address voter)
        private
        returns (uint32 votes, uint32 threshold)
    {
        votes = _ballots.cast(proposal, voter);
        if (votes == 0) revert DirectoryAlreadyVoted(organisation, voter);
        threshold = _threshold();
    }

    function _countOf(bytes32 proposal) private view returns (uint32 votes, uint32 threshold) {
        return (_ballots.votesFor(proposal), _threshold());
    }

    /// @dev More than half of the active organisations (D4).
    function _threshold() private view returns (uint32) {
        return organisationCount / 2 + 1;
    }

    function _registeredAt(address account) internal view override returns (uint48) {
        uint40 registeredAt = _standings[account].registeredAt;
        return registeredAt != 0 ? registeredAt : type(uint48).max;
    }

    function _isRekeyed(address account) internal view override returns (bool) {
        return _standings[account].rekeyed;
    }

    function _setRekeyed(address account) internal override {
        _standings[account].rekeyed = true;
    }

    function _proposalOf(address organisation, uint8 kind, bytes2 country) private view returns (bytes32) {
        return keccak256(abi.encode(generation, organisation, kind, country));
    }

    function _isCapital(bytes1 letter) private pure returns (bool) {
        return letter >= "A" && letter <= "Z";
    }
}
