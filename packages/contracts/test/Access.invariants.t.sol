// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccess} from "../src/interfaces/IAccess.sol";
import {Base} from "./Base.t.sol";

/// @dev Two organisations anchor honestly and try to skip, fork and rewrite. The ghost ledger is what succeeded.
contract AccessHandler is Base {
    struct Entry {
        bytes32 previous;
        bytes32 root;
        uint32 count;
    }

    mapping(uint256 key => Entry[]) private _ledger;
    uint256 public refusals;

    constructor() {
        setUp();
    }

    function anchorHonestly(uint256 seed, bytes32 root, uint32 count) external {
        (bytes32 head, uint64 next) = access.headOf(_accountOf(_keyAt(seed)));
        root = root == 0 ? bytes32("root") : root;
        count = count == 0 ? 1 : count;
        _try(_keyAt(seed), next, head, root, count);
    }

    /// @dev An old sequence, an old head, or both: whatever the ledger holds that is not the present.
    function anchorElsewhere(uint256 seed, uint64 sequence, uint256 position, bytes32 root, uint32 count) external {
        uint256 key = _keyAt(seed);
        uint256 length = _ledger[key].length;
        bytes32 previous = length == 0 ? root : _ledger[key][position % length].previous;
        _try(key, sequence % uint64(length + 2), previous, root, count);
    }

    function _try(uint256 key, uint64 sequence, bytes32 previous, bytes32 root, uint32 count) private {
        vm.prank(vm.addr(key));
        try access.anchor(sequence, previous, root, count) {
            vm.assertEq(sequence, _ledger[key].length, "sequence");
            _ledger[key].push(Entry(previous, root, count));
        } catch {
            ++refusals;
        }
    }

    function _keyAt(uint256 seed) private pure returns (uint256) {
        return [NORTH, SOUTH][seed % 2];
    }

    /// @dev The head is the hash over everything that was ever anchored, each exactly once and in order.
    function check() external view {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 key = _keyAt(i);
            bytes32 head;
            for (uint64 sequence = 0; sequence < _ledger[key].length; ++sequence) {
                Entry storage entry = _ledger[key][sequence];
                vm.assertEq(entry.previous, head);
                head = keccak256(abi.encode(_accountOf(key), sequence, head, entry.root, entry.count));
            }
            (bytes32 actual, uint64 next) = access.headOf(_accountOf(key));
            vm.assertEq(actual, head);
            vm.assertEq(next, _ledger[key].length);
        }
    }
}

contract AccessInvariantsTest is Base {
    AccessHandler private handler;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public override {
        vm.warp(NOW);
        handler = new AccessHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](2);
        selectors[0] = AccessHandler.anchorHonestly.selector;
        selectors[1] = AccessHandler.anchorElsewhere.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_A4_anAccessChainNeitherSkipsNorForks() public view {
        handler.check();
    }
}
