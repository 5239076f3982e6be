// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IEmergency} from "../src/interfaces/IEmergency.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {EmergencyBase} from "./EmergencyBase.t.sol";

contract EmergencyDecideTest is EmergencyBase {
    function _assertAnswer(uint256 member, uint256 patient, uint48 time, IEmergency.Answer expected) private view {
        IEmergency.Answer answer = emergency.decide(_accountOf(member), _accountOf(patient), LABS, time);
        vm.assertEq(uint256(answer), uint256(expected));
    }

    function _assertAnswer(uint48 time, IEmergency.Answer expected) private view {
        _assertAnswer(OSEI, ANA, time, expected);
    }

    function test_B8_permittedFromTheDeclarationToItsEndExactly() public {
        _mark(ANA);
        _declare(OSEI, ANA);
        uint48 end = NOW + DEFAULT_SECONDS;
        _assertAnswer(0, IEmergency.Answer.NotYetDeclared);
        _assertAnswer(NOW - 1, IEmergency.Answer.NotYetDeclared);
        _assertAnswer(NOW, IEmergency.Answer.Permitted);
        _assertAnswer(end - 1, IEmergency.Answer.Permitted);
        _assertAnswer(end, IEmergency.Answer.Expired);
        _assertAnswer(type(uint48).max, IEmergency.Answer.Expired);
    }

    function test_B8_nothingIsPermittedWithoutADeclaration() public {
        _mark(ANA);
        _assertAnswer(NOW, IEmergency.Answer.NoDeclaration);
        _assertAnswer(OSEI, MALLORY, NOW, IEmergency.Answer.NoDeclaration);
    }

    function test_B8_attackADeclarationServesNobodyElseAndNoOtherChart() public {
        _mark(ANA);
        _mark(BEN);
        _declare(OSEI, ANA);
        _assertAnswer(NOOR, ANA, NOW, IEmergency.Answer.NoDeclaration);
        _assertAnswer(NORTH, ANA, NOW, IEmergency.Answer.NoDeclaration);
        _assertAnswer(OSEI, BEN, NOW, IEmergency.Answer.NoDeclaration);
    }

    function test_B8_closedIsSaidFromTheMomentOfClosing() public {
        _mark(ANA);
        uint256 declaration = _declare(OSEI, ANA);
        vm.warp(NOW + 100);
        _close(OSEI, declaration);
        _assertAnswer(NOW + 99, IEmergency.Answer.Permitted);
        _assertAnswer(NOW + 100, IEmergency.Answer.Closed);
        _assertAnswer(NOW + DEFAULT_SECONDS, IEmergency.Answer.Closed);
    }

    function test_B8_aDeclarationClosedInItsOwnSecondPermitsNothing() public {
        _mark(ANA);
        _close(OSEI, _declare(OSEI, ANA));
        _assertAnswer(NOW, IEmergency.Answer.Closed);
    }

    function test_B8_attackACompartmentThatThePatientDidNotMark() public {
        _declare(OSEI, ANA);
        _assertAnswer(NOW, IEmergency.Answer.CompartmentNotMarked);
        CompartmentId other = CompartmentId.wrap("psychiatry");
        vm.prank(vm.addr(ANA));
        consent.openCompartment(other, 5, _recipient());
        _mark(ANA);
        IEmergency.Answer answer = emergency.decide(_accountOf(OSEI), _accountOf(ANA), other, NOW);
        vm.assertTrue(answer == IEmergency.Answer.CompartmentNotMarked);
        _clear(ANA);
        _assertAnswer(NOW, IEmergency.Answer.CompartmentNotMarked);
    }

    function test_B2_aRotationMakesTheTrusteesVoidUntilTheyAreNamedAgain() public {
        _mark(ANA);
        _declare(OSEI, ANA);
        _rotate(ANA);
        _assertAnswer(NOW, IEmergency.Answer.EpochOver);
        _mark(ANA);
        _assertAnswer(NOW, IEmergency.Answer.Permitted);
    }

    /// @dev The declaration's end comes before what is said about the compartment.
    function test_B8_theOrderOfReasons() public {
        _declare(OSEI, ANA);
        _assertAnswer(NOW - 1, IEmergency.Answer.NotYetDeclared);
        _assertAnswer(NOW, IEmergency.Answer.CompartmentNotMarked);
        _assertAnswer(NOW + DEFAULT_SECONDS, IEmergency.Answer.Expired);
    }

    function test_B8_theLatestDeclarationAnswers() public {
        _mark(ANA);
        _declare(OSEI, ANA);
        vm.warp(NOW + 1 days);
        _declare(OSEI, ANA);
        _assertAnswer(NOW, IEmergency.Answer.NotYetDeclared);
        _assertAnswer(NOW + 1 days, IEmergency.Answer.Permitted);
    }

    function testFuzz_B8_permittedIsOpenAndMarkedAndOfThePresentEpoch(
        uint48 time,
        uint16 duration,
        bool marked,
        bool rotated,
        bool declared
    ) public {
        time = NOW - 10 + time % 4000;
        uint32 durationSeconds = 5 minutes + duration % (55 minutes + 1);
        if (marked) _mark(ANA);
        if (rotated) _rotate(ANA);
        if (declared) _declare(OSEI, ANA, durationSeconds);
        bool expected = declared && marked && !rotated && time >= NOW && time < NOW + durationSeconds;
        IEmergency.Answer answer = emergency.decide(_accountOf(OSEI), _accountOf(ANA), LABS, time);
        vm.assertTrue((answer == IEmergency.Answer.Permitted) == expected);
    }
}
