// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Consent} from "../../src/Consent.sol";
import {IDirectory} from "../../src/interfaces/IDirectory.sol";

/// @dev A later version of the Consent, as the consortium might vote for: everything stays, one word is added.
contract ConsentNext is Consent {
    uint256 public addedValue;

    constructor(address intake_, IDirectory directory_) Consent(intake_, directory_) {}

    function setAddedValue(uint256 value) external {
        addedValue = value;
    }
}
