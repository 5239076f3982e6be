// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev What a delegate may do for a patient (spec/directory.md D18).
uint8 constant SCOPE_CONSENT = 1;
