// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {DirectoryClient} from "./AccountContext.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IRecords} from "./interfaces/IRecords.sol";
import {ROLES_AUTHORING, Role} from "./types/Role.sol";

/// @title Records
/// @dev Documentation, events and errors: IRecords.
contract Records is IRecords, DirectoryClient {
    /// @notice Records in one batch (R3): its manifest stays under 64 MiB.
    uint32 public constant BATCH_RECORDS_MAX = 100_000;

    /// @dev Who, how many, when and the two flags share one word; the root takes a second.
    struct Batch {
        address organisation;
        uint32 count;
        uint48 committedAt;
        bool twoParty;
        bool withdrawn;
        bytes32 root;
    }

    /// @dev What a root was committed as. The party that has to sign shares the word: naming it costs no storage.
    struct Commitment {
        uint64 batch;
        address awaited;
    }

    /// @inheritdoc IRecords
    uint256 public batchCount;

    mapping(uint256 batch => Batch) private _batches;

    mapping(address organisation => mapping(bytes32 root => Commitment)) private _commitments;

    /// @dev Only in batches that neither party committed: the one that `Commitment` has no room for.
    mapping(uint256 batch => address) private _alsoAwaited;

    /// @dev By `_keyOf`: a copy of a leaf in somebody else's batch is another record.
    mapping(bytes32 key => RecordStatus) private _statuses;
    mapping(bytes32 key => Successor) private _successors;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address intake_, IDirectory directory_) DirectoryClient(intake_, directory_) {}

    /// @inheritdoc IRecords
    function commitBatch(bytes32 root, uint32 count, bytes32 manifest) external returns (uint256 batch) {
        (address author, address organisation) = _authoring();
        return _commit(organisation, author, root, count, manifest);
    }

    /// @inheritdoc IRecords
    function commitTwoParty(bytes32 root, uint32 count, bytes32 manifest, address first, address second)
        external
        returns (uint256 batch)
    {
        if (first == second) revert RecordsPartiesEqual(first);
        (address author, address organisation) = _authoring();
        _requireRegistered(first);
        _requireRegistered(second);
        batch = _commit(organisation, author, root, count, manifest);
        _batches[batch].twoParty = true;
        emit RecordsPartiesNamed(batch, first, second);
        Commitment storage commitment = _commitments[organisation][root];
        commitment.awaited = author == second ? first : second;
        // What a party commits, it has signed.
        if (author == first || author == second) emit RecordsPartySigned(batch, author);
        else _alsoAwaited[batch] = first;
    }

    /// @inheritdoc IRecords
    function sign(uint256 batch) external {
        address account = _account();
        Batch storage stored = _batches[batch];
        if (stored.withdrawn) revert RecordsWithdrawn(batch);
        Commitment storage commitment = _commitments[stored.organisation][stored.root];
        address other = _alsoAwaited[batch];
        if (account == other) {
            delete _alsoAwaited[batch];
            other = commitment.awaited;
        } else if (account == commitment.awaited) {
            delete commitment.awaited;
        } else {
            revert RecordsNotAwaited(batch, account);
        }
        emit RecordsPartySigned(batch, account);
        if (other == address(0)) emit RecordSigned(batch);
    }

    /// @inheritdoc IRecords
    function withdrawBatch(uint256 batch) external {
        _requireOwn(batch);
        if (_batches[batch].withdrawn) revert RecordsWithdrawn(batch);
        _batches[batch].withdrawn = true;
        emit BatchWithdrawn(batch);
    }

    /// @inheritdoc IRecords
    function supersede(ProvenLeaf calldata old, ProvenLeaf calldata next) external {
        _requireOwn(old.batch);
        _requireOwn(next.batch);
        bytes32 oldHash = _prove(old);
        bytes32 nextHash = _prove(next);
        if (old.leaf.patient != next.leaf.patient) revert RecordsPatientDiffers(old.leaf.patient, next.leaf.patient);
        bytes32 oldKey = _keyOf(old.batch, oldHash);
        _requireLive(old.batch, oldHash);
        _statuses[oldKey] = RecordStatus.Superseded;
        // After the mark, so that no record is its own successor. As every successor was live when it was named, chains
        // have an end.
        _requireLive(next.batch, nextHash);
        _successors[oldKey] = Successor(next.batch, nextHash);
        emit RecordSuperseded(old.batch, oldHash, next.batch, nextHash);
    }

    /// @inheritdoc IRecords
    function withdraw(ProvenLeaf calldata record) external {
        _requireOwn(record.batch);
        bytes32 leafHash = _prove(record);
        _requireLive(record.batch, leafHash);
        _statuses[_keyOf(record.batch, leafHash)] = RecordStatus.Withdrawn;
        emit RecordWithdrawn(record.batch, leafHash);
    }

    /// @inheritdoc IRecords
    function erase(ProvenLeaf calldata record) external {
        if (_account() != record.leaf.patient) _requireOwn(record.batch);
        bytes32 leafHash = _prove(record);
        bytes32 key = _keyOf(record.batch, leafHash);
        if (_statuses[key] == RecordStatus.Erased) {
            revert RecordsNotLive(record.batch, leafHash, RecordStatus.Erased);
        }
        _statuses[key] = RecordStatus.Erased;
        emit RecordErased(record.batch, leafHash);
    }

    /// @inheritdoc IRecords
    function verify(uint256 batch, Leaf calldata leaf, bytes32[] calldata proof) external view returns (bool) {
        // An unknown batch has the root zero, which no leaf hashes to.
        return MerkleProof.verifyCalldata(proof, _batches[batch].root, hashLeaf(leaf));
    }

    /// @inheritdoc IRecords
    function hashLeaf(Leaf calldata leaf) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(leaf))));
    }

    /// @inheritdoc IRecords
    function batchOf(uint256 batch)
        external
        view
        returns (address organisation, uint32 count, uint48 committedAt, bytes32 root)
    {
        Batch storage stored = _batches[batch];
        return (stored.organisation, stored.count, stored.committedAt, stored.root);
    }

    /// @inheritdoc IRecords
    function batchOfRoot(address organisation, bytes32 root) external view returns (uint256 batch) {
        return _commitments[organisation][root].batch;
    }

    /// @inheritdoc IRecords
    function signaturesOf(uint256 batch)
        external
        view
        returns (bool twoParty, bool withdrawn, address awaited, address alsoAwaited)
    {
        Batch storage stored = _batches[batch];
        awaited = _commitments[stored.organisation][stored.root].awaited;
        return (stored.twoParty, stored.withdrawn, awaited, _alsoAwaited[batch]);
    }

    /// @inheritdoc IRecords
    function statusOf(uint256 batch, bytes32 leafHash) public view returns (RecordStatus status) {
        status = _statuses[_keyOf(batch, leafHash)];
        if (status == RecordStatus.Live && _batches[batch].withdrawn) return RecordStatus.Withdrawn;
    }

    /// @inheritdoc IRecords
    function successorOf(uint256 batch, bytes32 leafHash) external view returns (Successor memory) {
        return _successors[_keyOf(batch, leafHash)];
    }

    function _commit(address organisation, address author, bytes32 root, uint32 count, bytes32 manifest)
        private
        returns (uint256 batch)
    {
        if (count == 0 || count > BATCH_RECORDS_MAX) revert RecordsCountInvalid(count, BATCH_RECORDS_MAX);
        if (root == 0) revert RecordsRootEmpty();
        batch = _commitments[organisation][root].batch;
        if (batch != 0) revert RecordsRootCommitted(batch);
        batch = ++batchCount;
        _batches[batch] = Batch(organisation, count, uint48(block.timestamp), false, false, root);
        // 64 bits: no chain holds as many batches.
        _commitments[organisation][root].batch = uint64(batch);
        emit RecordsCommitted(batch, organisation, author, root, count, manifest);
    }

    /// @dev Who calls, and the organisation that it writes records for (R3).
    function _authoring() private view returns (address author, address organisation) {
        author = _account();
        Role role;
        (organisation, role) = directory.affiliationOf(author);
        bool permitted = organisation == author || role.isIn(ROLES_AUTHORING);
        if (organisation == address(0) || !permitted) revert RecordsNotPermitted(author);
    }

    /// @dev That the caller writes records for the organisation that committed `batch`.
    function _requireOwn(uint256 batch) private view {
        (address author, address organisation) = _authoring();
        if (_batches[batch].organisation != organisation) revert RecordsNotPermitted(author);
    }

    function _requireRegistered(address party) private view {
        if (!directory.isRegistered(party)) revert RecordsPartyUnknown(party);
    }

    function _requireLive(uint256 batch, bytes32 leafHash) private view {
        RecordStatus status = statusOf(batch, leafHash);
        if (status != RecordStatus.Live) revert RecordsNotLive(batch, leafHash, status);
    }

    function _prove(ProvenLeaf calldata record) private view returns (bytes32 leafHash) {
        leafHash = hashLeaf(record.leaf);
        if (!MerkleProof.verifyCalldata(record.proof, _batches[record.batch].root, leafHash)) {
            revert RecordsProofInvalid(record.batch, leafHash);
        }
    }

    function _keyOf(uint256 batch, bytes32 leafHash) private pure returns (bytes32) {
        return keccak256(abi.encode(batch, leafHash));
    }
}
