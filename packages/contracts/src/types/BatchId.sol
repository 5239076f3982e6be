// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev Names a batch by what it is (spec/records.md R3): whoever knows who committed which root knows the id, before
/// it is on chain and without asking anybody. So the chain keeps neither the organisation nor the root.
type BatchId is bytes32;

/// @dev `organisation` is padded to a word: 64 bytes are hashed.
function batchIdOf(address organisation, bytes32 root) pure returns (BatchId) {
    return BatchId.wrap(keccak256(abi.encode(organisation, root)));
}
