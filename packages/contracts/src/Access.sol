// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {DirectoryClient} from "./AccountContext.sol";
import {IAccess} from "./interfaces/IAccess.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";

/// @title Access
/// @dev Documentation, events and errors: IAccess.
contract Access is IAccess, DirectoryClient {
    /// @dev 64 bits of sequence: one anchor a second for longer than the sun will last.
    struct Log {
        bytes32 head;
        uint64 next;
    }

    mapping(address organisation => Log) private _logs;

    constructor(address intake_, IDirectory directory_) DirectoryClient(intake_, directory_) {}

    /// @inheritdoc IAccess
    function anchor(uint64 sequence, bytes32 previous, bytes32 root, uint32 count) external {
        address organisation = _account();
        if (!directory.isActiveOrganisation(organisation)) revert AccessNotPermitted(organisation);
        Log storage log = _logs[organisation];
        if (sequence != log.next) revert AccessSequenceInvalid(sequence, log.next);
        if (previous != log.head) revert AccessPreviousInvalid(previous, log.head);
        if (root == 0 || count == 0) revert AccessAnchorEmpty();
        bytes32 head = _headAfter(organisation, sequence, previous, Anchor(root, count));
        log.head = head;
        log.next = sequence + 1;
        emit AccessAnchored(organisation, sequence, previous, root, count, head);
    }

    /// @inheritdoc IAccess
    function verifyReceipt(
        Receipt calldata receipt,
        bytes32[] calldata proof,
        uint64 sequence,
        bytes32 previous,
        Anchor[] calldata anchors
    ) external view returns (bool) {
        Log storage log = _logs[receipt.organisation];
        // In 256 bits, so that no sequence of a stranger's choice wraps around to the present one.
        if (anchors.length == 0 || uint256(sequence) + anchors.length != log.next) return false;
        if (MerkleProof.processProofCalldata(proof, hashReceipt(receipt)) != anchors[0].root) return false;
        bytes32 head = previous;
        for (uint256 i = 0; i < anchors.length; ++i) {
            // Below `log.next`, so it fits.
            head = _headAfter(receipt.organisation, uint64(sequence + i), head, anchors[i]);
        }
        return head == log.head;
    }

    /// @inheritdoc IAccess
    function hashReceipt(Receipt calldata receipt) public pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(receipt))));
    }

    /// @inheritdoc IAccess
    function headOf(address organisation) external view returns (bytes32 head, uint64 next) {
        Log storage log = _logs[organisation];
        return (log.head, log.next);
    }

    function _headAfter(address organisation, uint64 sequence, bytes32 previous, Anchor memory added)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(organisation, sequence, previous, added.root, added.count));
    }
}
