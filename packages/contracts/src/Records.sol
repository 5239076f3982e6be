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

    /// @dev Who, how many and when share one word (30 bytes); the root takes a second.
    struct Batch {
        address organisation;
        uint32 count;
        uint48 committedAt;
        bytes32 root;
    }

    /// @inheritdoc IRecords
    uint256 public batchCount;

    mapping(uint256 batch => Batch) private _batches;

    /// @inheritdoc IRecords
    mapping(address organisation => mapping(bytes32 root => uint256 batch)) public batchOfRoot;

    constructor(address intake_, IDirectory directory_) DirectoryClient(intake_, directory_) {}

    /// @inheritdoc IRecords
    function commitBatch(bytes32 root, uint32 count, bytes32 manifest) external returns (uint256 batch) {
        address author = _account();
        (address organisation, Role role) = directory.affiliationOf(author);
        bool permitted = organisation == author || role.isIn(ROLES_AUTHORING);
        if (organisation == address(0) || !permitted) revert RecordsNotPermitted(author);
        if (count == 0 || count > BATCH_RECORDS_MAX) revert RecordsCountInvalid(count, BATCH_RECORDS_MAX);
        if (root == 0) revert RecordsRootEmpty();
        batch = batchOfRoot[organisation][root];
        if (batch != 0) revert RecordsRootCommitted(batch);
        batch = ++batchCount;
        _batches[batch] = Batch(organisation, count, uint48(block.timestamp), root);
        batchOfRoot[organisation][root] = batch;
        emit RecordsCommitted(batch, organisation, author, root, count, manifest);
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
}
