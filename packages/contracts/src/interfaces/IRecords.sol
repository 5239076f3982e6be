// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {CompartmentId} from "../types/CompartmentId.sol";

/// @title Records
/// @notice Commitments to sealed records: that they exist, who wrote them, when, and that no byte has changed.
/// @dev Rules R1-R12 in spec/records.md.
interface IRecords {
    /// @notice What is committed about one record (R1).
    /// @param content SHA-256 of the sealed file.
    /// @param commitment Salted commitment to the plaintext.
    struct Leaf {
        address patient;
        CompartmentId compartment;
        uint32 epoch;
        bytes32 record;
        bytes32 content;
        bytes32 commitment;
        uint8 sensitivity;
        uint8 kind;
        address author;
    }

    /// @notice What became of a record after its commitment (R10).
    enum RecordStatus {
        Live,
        Superseded,
        Withdrawn,
        Erased
    }

    /// @notice A leaf with the proof that it is in `batch`.
    struct ProvenLeaf {
        uint256 batch;
        Leaf leaf;
        bytes32[] proof;
    }

    /// @notice The record that replaces another; zeros when there is none.
    struct Successor {
        uint256 batch;
        bytes32 leafHash;
    }

    /// @notice `author` committed `count` records for `organisation`; `manifest` is the content id of their leaves.
    event RecordsCommitted(
        uint256 indexed batch,
        address indexed organisation,
        address indexed author,
        bytes32 root,
        uint32 count,
        bytes32 manifest
    );

    /// @notice The records of `batch` count as signed by both once `first` and `second` have signed.
    event RecordsPartiesNamed(uint256 indexed batch, address indexed first, address indexed second);
    /// @notice One of the two parties has signed `batch`.
    event RecordsPartySigned(uint256 indexed batch, address indexed party);
    /// @notice Both parties have signed `batch`. Once per batch.
    event RecordSigned(uint256 indexed batch);
    /// @notice The organisation that committed `batch` stands by none of its records any more.
    event BatchWithdrawn(uint256 indexed batch);
    /// @notice The record is replaced by another one of the same patient and organisation.
    event RecordSuperseded(
        uint256 indexed batch, bytes32 indexed leafHash, uint256 successorBatch, bytes32 successorHash
    );
    /// @notice The organisation stands by the record no longer.
    event RecordWithdrawn(uint256 indexed batch, bytes32 indexed leafHash);
    /// @notice The record's file is to be deleted everywhere; what stays here is a salted commitment.
    event RecordErased(uint256 indexed batch, bytes32 indexed leafHash);

    /// @notice `account` is no active organisation and no member of one in a role that may author (R3), or the batch
    /// is another organisation's.
    error RecordsNotPermitted(address account);
    /// @notice A batch holds 1 to `countMax` records.
    error RecordsCountInvalid(uint32 count, uint32 countMax);
    /// @notice A root of zero commits to nothing.
    error RecordsRootEmpty();
    /// @notice The organisation has committed this root, as `batch`. Nothing is lost: use that one.
    error RecordsRootCommitted(uint256 batch);

    /// @notice Two parties are two different accounts (R8).
    error RecordsPartiesEqual(address party);
    /// @notice A party is registered when it is named (R8).
    error RecordsPartyUnknown(address party);
    /// @notice `account` is no party of `batch`, or has signed it (R9).
    error RecordsNotAwaited(uint256 batch, address account);
    /// @notice `batch` was withdrawn.
    error RecordsWithdrawn(uint256 batch);
    /// @notice The leaf is not in `batch`.
    error RecordsProofInvalid(uint256 batch, bytes32 leafHash);
    /// @notice The record was superseded, withdrawn or erased before (R10).
    error RecordsNotLive(uint256 batch, bytes32 leafHash, RecordStatus status);
    /// @notice A record is replaced by one of the same patient.
    error RecordsPatientDiffers(address patient, address successorPatient);

    /// @notice Commits a batch of records for the caller's organisation.
    /// @dev R2-R4. A batch of one is the ordinary case; a full one costs the same.
    /// @param root Of the Merkle tree over the leaves.
    /// @param count How many leaves it has, 1 to 100,000.
    /// @param manifest SHA-256 of the manifest.
    /// @return batch Consecutive from 1.
    /// @custom:reverts RecordsNotPermitted(account)
    /// @custom:reverts RecordsCountInvalid(count, countMax)
    /// @custom:reverts RecordsRootEmpty()
    /// @custom:reverts RecordsRootCommitted(batch)
    /// @custom:emits RecordsCommitted(batch, organisation, author, root, count, manifest)
    function commitBatch(bytes32 root, uint32 count, bytes32 manifest) external returns (uint256 batch);

    /// @notice Commits a batch that two parties sign: a laboratory and a hospital, a doctor and a patient.
    /// @dev R8. The caller commits as in `commitBatch`; when it is a party, it has signed with that.
    /// @param first A registered account.
    /// @param second Another one.
    /// @custom:reverts RecordsPartiesEqual(party)
    /// @custom:reverts RecordsPartyUnknown(party)
    /// @custom:reverts as commitBatch
    /// @custom:emits RecordsCommitted(batch, organisation, author, root, count, manifest)
    /// @custom:emits RecordsPartiesNamed(batch, first, second)
    /// @custom:emits RecordsPartySigned(batch, author) - when the author is a party
    function commitTwoParty(bytes32 root, uint32 count, bytes32 manifest, address first, address second)
        external
        returns (uint256 batch);

    /// @notice Signs a batch as one of its two parties.
    /// @dev R9.
    /// @custom:reverts RecordsWithdrawn(batch)
    /// @custom:reverts RecordsNotAwaited(batch, account)
    /// @custom:emits RecordsPartySigned(batch, party)
    /// @custom:emits RecordSigned(batch) - with the second signature
    function sign(uint256 batch) external;

    /// @notice Withdraws every record of a batch of the caller's organisation; it can be signed no longer.
    /// @dev R11.
    /// @custom:reverts RecordsNotPermitted(account)
    /// @custom:reverts RecordsWithdrawn(batch)
    /// @custom:emits BatchWithdrawn(batch)
    function withdrawBatch(uint256 batch) external;

    /// @notice Replaces a record by another one; both are live and of the caller's organisation.
    /// @dev R10, R12. No record is its own successor, however long the chain.
    /// @custom:reverts RecordsNotPermitted(account)
    /// @custom:reverts RecordsProofInvalid(batch, leafHash)
    /// @custom:reverts RecordsPatientDiffers(patient, successorPatient)
    /// @custom:reverts RecordsNotLive(batch, leafHash, status)
    /// @custom:emits RecordSuperseded(batch, leafHash, successorBatch, successorHash)
    function supersede(ProvenLeaf calldata old, ProvenLeaf calldata next) external;

    /// @notice Withdraws one record of the caller's organisation.
    /// @dev R10.
    /// @custom:reverts RecordsNotPermitted(account)
    /// @custom:reverts RecordsProofInvalid(batch, leafHash)
    /// @custom:reverts RecordsNotLive(batch, leafHash, status)
    /// @custom:emits RecordWithdrawn(batch, leafHash)
    function withdraw(ProvenLeaf calldata record) external;

    /// @notice Marks a record as erased: by its patient or the organisation that committed it, for good.
    /// @dev R10.
    /// @custom:reverts RecordsNotPermitted(account)
    /// @custom:reverts RecordsProofInvalid(batch, leafHash)
    /// @custom:reverts RecordsNotLive(batch, leafHash, status) - it is erased already
    /// @custom:emits RecordErased(batch, leafHash)
    function erase(ProvenLeaf calldata record) external;

    /// @notice Whether `leaf` is in `batch`; false for an unknown batch.
    /// @dev R6.
    function verify(uint256 batch, Leaf calldata leaf, bytes32[] calldata proof) external view returns (bool);

    /// @notice The hash of `leaf` in the tree: hashed twice, so that no inner node can be shown as a leaf (R2).
    function hashLeaf(Leaf calldata leaf) external pure returns (bytes32);

    /// @notice What was committed and when, in Unix seconds; zeros for an unknown batch.
    function batchOf(uint256 batch)
        external
        view
        returns (address organisation, uint32 count, uint48 committedAt, bytes32 root);

    /// @notice The batch in which `organisation` committed `root`; zero when it did not.
    function batchOfRoot(address organisation, bytes32 root) external view returns (uint256 batch);

    /// @notice How many batches there are, which is also the id of the newest.
    function batchCount() external view returns (uint256);

    /// @notice Whether `batch` has two parties, was withdrawn, and whose signatures are missing (zero when none).
    /// @dev Signed by both: `twoParty` and nobody awaited.
    function signaturesOf(uint256 batch)
        external
        view
        returns (bool twoParty, bool withdrawn, address awaited, address alsoAwaited);

    /// @notice What became of the record (R10). Says nothing about whether it is in the batch: `verify` does.
    function statusOf(uint256 batch, bytes32 leafHash) external view returns (RecordStatus);

    /// @notice What replaced the record; zeros when nothing did.
    function successorOf(uint256 batch, bytes32 leafHash) external view returns (Successor memory);
}
