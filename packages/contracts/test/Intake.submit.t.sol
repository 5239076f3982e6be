// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {ROLE_NURSE} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract IntakeSubmitTest is Base {
    uint256 private constant CARLA = 0x23;

    function _publish(uint256 key, string memory endpoint) private returns (IIntake.SignedOperation memory) {
        return _signed(key, address(directory), abi.encodeCall(IDirectory.setEndpoint, (endpoint)));
    }

    function test_O3_hashIsThatOfTheTypedMessage() public {
        IIntake.Operation memory operation = _operation(ANA, address(consent), "data");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("HRE Intake"),
                keccak256("1"),
                block.chainid,
                address(intake)
            )
        );
        bytes32 message = keccak256(
            abi.encode(
                keccak256(
                    "Operation(address account,address target,bytes data,uint256 nonce,uint48 deadline,uint32 gasLimit)"
                ),
                operation.account,
                operation.target,
                keccak256(operation.data),
                operation.nonce,
                operation.deadline,
                operation.gasLimit
            )
        );
        vm.assertEq(intake.hashOperation(operation), keccak256(abi.encodePacked(hex"1901", domain, message)));
    }

    function test_O7_anybodyMayCarry() public {
        IIntake.SignedOperation[] memory batch = _batch(_publish(NORTH, "https://new.example"));
        vm.expectEmit(address(directory));
        emit IDirectory.EndpointPublished(_accountOf(NORTH), "https://new.example");
        vm.expectEmit(address(intake));
        emit IIntake.OperationApplied(_accountOf(NORTH), batch[0].operation.nonce);
        vm.prank(vm.addr(MALLORY));
        _assertApplied(intake.submit(batch)[0]);
        vm.assertEq(directory.endpointOf(_accountOf(NORTH)), "https://new.example");
        vm.assertTrue(intake.isNonceUsed(_accountOf(NORTH), batch[0].operation.nonce));
    }

    function test_O7_operationsRunInOrder() public {
        intake.submit(_batch(_publish(NORTH, "https://1"), _publish(NORTH, "https://2"), _publish(NORTH, "https://3")));
        vm.assertEq(directory.endpointOf(_accountOf(NORTH)), "https://3");
    }

    function test_O7_nothingToCarryIsNoError() public {
        vm.assertEq(intake.submit(new IIntake.SignedOperation[](0)).length, 0);
    }

    function test_O7_256AreCarriedAnd257AreNot() public {
        IIntake.SignedOperation[] memory batch = new IIntake.SignedOperation[](256);
        for (uint256 i = 0; i < batch.length; ++i) {
            batch[i] = _publish(NORTH, "https://x");
        }
        IIntake.Outcome[] memory outcomes = intake.submit(batch);
        for (uint256 i = 0; i < batch.length; ++i) {
            _assertApplied(outcomes[i]);
        }
        vm.expectRevert(abi.encodeWithSelector(IIntake.IntakeTooManyOperations.selector, 257, 256));
        intake.submit(new IIntake.SignedOperation[](257));
    }

    function test_O4_failureSpendsTheNonceAndSaysWhy() public {
        IIntake.SignedOperation memory operation = _publish(ANA, "https://ana.example");
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ANA));
        vm.expectEmit(address(intake));
        emit IIntake.OperationFailed(_accountOf(ANA), operation.operation.nonce, reason);
        _assertFailed(_submit(operation), reason);
        vm.assertTrue(intake.isNonceUsed(_accountOf(ANA), operation.operation.nonce));
    }

    function testFuzz_O4_noncesAreUnorderedAndIndependent(uint256 spent, uint256 other) public {
        vm.assume(spent != other);
        IIntake.SignedOperation memory operation = _publish(NORTH, "https://x");
        operation.operation.nonce = spent;
        _assertApplied(_submit(_sign(NORTH, operation.operation)));
        vm.assertTrue(intake.isNonceUsed(_accountOf(NORTH), spent));
        vm.assertFalse(intake.isNonceUsed(_accountOf(NORTH), other));
        vm.assertFalse(intake.isNonceUsed(_accountOf(SOUTH), spent));
        operation.operation.nonce = other;
        _assertApplied(_submit(_sign(NORTH, operation.operation)));
    }

    function test_O5_theDeadlineItselfIsInTime() public {
        IIntake.SignedOperation memory operation = _publish(NORTH, "https://x");
        vm.warp(operation.operation.deadline);
        _assertApplied(_submit(operation));
    }

    function test_O6_unknownAccountRegistersWithTheSignerItCommitsTo() public {
        vm.prank(vm.addr(NORTH));
        directory.addMember(_accountOf(CARLA), ROLE_NURSE);
        bytes memory data = abi.encodeCall(IDirectory.register, (_signer(CARLA), _recipient()));
        _assertApplied(_carry(CARLA, address(directory), data));
        vm.assertTrue(directory.isRegistered(_accountOf(CARLA)));
        vm.assertTrue(directory.isSignerOf(_accountOf(CARLA), _signer(CARLA)));
    }

    function test_O6_aKnownAccountBringsItsSignerToo() public {
        IIntake.SignedOperation memory operation = _publish(NORTH, "https://x");
        bytes memory reason = abi.encodeWithSelector(IIntake.IntakeSignerUnknown.selector, _accountOf(NORTH));
        operation.signer = "";
        _assertFailed(_submit(operation), reason);
        // A relay cannot swap it either, and harms nobody with that: the nonce stays.
        operation.signer = _signer(MALLORY);
        _assertFailed(_submit(operation), reason);
        operation.signer = _signer(NORTH);
        _assertApplied(_submit(operation));
    }

    function test_O9_theAccountOfACarriedCallIsTheOneThatSigned() public {
        IIntake.SignedOperation memory operation = _publish(NORTH, "https://x");
        vm.prank(vm.addr(SOUTH));
        intake.submit(_batch(operation));
        vm.assertEq(directory.endpointOf(_accountOf(NORTH)), "https://x");
        vm.assertEq(directory.endpointOf(_accountOf(SOUTH)), "");
    }

    function test_O10_targetsAreTheExchangesContracts() public view {
        vm.assertTrue(intake.isTarget(address(directory)));
        vm.assertTrue(intake.isTarget(address(consent)));
        vm.assertTrue(intake.isTarget(address(records)));
        vm.assertTrue(intake.isTarget(address(access)));
        vm.assertFalse(intake.isTarget(address(intake)));
        vm.assertFalse(intake.isTarget(address(this)));
    }
}
