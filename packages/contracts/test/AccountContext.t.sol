// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccountContext} from "../src/AccountContext.sol";
import {IConsent} from "../src/interfaces/IConsent.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {Base} from "./Base.t.sol";

contract AccountContextTest is Base {
    function test_O9_aWalletMayCallDirectly() public {
        vm.prank(vm.addr(NORTH));
        directory.setEndpoint("https://direct.example");
        vm.assertEq(directory.endpointOf(_accountOf(NORTH)), "https://direct.example");
        _grant(ANA, _terms(_accountOf(OSEI)));
        vm.assertEq(consent.grantOf(_accountOf(ANA), _accountOf(OSEI), LABS).rights, 1);
    }

    function test_O9_anUnknownWalletIsNobody() public {
        bytes memory reason = abi.encodeWithSelector(AccountContext.AccountUnknown.selector, vm.addr(MALLORY));
        vm.expectRevert(reason);
        vm.prank(vm.addr(MALLORY));
        directory.setEndpoint("https://mallory.example");
        vm.expectRevert(reason);
        vm.prank(vm.addr(MALLORY));
        consent.revoke(_accountOf(OSEI), LABS);
    }

    /// @dev The attack on ERC-2771: call a target directly and append the victim's account oneself.
    function test_O9_anAppendedAccountIsIgnoredInADirectCall() public {
        _grant(ANA, _terms(_accountOf(OSEI)));
        bytes memory call = abi.encodeCall(IConsent.revoke, (_accountOf(OSEI), LABS));
        vm.prank(vm.addr(BEN));
        (bool success, bytes memory reason) = address(consent).call(abi.encodePacked(call, _accountOf(ANA)));
        vm.assertFalse(success);
        vm.assertEq(
            reason, abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(BEN), _accountOf(OSEI), LABS)
        );
        call = abi.encodeCall(IDirectory.setEndpoint, ("https://mallory.example"));
        vm.prank(vm.addr(MALLORY));
        (success,) = address(directory).call(abi.encodePacked(call, _accountOf(NORTH)));
        vm.assertFalse(success);
        vm.assertEq(directory.endpointOf(_accountOf(NORTH)), "https://north.example");
    }

    function test_O9_aTargetCalledByTheIntakeReadsTheLast20Bytes() public {
        bytes memory call = abi.encodeCall(IDirectory.setEndpoint, ("https://carried.example"));
        vm.prank(address(intake));
        (bool success,) = address(directory).call(abi.encodePacked(call, _accountOf(SOUTH)));
        vm.assertTrue(success);
        vm.assertEq(directory.endpointOf(_accountOf(SOUTH)), "https://carried.example");
    }

    /// @dev Contracts know the account that a wallet signs for, not the wallet's own address.
    function test_O2_aWalletsAddressIsNotItsAccount() public view {
        vm.assertFalse(directory.isRegistered(vm.addr(ANA)));
        vm.assertTrue(directory.isRegistered(_accountOf(ANA)));
    }
}
