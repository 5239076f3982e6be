// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev Opaque id of a part of one patient's chart. Its name is known to key holders only.
type CompartmentId is bytes32;
