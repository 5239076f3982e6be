// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev Length of an X-Wing (`mlkem768x25519`) public key: 1,184 bytes of ML-KEM-768 and 32 of X25519
/// (spec/directory.md D3). Storage keeps only its keccak-256: storing it whole costs ten times as much.
uint256 constant RECIPIENT_BYTES = 1216;
