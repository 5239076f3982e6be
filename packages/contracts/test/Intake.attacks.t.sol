// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Intake} from "../src/Intake.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {Base} from "./Base.t.sol";
import {HostileTarget} from "./mocks/HostileTarget.sol";

/// @dev What a stranger, a relay, another account or a hostile target may try, by name.
contract IntakeAttacksTest is Base {
    uint256 private constant SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    Intake private production;
    HostileTarget private hostile;

    /// @dev An Intake that forwards to a hostile contract as well, which the deployed one never does (O10).
    function setUp() public override {
        super.setUp();
        production = intake;
        hostile = new HostileTarget();
        address[] memory targets = new address[](2);
        (targets[0], targets[1]) = (address(directory), address(hostile));
        intake = Intake(_create("Intake", abi.encode(directory, consortium, targets)));
    }

    function _call(uint256 key, bytes memory data) private returns (IIntake.SignedOperation memory) {
        return _signed(key, address(hostile), data);
    }

    function _good(uint256 key) private returns (IIntake.SignedOperation memory) {
        return _call(key, abi.encodeCall(HostileTarget.behave, ()));
    }

    /// @dev Carries `bad` between two good ones; both must be applied, on a budget of what each signed for.
    function _assertHarmless(IIntake.SignedOperation memory bad) private returns (IIntake.Outcome memory) {
        IIntake.SignedOperation[] memory batch = _batch(_good(ANA), bad, _good(BEN));
        IIntake.Outcome[] memory outcomes = intake.submit{gas: 4_000_000}(batch);
        _assertApplied(outcomes[0]);
        vm.assertFalse(outcomes[1].applied);
        _assertApplied(outcomes[2]);
        vm.assertEq(hostile.wellBehavedCalls(), 2);
        return outcomes[1];
    }

    function test_O4_replayIsRefused() public {
        IIntake.SignedOperation memory operation = _good(ANA);
        _assertApplied(_submit(operation));
        bytes memory reason =
            abi.encodeWithSelector(IIntake.IntakeNonceUsed.selector, _accountOf(ANA), operation.operation.nonce);
        vm.expectEmit(address(intake));
        emit IIntake.OperationRefused(address(this), 0, reason);
        _assertFailed(_submit(operation), reason);
        vm.assertEq(hostile.wellBehavedCalls(), 1);
    }

    function test_O4_replayInTheSameSubmissionIsRefused() public {
        IIntake.SignedOperation memory operation = _good(ANA);
        IIntake.Outcome[] memory outcomes = intake.submit(_batch(operation, operation, operation));
        _assertApplied(outcomes[0]);
        vm.assertFalse(outcomes[1].applied);
        vm.assertFalse(outcomes[2].applied);
        vm.assertEq(hostile.wellBehavedCalls(), 1);
    }

    function test_O4_whatFailedCannotBeCarriedAgainWhenItWouldSucceed() public {
        bytes memory data = abi.encodeCall(IDirectory.setEndpoint, ("https://x"));
        IIntake.SignedOperation memory operation = _signed(ANA, address(directory), data);
        vm.assertFalse(_submit(operation).applied);
        _assertFailed(
            _submit(operation),
            abi.encodeWithSelector(IIntake.IntakeNonceUsed.selector, _accountOf(ANA), operation.operation.nonce)
        );
    }

    function test_O3_replayOnAnotherChainIsRefused() public {
        IIntake.SignedOperation memory operation = _good(ANA);
        vm.chainId(block.chainid + 1);
        _assertFailed(
            _submit(operation), abi.encodeWithSelector(IIntake.IntakeSignatureInvalid.selector, _accountOf(ANA))
        );
    }

    function test_O3_replayOnAnotherIntakeIsRefused() public {
        IIntake.SignedOperation memory operation =
            _signed(NORTH, address(directory), abi.encodeCall(IDirectory.setEndpoint, ("https://x")));
        _assertFailed(
            production.submit(_batch(operation))[0],
            abi.encodeWithSelector(IIntake.IntakeSignatureInvalid.selector, _accountOf(NORTH))
        );
    }

    function test_O5_expiredIsRefusedAndSpendsNoNonce() public {
        IIntake.SignedOperation memory operation = _good(ANA);
        uint48 deadline = operation.operation.deadline;
        vm.warp(deadline + 1);
        _assertFailed(
            _submit(operation), abi.encodeWithSelector(IIntake.IntakeExpired.selector, deadline, deadline + 1)
        );
        vm.assertFalse(intake.isNonceUsed(_accountOf(ANA), operation.operation.nonce));
        vm.assertEq(hostile.wellBehavedCalls(), 0);
    }

    function test_O6_foreignSignerIsRefusedAndSpendsNoNonce() public {
        IIntake.SignedOperation memory operation = _good(ANA);
        operation = _sign(MALLORY, operation.operation);
        _assertFailed(_submit(operation), abi.encodeWithSelector(IIntake.IntakeSignerUnknown.selector, _accountOf(ANA)));
        operation.signer = _signer(ANA);
        _assertFailed(
            _submit(operation), abi.encodeWithSelector(IIntake.IntakeSignatureInvalid.selector, _accountOf(ANA))
        );
        vm.assertFalse(intake.isNonceUsed(_accountOf(ANA), operation.operation.nonce));
    }

    function test_O6_unknownAccountCannotBeTakenWithAnotherSigner() public {
        IIntake.SignedOperation memory operation = _good(0x77);
        operation = _sign(MALLORY, operation.operation);
        _assertFailed(
            _submit(operation), abi.encodeWithSelector(IIntake.IntakeSignerUnknown.selector, _accountOf(0x77))
        );
        operation.signer = "";
        _assertFailed(
            _submit(operation), abi.encodeWithSelector(IIntake.IntakeSignerUnknown.selector, _accountOf(0x77))
        );
    }

    /// @dev The signature's twin (n - s, v flipped) recovers to the same wallet; it is refused all the same.
    function test_O6_malleatedSignatureIsRefused() public {
        IIntake.SignedOperation memory operation = _good(ANA);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ANA, intake.hashOperation(operation.operation));
        bytes32 twin = bytes32(SECP256K1_ORDER - uint256(s));
        operation.signature = abi.encodePacked(r, twin, v == 27 ? uint8(28) : uint8(27));
        vm.assertFalse(_submit(operation).applied);
        vm.assertFalse(intake.isNonceUsed(_accountOf(ANA), operation.operation.nonce));
    }

    function testFuzz_O6_anyChangedFieldIsRefused(uint256 which) public {
        IIntake.SignedOperation memory signed = _good(ANA);
        IIntake.Operation memory operation = signed.operation;
        which %= 6;
        if (which == 0) operation.account = _accountOf(BEN);
        if (which == 1) operation.target = address(directory);
        if (which == 2) operation.data = abi.encodeCall(HostileTarget.refuse, (1));
        if (which == 3) operation.nonce += 1;
        if (which == 4) operation.deadline += 1;
        if (which == 5) operation.gasLimit -= 1;
        // Another account's signer is not the one sent along.
        bytes4 refusal = which == 0 ? IIntake.IntakeSignerUnknown.selector : IIntake.IntakeSignatureInvalid.selector;
        _assertFailed(_submit(signed), abi.encodeWithSelector(refusal, operation.account));
    }

    function testFuzz_O6_anyOtherSignatureIsRefused(bytes memory signature) public {
        IIntake.SignedOperation memory operation = _good(ANA);
        vm.assume(keccak256(signature) != keccak256(operation.signature));
        operation.signature = signature;
        vm.assertFalse(_submit(operation).applied);
        vm.assertFalse(intake.isNonceUsed(_accountOf(ANA), operation.operation.nonce));
    }

    function test_O7_aRevertingOperationHarmsNoNeighbour() public {
        IIntake.Outcome memory outcome = _assertHarmless(_call(MALLORY, abi.encodeCall(HostileTarget.refuse, (42))));
        vm.assertEq(outcome.reason, abi.encodeWithSelector(HostileTarget.HostileRefusal.selector, 42));
    }

    function test_O7_aGasBurnerHarmsNoNeighbour() public {
        _assertFailed(_assertHarmless(_call(MALLORY, abi.encodeCall(HostileTarget.burn, ()))), "");
    }

    function test_O7_anEndlessLoopHarmsNoNeighbour() public {
        _assertFailed(_assertHarmless(_call(MALLORY, abi.encodeCall(HostileTarget.loop, ()))), "");
    }

    function test_O7_aReturnBombHarmsNoNeighbourAndIsCutAt512Bytes() public {
        IIntake.Outcome memory outcome = _assertHarmless(_call(MALLORY, abi.encodeCall(HostileTarget.bomb, ())));
        vm.assertEq(outcome.reason.length, 512);
    }

    function test_O7_aResultBombIsNotCopied() public {
        IIntake.Outcome memory outcome = _submit(_call(ANA, abi.encodeCall(HostileTarget.bombOnSuccess, ())));
        _assertApplied(outcome);
    }

    function test_O7_refusalsHarmNoNeighbour() public {
        IIntake.SignedOperation memory bad = _good(MALLORY);
        bad.signature = "";
        _assertHarmless(bad);
    }

    /// @dev The account's history must not show failures that the account never signed.
    function test_O7_forgedOperationLeavesNoTraceInTheAccountsHistory() public {
        IIntake.SignedOperation memory forged = _good(ANA);
        forged.signature = _signature(MALLORY, intake.hashOperation(forged.operation));
        vm.recordLogs();
        vm.prank(vm.addr(MALLORY));
        intake.submit(_batch(forged));
        vm.assertEq(vm.getRecordedLogs()[0].topics[0], IIntake.OperationRefused.selector);
    }

    function test_O4_reentryFindsTheNonceSpent() public {
        // The outer operation cannot contain its own signature, so the inner one is a copy of a neighbour's: carried
        // inside first, it must not be carried outside again.
        IIntake.SignedOperation memory inner = _good(ANA);
        IIntake.SignedOperation memory outer =
            _call(MALLORY, abi.encodeCall(HostileTarget.reenter, (intake, _batch(inner))));
        outer.operation.gasLimit = 3_000_000;
        outer = _sign(MALLORY, outer.operation);
        IIntake.Outcome[] memory outcomes = intake.submit(_batch(outer, inner, _good(BEN)));
        _assertApplied(outcomes[0]);
        vm.assertFalse(outcomes[1].applied);
        _assertApplied(outcomes[2]);
        (bool applied,) = hostile.inner(0);
        vm.assertTrue(applied);
        vm.assertEq(hostile.wellBehavedCalls(), 2);
    }

    function test_O8_relayGivingTooLittleGasRevertsAndSpendsNoNonce() public {
        IIntake.SignedOperation memory operation = _call(ANA, abi.encodeCall(HostileTarget.needGas, (900_000)));
        IIntake.SignedOperation[] memory batch = _batch(operation);
        (bool success, bytes memory answer) =
            address(intake).call{gas: 900_000}(abi.encodeCall(IIntake.submit, (batch)));
        vm.assertFalse(success);
        vm.assertEq(bytes32(bytes4(answer)), bytes32(IIntake.IntakeInsufficientGas.selector));
        vm.assertFalse(intake.isNonceUsed(_accountOf(ANA), operation.operation.nonce));
    }

    /// @dev Whatever gas the relay gives: either nothing happens, or the call has all that the account signed for.
    function testFuzz_O8_noAmountOfGasMakesAnOperationFail(uint256 gasGiven) public {
        gasGiven = 60_000 + gasGiven % 1_500_000;
        // 30,000 under the limit: what the call spends before it looks.
        IIntake.SignedOperation memory operation = _call(ANA, abi.encodeCall(HostileTarget.needGas, (GAS - 30_000)));
        (bool success, bytes memory answer) =
            address(intake).call{gas: gasGiven}(abi.encodeCall(IIntake.submit, (_batch(operation))));
        bool spent = intake.isNonceUsed(_accountOf(ANA), operation.operation.nonce);
        vm.assertTrue(success == spent);
        if (success) _assertApplied(abi.decode(answer, (IIntake.Outcome[]))[0]);
    }

    function test_O8_gasLimitBeyondTheMaximumStopsNobodyElse() public {
        IIntake.SignedOperation memory greedy = _good(MALLORY);
        greedy.operation.gasLimit = type(uint32).max;
        greedy.signer = _signer(MALLORY);
        greedy.signature = _signature(MALLORY, intake.hashOperation(greedy.operation));
        _assertFailed(
            _assertHarmless(greedy),
            abi.encodeWithSelector(IIntake.IntakeGasLimitTooHigh.selector, type(uint32).max, 8_000_000)
        );
    }

    function test_O10_otherTargetsAreRefused() public {
        IIntake.SignedOperation memory operation = _signed(ANA, address(consent), "");
        _assertFailed(
            _submit(operation), abi.encodeWithSelector(IIntake.IntakeTargetUnknown.selector, address(consent))
        );
        operation = _signed(ANA, address(intake), abi.encodeCall(IIntake.cancel, (1)));
        _assertFailed(_submit(operation), abi.encodeWithSelector(IIntake.IntakeTargetUnknown.selector, address(intake)));
    }

    function test_O10_theIntakeCannotBeItsOwnTarget() public {
        address[] memory targets = new address[](1);
        targets[0] = vm.computeCreateAddress(address(this), vm.getNonce(address(this)));
        vm.expectRevert(abi.encodeWithSelector(IIntake.IntakeTargetInvalid.selector, targets[0]));
        new Intake(directory, address(consortium), targets);
    }

    /// @dev Data that brings its own account is followed by the true one.
    function test_O9_accountInTheDataIsNotTheAccountOfTheCall() public {
        bytes memory data = abi.encodePacked(abi.encodeCall(HostileTarget.behave, ()), _accountOf(ANA));
        _assertApplied(_submit(_call(MALLORY, data)));
        vm.assertEq(hostile.lastData(), abi.encodePacked(data, _accountOf(MALLORY)));
    }

    function test_O9_emptyDataCallsNothing() public {
        IIntake.SignedOperation memory operation = _signed(NORTH, address(directory), "");
        vm.assertFalse(_submit(operation).applied);
    }
}
