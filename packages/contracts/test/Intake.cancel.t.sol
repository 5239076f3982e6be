// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccountContext} from "../src/AccountContext.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {Base} from "./Base.t.sol";

contract IntakeCancelTest is Base {
    function test_O4_aCancelledNonceCannotBeCarried() public {
        IIntake.SignedOperation memory operation =
            _signed(NORTH, address(directory), abi.encodeCall(IDirectory.setEndpoint, ("https://x")));
        uint256 nonce = operation.operation.nonce;
        vm.expectEmit(address(intake));
        emit IIntake.NonceCancelled(_accountOf(NORTH), nonce);
        vm.prank(vm.addr(NORTH));
        intake.cancel(nonce);
        bytes memory reason = abi.encodeWithSelector(IIntake.IntakeNonceUsed.selector, _accountOf(NORTH), nonce);
        _assertFailed(_submit(operation), reason);
    }

    function test_O4_aSpentNonceCannotBeCancelled() public {
        vm.prank(vm.addr(NORTH));
        intake.cancel(7);
        vm.expectRevert(abi.encodeWithSelector(IIntake.IntakeNonceUsed.selector, _accountOf(NORTH), 7));
        vm.prank(vm.addr(NORTH));
        intake.cancel(7);
    }

    function test_O4_nobodyCancelsForAnother() public {
        vm.prank(vm.addr(ANA));
        intake.cancel(7);
        vm.assertFalse(intake.isNonceUsed(_accountOf(NORTH), 7));
        vm.expectRevert(abi.encodeWithSelector(AccountContext.AccountUnknown.selector, vm.addr(MALLORY)));
        vm.prank(vm.addr(MALLORY));
        intake.cancel(7);
    }

    function test_O4_anOperationWithTheSameNonceReplacesAnother() public {
        IIntake.SignedOperation memory wrong =
            _signed(NORTH, address(directory), abi.encodeCall(IDirectory.setEndpoint, ("https://wrong")));
        IIntake.Operation memory nothing = _operation(NORTH, address(directory), "");
        nothing.nonce = wrong.operation.nonce;
        vm.assertFalse(_submit(_sign(NORTH, nothing)).applied);
        vm.assertFalse(_submit(wrong).applied);
        vm.assertEq(directory.endpointOf(_accountOf(NORTH)), "https://north.example");
    }
}
