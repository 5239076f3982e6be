// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev The shortest ERC-7913 signer: an address alone (spec/operations.md O1).
uint256 constant SIGNER_BYTES_MIN = 20;

/// @dev Fits every key of today's schemes, RSA-4096 included, and bounds what a registration stores (O1).
uint256 constant SIGNER_BYTES_MAX = 1024;

/// @dev The account that `signer` commits to (O2). It is a hash, so nobody can take an id that another computed.
function accountOfFirstSigner(bytes memory signer) pure returns (address account) {
    // keccak256(abi.encodePacked("HRE account v1", signer)) without the copy, as every operation asks: the 14 bytes stand
    // before the signer, where the end of its length is, for as long as it takes.
    assembly ("memory-safe") {
        let length := mload(signer)
        mstore(signer, "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00HRE account v1")
        let hash := keccak256(add(signer, 18), add(length, 14))
        mstore(signer, length)
        account := and(hash, 0xffffffffffffffffffffffffffffffffffffffff)
    }
}
