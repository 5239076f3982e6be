// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {BatchId} from "../types/BatchId.sol";
import {CompartmentId} from "../types/CompartmentId.sol";

/// @title Records
/// @notice Commitments to sealed records: that they exist, who wrote them, when, and that no byte has changed.
/// @dev Rules R1-R17 in spec/records.md.
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

    /// @notice Whose signatures a batch waits for (R8, R9).
    enum Signing {
        OneParty,
        BothAwaited,
        OneAwaited,
        Signed
    }

    /// @notice What is kept of a batch, one word; who committed which root is in its id (R3).
    /// @param awaited The party that has to sign, or one of the two; zero when none has to.
    /// @param count Not zero: a batch without records is none.
    /// @param committedAt Unix seconds.
    struct Batch {
        address awaited;
        uint32 count;
        uint48 committedAt;
        Signing signing;
        bool withdrawn;
    }

    /// @notice A leaf with the proof that it is in a batch of `organisation`: the root that the proof leads to says in which.
    /// @param organisation The patient's own account for what the patient added (R14).
    struct ProvenLeaf {
        address organisation;
        Leaf leaf;
        bytes32[] proof;
    }

    /// @notice The record that replaces another; zeros when there is none.
    struct Successor {
        BatchId batch;
        bytes32 leafHash;
    }

    /// @notice `author` committed `count` records for `organisation`; `manifest` is the content id of their leaves.
    event RecordsCommitted(
        BatchId indexed batch,
        address indexed organisation,
        address indexed author,
        bytes32 root,
        uint32 count,
        bytes32 manifest
    );

    /// @notice A patient added the records of `batch` to the own chart (R14): `organisation` and `author` are the patient.
    /// The gateway of `keeper` has the manifest and the files.
    event RecordsKept(BatchId indexed batch, address indexed keeper);
    /// @notice The records of `batch` count as signed by both once `first` and `second` have signed.
    event RecordsPartiesNamed(BatchId indexed batch, address indexed first, address indexed second);
    /// @notice One of the two parties has signed `batch`.
    event RecordsPartySigned(BatchId indexed batch, address indexed party);
    /// @notice Both parties have signed `batch`. Once per batch.
    event RecordSigned(BatchId indexed batch);
    /// @notice The organisation that committed `batch` stands by none of its records any more.
    event BatchWithdrawn(BatchId indexed batch);
    /// @notice The record is replaced by another one of the same patient and organisation.
    event RecordSuperseded(
        BatchId indexed batch, bytes32 indexed leafHash, BatchId successorBatch, bytes32 successorHash
    );
    /// @notice The organisation stands by the record no longer.
    event RecordWithdrawn(BatchId indexed batch, bytes32 indexed leafHash);
    /// @notice The record's file is to be deleted everywhere; what stays here is a salted commitment.
    event RecordErased(BatchId indexed batch, bytes32 indexed leafHash);

    /// @notice `account` is no active organisation and no member of one in a role that may author (R3), or the record
    /// is another organisation's.
    error RecordsNotPermitted(address account);
    /// @notice A batch holds 1 to `countMax` records.
    error RecordsCountInvalid(uint32 count, uint32 countMax);
    /// @notice A root of zero commits to nothing.
    error RecordsRootEmpty();
    /// @notice The organisation has committed this root, as `batch`. Nothing is lost: use that one.
    error RecordsRootCommitted(BatchId batch);
    /// @notice The organisation has committed no such root (R11).
    error RecordsBatchUnknown(BatchId batch);

    /// @notice `account` is no registered patient, and has no chart to add to (R14).
    error RecordsPatientUnknown(address account);
    /// @notice `keeper` is no active organisation, or the patient (R14).
    error RecordsKeeperUnknown(address keeper);

    /// @notice Two parties are two different accounts (R8).
    error RecordsPartiesEqual(address party);
    /// @notice A party is registered when it is named (R8).
    error RecordsPartyUnknown(address party);
    /// @notice `account` is no party of `batch`, or has signed it (R9).
    error RecordsNotAwaited(BatchId batch, address account);
    /// @notice `batch` was withdrawn.
    error RecordsWithdrawn(BatchId batch);
    /// @notice The proof leads to `batch`, which the organisation never committed: the leaf is not in a batch of its.
    error RecordsProofInvalid(BatchId batch, bytes32 leafHash);
    /// @notice The record was superseded, withdrawn or erased before (R10).
    error RecordsNotLive(BatchId batch, bytes32 leafHash, RecordStatus status);
    /// @notice A record is replaced by one of the same patient.
    error RecordsPatientDiffers(address patient, address successorPatient);

    /// @notice Commits a batch of records for the caller's organisation.
    /// @dev R2-R4. A batch of one is the ordinary case; a full one costs the same.
    /// @param root Of the Merkle tree over the leaves.
    /// @param count How many leaves it has, 1 to 100,000.
    /// @param manifest SHA-256 of the manifest.
    /// @return batch `batchIdOf` the organisation and the root.
    /// @custom:reverts RecordsNotPermitted(account)
    /// @custom:reverts RecordsCountInvalid(count, countMax)
    /// @custom:reverts RecordsRootEmpty()
    /// @custom:reverts RecordsRootCommitted(batch)
    /// @custom:emits RecordsCommitted(batch, organisation, author, root, count, manifest)
    function commitBatch(bytes32 root, uint32 count, bytes32 manifest) external returns (BatchId batch);

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
        returns (BatchId batch);

    /// @notice Commits a batch of records that the calling patient adds to the own chart.
    /// @dev R14. Its own function, as whoever is a patient may be a doctor too: `commitBatch` is the doctor's. The
    /// patient's account stands where the organisation does, in the batch's id and in every proof.
    /// @param keeper The active organisation whose gateway has the manifest and the files.
    /// @return batch `batchIdOf` the patient and the root.
    /// @custom:reverts RecordsPatientUnknown(account)
    /// @custom:reverts RecordsKeeperUnknown(keeper)
    /// @custom:reverts RecordsCountInvalid(count, countMax)
    /// @custom:reverts RecordsRootEmpty()
    /// @custom:reverts RecordsRootCommitted(batch)
    /// @custom:emits RecordsCommitted(batch, organisation, author, root, count, manifest)
    /// @custom:emits RecordsKept(batch, keeper)
    function commitOwn(bytes32 root, uint32 count, bytes32 manifest, address keeper) external returns (BatchId batch);

    /// @notice Signs a batch as one of its two parties.
    /// @dev R9.
    /// @custom:reverts RecordsWithdrawn(batch)
    /// @custom:reverts RecordsNotAwaited(batch, account)
    /// @custom:emits RecordsPartySigned(batch, party)
    /// @custom:emits RecordSigned(batch) - with the second signature
    function sign(BatchId batch) external;

    /// @notice Withdraws every record of a batch of the caller's organisation; it can be signed no longer.
    /// @dev R11. Taking the root, and the organisation from the caller, it cannot reach another organisation's batch.
    /// @custom:reverts RecordsNotPermitted(account)
    /// @custom:reverts RecordsBatchUnknown(batch)
    /// @custom:reverts RecordsWithdrawn(batch)
    /// @custom:emits BatchWithdrawn(batch)
    function withdrawBatch(bytes32 root) external;

    /// @notice Replaces a record by another one; both are live and of the caller's organisation, or the caller's own (R15).
    /// @dev R10, R12. No record is its own successor, however long the chain.
    /// @custom:reverts RecordsNotPermitted(account)
    /// @custom:reverts RecordsProofInvalid(batch, leafHash)
    /// @custom:reverts RecordsPatientDiffers(patient, successorPatient)
    /// @custom:reverts RecordsNotLive(batch, leafHash, status)
    /// @custom:emits RecordSuperseded(batch, leafHash, successorBatch, successorHash)
    function supersede(ProvenLeaf calldata old, ProvenLeaf calldata next) external;

    /// @notice Withdraws one record of the caller's organisation, or the caller's own (R15).
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

    /// @notice Whether `leaf` is in a batch that `organisation` committed.
    /// @dev R6.
    function verify(address organisation, Leaf calldata leaf, bytes32[] calldata proof) external view returns (bool);

    /// @notice The hash of `leaf` in the tree: hashed twice, so that no inner node can be shown as a leaf (R2).
    function hashLeaf(Leaf calldata leaf) external pure returns (bytes32);

    /// @notice The id that a batch of `organisation` with `root` has, whether or not it was committed (R3).
    function batchIdOf(address organisation, bytes32 root) external pure returns (BatchId);

    /// @notice What is kept of `batch`; zeros for an unknown one.
    function batchOf(BatchId batch) external view returns (Batch memory);

    /// @notice Who has yet to sign `batch`: nobody, one of its parties, or both (zeros where there is none).
    function awaitedOf(BatchId batch) external view returns (address first, address second);

    /// @notice What became of the record (R10). Says nothing about whether it is in the batch: `verify` does.
    function statusOf(BatchId batch, bytes32 leafHash) external view returns (RecordStatus);

    /// @notice What replaced the record; zeros when nothing did.
    function successorOf(BatchId batch, bytes32 leafHash) external view returns (Successor memory);
}
