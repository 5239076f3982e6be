// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {CompartmentId} from "../types/CompartmentId.sol";

/// @title Records
/// @notice Commitments to sealed records: that they exist, who wrote them, when, and that no byte has changed.
/// @dev Rules R1-R7 in spec/records.md.
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

    /// @notice `author` committed `count` records for `organisation`; `manifest` is the content id of their leaves.
    event RecordsCommitted(
        uint256 indexed batch,
        address indexed organisation,
        address indexed author,
        bytes32 root,
        uint32 count,
        bytes32 manifest
    );

    /// @notice `account` is no active organisation and no member of one in a role that may author (R3).
    error RecordsNotPermitted(address account);
    /// @notice A batch holds 1 to `countMax` records.
    error RecordsCountInvalid(uint32 count, uint32 countMax);
    /// @notice A root of zero commits to nothing.
    error RecordsRootEmpty();
    /// @notice The organisation has committed this root, as `batch`. Nothing is lost: use that one.
    error RecordsRootCommitted(uint256 batch);

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
}
