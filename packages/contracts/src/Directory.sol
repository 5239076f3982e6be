// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccountContext} from "./AccountContext.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {RECIPIENT_BYTES} from "./types/Recipient.sol";
import {ROLE_NONE, ROLES_ADMINISTERING, ROLES_ATTESTING, Role, RoleSet} from "./types/Role.sol";
import {SIGNER_BYTES_MAX, SIGNER_BYTES_MIN, accountOfFirstSigner} from "./types/Signer.sol";

/// @title Directory
/// @dev Documentation, events and errors: IDirectory.
contract Directory is IDirectory, AccountContext {
    /// @notice Longest endpoint, in bytes (D9).
    uint256 public constant ENDPOINT_BYTES_MAX = 200;

    /// @dev Highest kind of organisation (D5).
    uint8 private constant KIND_MAX = 8;

    /// @dev Everything that a decision asks about an account, in one word (26 bytes).
    /// `organisation` and `role` are both zero or both not; `kind` is not zero once admitted.
    struct Standing {
        address organisation;
        Role role;
        uint8 kind;
        bytes2 country;
        bool registered;
        bool attested;
    }

    /// @inheritdoc IDirectory
    uint256 public immutable deploymentBlock = block.number;

    /// @inheritdoc IDirectory
    /// @dev Equals the number of accounts that are both admitted and registered. 32 bits: as wide as its votes.
    uint32 public organisationCount;

    mapping(address account => Standing) private _standings;
    mapping(address account => bytes) private _signers;
    mapping(address account => string) private _endpoints;
    mapping(bytes32 proposal => uint32) private _votes;
    mapping(bytes32 proposal => mapping(address voter => bool)) private _hasVoted;

    /// @inheritdoc IDirectory
    mapping(address account => bytes32) public recipientHashOf;

    /// @inheritdoc IDirectory
    mapping(address patient => mapping(address organisation => bytes32)) public attestationOf;

    constructor(address intake_, Founder[] memory founders) AccountContext(intake_) {
        if (founders.length == 0) revert DirectoryNoFounders();
        for (uint256 i = 0; i < founders.length; ++i) {
            Founder memory founder = founders[i];
            address organisation = accountOfFirstSigner(founder.signer);
            _admit(organisation, founder.kind, founder.country);
            _register(organisation, founder.signer, founder.recipient);
            if (bytes(founder.endpoint).length != 0) _publish(organisation, founder.endpoint);
        }
    }

    /// @inheritdoc IDirectory
    function register(bytes calldata signer, bytes calldata recipient) external {
        // The Directory does not know the account yet, so a wallet that calls directly can only be its first signer.
        address account = _isCarried() ? _carriedAccount() : accountOfFirstSigner(abi.encodePacked(msg.sender));
        address committed = accountOfFirstSigner(signer);
        if (account != committed) revert DirectorySignerMismatch(account, committed);
        _register(account, signer, recipient);
    }

    /// @inheritdoc IDirectory
    function voteAdmission(address organisation, uint8 kind, bytes2 country) external {
        address voter = _actingFor(ROLES_ADMINISTERING);
        _requireAdmissible(organisation, kind, country);
        bytes32 proposal = _proposalOf(organisation, kind, country);
        if (_hasVoted[proposal][voter]) revert DirectoryAlreadyVoted(organisation, voter);
        _hasVoted[proposal][voter] = true;
        uint32 votes = ++_votes[proposal];
        uint32 threshold = _threshold();
        emit AdmissionVoted(organisation, voter, kind, country, votes, threshold);
        if (votes < threshold) return;
        // An organisation acts for itself. Dropping a membership here, rather than refusing, leaves nobody a way to
        // block an admission by adding the candidate as a member.
        address former = _standings[organisation].organisation;
        if (former != address(0)) _removeMember(former, organisation);
        _admit(organisation, kind, country);
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
        if (standing.kind != 0) revert DirectoryAccountIsOrganisation(account);
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
    function attestPatient(address patient, bytes32 identityCommitment) external {
        address organisation = _actingFor(ROLES_ATTESTING);
        if (identityCommitment == 0) revert DirectoryCommitmentEmpty();
        Standing storage standing = _standings[patient];
        if (standing.kind != 0) revert DirectoryAccountIsOrganisation(patient);
        if (attestationOf[patient][organisation] != 0) revert DirectoryAlreadyAttested(patient, organisation);
        attestationOf[patient][organisation] = identityCommitment;
        standing.attested = true;
        emit PatientAttested(patient, organisation, identityCommitment);
    }

    /// @inheritdoc IDirectory
    function accountOf(bytes calldata signer) external pure returns (address) {
        return accountOfFirstSigner(signer);
    }

    /// @inheritdoc IDirectory
    function signerOf(address account) external view returns (bytes memory) {
        return _signers[account];
    }

    /// @inheritdoc IDirectory
    function accountOfSigner(bytes calldata signer) external view returns (address) {
        return _accountOfSigner(signer);
    }

    /// @inheritdoc IDirectory
    function isRegistered(address account) external view returns (bool) {
        return _standings[account].registered;
    }

    /// @inheritdoc IDirectory
    function isPatient(address account) external view returns (bool) {
        Standing storage standing = _standings[account];
        return standing.registered && standing.attested;
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
        if (!standing.registered) return (address(0), ROLE_NONE);
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
        return (_votes[_proposalOf(organisation, kind, country)], _threshold());
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

    function _register(address account, bytes memory signer, bytes memory recipient) private {
        if (signer.length < SIGNER_BYTES_MIN || signer.length > SIGNER_BYTES_MAX) {
            revert DirectorySignerLengthInvalid(signer.length);
        }
        if (recipient.length != RECIPIENT_BYTES) revert DirectoryRecipientLengthInvalid(recipient.length);
        Standing storage standing = _standings[account];
        if (standing.registered) revert DirectoryAlreadyRegistered(account);
        bool admitted = standing.kind != 0;
        if (!admitted && !standing.attested && standing.organisation == address(0)) {
            revert DirectoryAccountUnexpected(account);
        }
        standing.registered = true;
        _signers[account] = signer;
        recipientHashOf[account] = keccak256(recipient);
        if (admitted) ++organisationCount;
        emit AccountRegistered(account, signer, recipient);
    }

    function _admit(address organisation, uint8 kind, bytes2 country) private {
        _requireAdmissible(organisation, kind, country);
        Standing storage standing = _standings[organisation];
        standing.kind = kind;
        standing.country = country;
        // Someone who was registered as a person before is active at once; others when they register.
        if (standing.registered) ++organisationCount;
        emit OrganisationAdmitted(organisation, kind, country);
    }

    function _removeMember(address organisation, address account) private {
        Standing storage standing = _standings[account];
        standing.organisation = address(0);
        standing.role = ROLE_NONE;
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

    function _isActive(address account) private view returns (bool) {
        Standing storage standing = _standings[account];
        return standing.registered && standing.kind != 0;
    }

    /// @dev More than half of the active organisations (D4).
    function _threshold() private view returns (uint32) {
        return organisationCount / 2 + 1;
    }

    /// @dev A signer belongs to the account that it commits to, so no reverse index is stored.
    function _accountOfSigner(bytes memory signer) private view returns (address) {
        address account = accountOfFirstSigner(signer);
        // Asked first, because nobody's signer is as empty as an empty one.
        if (!_standings[account].registered) return address(0);
        return keccak256(_signers[account]) == keccak256(signer) ? account : address(0);
    }

    function _accountOfWallet(address wallet) internal view override returns (address) {
        return _accountOfSigner(abi.encodePacked(wallet));
    }

    function _proposalOf(address organisation, uint8 kind, bytes2 country) private pure returns (bytes32) {
        return keccak256(abi.encode(organisation, kind, country));
    }

    function _isCapital(bytes1 letter) private pure returns (bool) {
        return letter >= "A" && letter <= "Z";
    }
}
