// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {DirectoryClient} from "./AccountContext.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IRecords} from "./interfaces/IRecords.sol";
import {BatchId, batchIdOf as idOf} from "./types/BatchId.sol";
import {ROLES_AUTHORING, Role} from "./types/Role.sol";

/// @title Records
/// @dev Documentation, events and errors: IRecords.
contract Records is IRecords, DirectoryClient {
    /// @notice Records in one batch (R3): its manifest stays under 64 MiB.
    uint32 public constant BATCH_RECORDS_MAX = 100_000;

    mapping(BatchId batch => Batch) private _batches;

    /// @dev Only in batches that neither party committed, until the first of them signs: `Batch` has room for one.
    mapping(BatchId batch => address) private _alsoAwaited;

    /// @dev By `_keyOf`: a copy of a leaf in somebody else's batch is another record.
    mapping(bytes32 key => RecordStatus) private _statuses;
    mapping(bytes32 key => Successor) private _successors;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address intake_, IDirectory directory_) DirectoryClient(intake_, directory_) {}

    /// @inheritdoc IRecords
    function commitBatch(bytes32 root, uint32 count, bytes32 manifest) external returns (BatchId batch) {
        (address author, address organisation) = _authoring();
        return _commit(organisation, author, root, manifest, _batchOf(count, Signing.OneParty, address(0)));
    }

    /// @inheritdoc IRecords
    function commitTwoParty(bytes32 root, uint32 count, bytes32 manifest, address first, address second)
        external
        returns (BatchId batch)
    {
        if (first == second) revert RecordsPartiesEqual(first);
        (address author, address organisation) = _authoring();
        _requireRegistered(first);
        _requireRegistered(second);
        // What a party commits, it has signed.
        bool signs = author == first || author == second;
        Signing signing = signs ? Signing.OneAwaited : Signing.BothAwaited;
        batch =
            _commit(organisation, author, root, manifest, _batchOf(count, signing, author == second ? first : second));
        emit RecordsPartiesNamed(batch, first, second);
        if (signs) emit RecordsPartySigned(batch, author);
        else _alsoAwaited[batch] = first;
    }

    /// @inheritdoc IRecords
    function commitOwn(bytes32 root, uint32 count, bytes32 manifest, address keeper) external returns (BatchId batch) {
        address patient = _account();
        if (!directory.isPatient(patient)) revert RecordsPatientUnknown(patient);
        if (keeper == patient || !directory.isActiveOrganisation(keeper)) revert RecordsKeeperUnknown(keeper);
        batch = _commit(patient, patient, root, manifest, _batchOf(count, Signing.OneParty, address(0)));
        emit RecordsKept(batch, keeper);
    }

    /// @inheritdoc IRecords
    function sign(BatchId batch) external {
        address account = _account();
        Batch memory stored = _batches[batch];
        if (stored.withdrawn) revert RecordsWithdrawn(batch);
        bool last = stored.signing != Signing.BothAwaited;
        // Read only while both are missing: who signs last pays for one word.
        address other = last ? address(0) : _alsoAwaited[batch];
        if (account == stored.awaited) stored.awaited = other;
        else if (last || account != other) revert RecordsNotAwaited(batch, account);
        stored.signing = last ? Signing.Signed : Signing.OneAwaited;
        _batches[batch] = stored;
        emit RecordsPartySigned(batch, account);
        if (last) emit RecordSigned(batch);
        else delete _alsoAwaited[batch];
    }

    /// @inheritdoc IRecords
    function withdrawBatch(bytes32 root) external {
        (, address organisation) = _authoring();
        BatchId batch = idOf(organisation, root);
        Batch storage stored = _batches[batch];
        if (stored.count == 0) revert RecordsBatchUnknown(batch);
        if (stored.withdrawn) revert RecordsWithdrawn(batch);
        stored.withdrawn = true;
        emit BatchWithdrawn(batch);
    }

    /// @inheritdoc IRecords
    function supersede(ProvenLeaf calldata old, ProvenLeaf calldata next) external {
        _requireOwn(old.organisation);
        if (next.organisation != old.organisation) revert RecordsNotPermitted(_account());
        (BatchId oldBatch, bytes32 oldHash) = _prove(old);
        (BatchId nextBatch, bytes32 nextHash) = _prove(next);
        if (old.leaf.patient != next.leaf.patient) revert RecordsPatientDiffers(old.leaf.patient, next.leaf.patient);
        bytes32 oldKey = _keyOf(oldBatch, oldHash);
        _requireLive(oldBatch, oldHash);
        _statuses[oldKey] = RecordStatus.Superseded;
        // After the mark, so that no record is its own successor. As every successor was live when it was named, chains
        // have an end.
        _requireLive(nextBatch, nextHash);
        _successors[oldKey] = Successor(nextBatch, nextHash);
        emit RecordSuperseded(oldBatch, oldHash, nextBatch, nextHash);
    }

    /// @inheritdoc IRecords
    function withdraw(ProvenLeaf calldata record) external {
        _requireOwn(record.organisation);
        (BatchId batch, bytes32 leafHash) = _prove(record);
        _requireLive(batch, leafHash);
        _statuses[_keyOf(batch, leafHash)] = RecordStatus.Withdrawn;
        emit RecordWithdrawn(batch, leafHash);
    }

    /// @inheritdoc IRecords
    function erase(ProvenLeaf calldata record) external {
        if (_account() != record.leaf.patient) _requireOwn(record.organisation);
        (BatchId batch, bytes32 leafHash) = _prove(record);
        bytes32 key = _keyOf(batch, leafHash);
        if (_statuses[key] == RecordStatus.Erased) revert RecordsNotLive(batch, leafHash, RecordStatus.Erased);
        _statuses[key] = RecordStatus.Erased;
        emit RecordErased(batch, leafHash);
    }

    /// @inheritdoc IRecords
    function verify(address organisation, Leaf calldata leaf, bytes32[] calldata proof) external view returns (bool) {
        return _exists(_batchOfProof(organisation, hashLeaf(leaf), proof));
    }

    /// @inheritdoc IRecords
    function hashLeaf(Leaf calldata leaf) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(leaf))));
    }

    /// @inheritdoc IRecords
    function batchIdOf(address organisation, bytes32 root) external pure returns (BatchId) {
        return idOf(organisation, root);
    }

    /// @inheritdoc IRecords
    function batchOf(BatchId batch) external view returns (Batch memory) {
        return _batches[batch];
    }

    /// @inheritdoc IRecords
    function awaitedOf(BatchId batch) external view returns (address first, address second) {
        return (_batches[batch].awaited, _alsoAwaited[batch]);
    }

    /// @inheritdoc IRecords
    function statusOf(BatchId batch, bytes32 leafHash) public view returns (RecordStatus status) {
        status = _statuses[_keyOf(batch, leafHash)];
        if (status == RecordStatus.Live && _batches[batch].withdrawn) return RecordStatus.Withdrawn;
    }

    /// @inheritdoc IRecords
    function successorOf(BatchId batch, bytes32 leafHash) external view returns (Successor memory) {
        return _successors[_keyOf(batch, leafHash)];
    }

    function _batchOf(uint32 count, Signing signing, address awaited) private view returns (Batch memory) {
        return Batch(awaited, count, uint48(block.timestamp), signing, false);
    }

    function _commit(address organisation, address author, bytes32 root, bytes32 manifest, Batch memory stored)
        private
        returns (BatchId batch)
    {
        uint32 count = stored.count;
        if (count == 0 || count > BATCH_RECORDS_MAX) revert RecordsCountInvalid(count, BATCH_RECORDS_MAX);
        if (root == 0) revert RecordsRootEmpty();
        batch = idOf(organisation, root);
        if (_exists(batch)) revert RecordsRootCommitted(batch);
        _batches[batch] = stored;
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

    /// @dev That the caller writes records for `organisation`, or is the patient who stands in its place (R14). A patient's
    /// account may have been admitted as an organisation: suspended, it does not come back this way.
    function _requireOwn(address organisation) private view {
        address account = _account();
        if (account == organisation && directory.isPatient(account) && !directory.isBarred(account)) return;
        (, address own) = _authoring();
        if (own != organisation) revert RecordsNotPermitted(account);
    }

    function _requireRegistered(address party) private view {
        if (!directory.isRegistered(party)) revert RecordsPartyUnknown(party);
    }

    function _requireLive(BatchId batch, bytes32 leafHash) private view {
        RecordStatus status = statusOf(batch, leafHash);
        if (status != RecordStatus.Live) revert RecordsNotLive(batch, leafHash, status);
    }

    function _exists(BatchId batch) private view returns (bool) {
        return _batches[batch].count != 0;
    }

    /// @dev Any leaf and proof lead to some batch id: only one that was committed is a batch.
    function _batchOfProof(address organisation, bytes32 leafHash, bytes32[] calldata proof)
        private
        pure
        returns (BatchId)
    {
        return idOf(organisation, MerkleProof.processProofCalldata(proof, leafHash));
    }

    function _prove(ProvenLeaf calldata record) private view returns (BatchId batch, bytes32 leafHash) {
        leafHash = hashLeaf(record.leaf);
        batch = _batchOfProof(record.organisation, leafHash, record.proof);
        if (!_exists(batch)) revert RecordsProofInvalid(batch, leafHash);
    }

    function _keyOf(BatchId batch, bytes32 leafHash) private pure returns (bytes32) {
        return keccak256(abi.encode(batch, leafHash));
    }
}
