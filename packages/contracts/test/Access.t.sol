// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccess} from "../src/interfaces/IAccess.sol";
import {ROLE_ADMINISTRATOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract AccessTest is Base {
    function _anchor(uint256 key, uint64 sequence, bytes32 previous, bytes32 root, uint32 count) private {
        vm.prank(vm.addr(key));
        access.anchor(sequence, previous, root, count);
    }

    function _head(uint256 key) private view returns (bytes32 head) {
        (head,) = access.headOf(_accountOf(key));
    }

    function test_A4_theFirstAnchorFollowsZero() public {
        (bytes32 head, uint64 next) = access.headOf(_accountOf(NORTH));
        vm.assertEq(head, 0);
        vm.assertEq(next, 0);
        bytes32 expected = keccak256(abi.encode(_accountOf(NORTH), uint64(0), bytes32(0), bytes32("root"), uint32(5)));
        vm.expectEmit(address(access));
        emit IAccess.AccessAnchored(_accountOf(NORTH), 0, 0, "root", 5, expected);
        _anchor(NORTH, 0, 0, "root", 5);
        (head, next) = access.headOf(_accountOf(NORTH));
        vm.assertEq(head, expected);
        vm.assertEq(next, 1);
    }

    function test_A4_aGapIsRefused() public {
        _anchor(NORTH, 0, 0, "root", 1);
        bytes32 head = _head(NORTH);
        vm.expectRevert(abi.encodeWithSelector(IAccess.AccessSequenceInvalid.selector, 2, 1));
        _anchor(NORTH, 2, head, "root", 1);
    }

    function test_A4_aForkIsRefused() public {
        _anchor(NORTH, 0, 0, "root", 1);
        _anchor(NORTH, 1, _head(NORTH), "second", 1);
        bytes32 head = _head(NORTH);
        vm.expectRevert(abi.encodeWithSelector(IAccess.AccessSequenceInvalid.selector, 1, 2));
        _anchor(NORTH, 1, head, "other second", 1);
        vm.expectRevert(abi.encodeWithSelector(IAccess.AccessPreviousInvalid.selector, bytes32(0), head));
        _anchor(NORTH, 2, 0, "third", 1);
        vm.assertEq(_head(NORTH), head);
    }

    function test_A4_logsOfOrganisationsAreApart() public {
        _anchor(NORTH, 0, 0, "root", 1);
        bytes32 head = _head(NORTH);
        vm.expectRevert(abi.encodeWithSelector(IAccess.AccessSequenceInvalid.selector, 1, 0));
        _anchor(SOUTH, 1, head, "root", 1);
        _anchor(SOUTH, 0, 0, "root", 1);
        vm.assertFalse(_head(NORTH) == _head(SOUTH));
    }

    function test_A4_onlyTheOrganisationItselfAnchors() public {
        _join(0x31, NORTH, ROLE_ADMINISTRATOR);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 key = [OSEI, ANA, 0x31][i];
            vm.expectRevert(abi.encodeWithSelector(IAccess.AccessNotPermitted.selector, _accountOf(key)));
            _anchor(key, 0, 0, "root", 1);
        }
    }

    function test_A4_anEmptyAnchorIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IAccess.AccessAnchorEmpty.selector));
        _anchor(NORTH, 0, 0, "root", 0);
        vm.expectRevert(abi.encodeWithSelector(IAccess.AccessAnchorEmpty.selector));
        _anchor(NORTH, 0, 0, 0, 1);
    }
}
