// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev The shortest ERC-7913 signer: an address alone (spec/operations.md O1).
uint256 constant SIGNER_BYTES_MIN = 20;

/// @dev Fits every key of today's schemes, RSA-4096 included, and bounds what a registration stores (O1).
uint256 constant SIGNER_BYTES_MAX = 1024;

/// @dev The account that `signer` commits to (O2). It is a hash, so nobody can take an id that another computed.
function accountOfFirstSigner(bytes memory signer) pure returns (address) {
    return address(uint160(uint256(keccak256(abi.encodePacked("HRE account v1", signer)))));
}
