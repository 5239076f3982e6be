// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev What a grant allows, as a set of bits (spec/consent.md C2).
uint8 constant RIGHT_READ = 1;
uint8 constant RIGHT_WRITE = 2;
uint8 constant RIGHTS_ALL = RIGHT_READ | RIGHT_WRITE;

/// @dev Sensitivity of a record, a compartment and a grant's ceiling (C1, C2).
uint8 constant SENSITIVITY_MIN = 1;
uint8 constant SENSITIVITY_MAX = 5;
