// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {Base} from "./Base.t.sol";

/// @dev Attacks on several contracts or none in particular; the others stand beside what they attack (SECURITY.md).
contract AttacksTest is Base {
    uint256 private constant WEST = 0x04;

    function _vote(uint256 key, uint8 kind, bytes2 country) private {
        vm.prank(vm.addr(key));
        directory.voteAdmission(_accountOf(WEST), kind, country);
    }

    /// @dev Whoever sees the votes on their way can neither take the place that was meant for another nor change what it is.
    function test_attack_anAdmissionIsFrontRun() public {
        // An organisation hurries ahead with another kind and country: it has one vote for that, and adds none to the first.
        _vote(NORTH, HOSPITAL, "IT");
        _vote(EAST, INSURER, "RU");
        vm.assertFalse(directory.isActiveOrganisation(_accountOf(WEST)));
        _vote(SOUTH, HOSPITAL, "IT");
        (uint8 kind, bytes2 country) = directory.admissionOf(_accountOf(WEST));
        vm.assertEq(kind, HOSPITAL);
        vm.assertTrue(country == "IT");
        // A stranger registers the admitted account before it does, with a signer of their own.
        bytes memory signer = _signer(MALLORY);
        vm.prank(vm.addr(WEST));
        vm.expectRevert(
            abi.encodeWithSelector(IDirectory.DirectorySignerMismatch.selector, _accountOf(WEST), _accountOf(MALLORY))
        );
        directory.register(signer, _recipient());
        vm.prank(vm.addr(MALLORY));
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryAccountUnexpected.selector, _accountOf(MALLORY)));
        directory.register(signer, _recipient());
        _register(WEST);
        vm.assertTrue(directory.isActiveOrganisation(_accountOf(WEST)));
    }
}
