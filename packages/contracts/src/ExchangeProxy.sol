// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";

/// @title ExchangeProxy
/// @notice The lasting address of a contract whose code the organisations may replace (rule M2 in spec/consortium.md).
/// @dev Its first transaction creates the ProxyAdmin, which belongs to the Consortium.
contract ExchangeProxy is TransparentUpgradeableProxy {
    constructor(address code, address consortium, bytes memory data)
        TransparentUpgradeableProxy(code, consortium, data)
    {}

    /// @dev Only the Directory has something to begin with; the others start empty, so nobody can begin them otherwise.
    function _unsafeAllowUninitialized() internal pure override returns (bool) {
        return true;
    }
}
