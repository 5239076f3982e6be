// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IEmergency} from "../src/interfaces/IEmergency.sol";
import {ROLE_ADMINISTRATOR, ROLE_AUDITOR, Role} from "../src/types/Role.sol";
import {EmergencyBase} from "./EmergencyBase.t.sol";

contract EmergencyReviewTest is EmergencyBase {
    uint256 private _declaration;

    function setUp() public override {
        super.setUp();
        _declaration = _declare(OSEI, ANA);
    }

    function _end() private {
        vm.warp(NOW + DEFAULT_SECONDS);
    }

    function _expectNotIndependent(uint256 key) private {
        bytes4 selector = IEmergency.EmergencyReviewerNotIndependent.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, _declaration, _accountOf(key)));
    }

    function _expectReviewed(IEmergency.Outcome outcome) private {
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyAlreadyReviewed.selector, _declaration, outcome));
    }

    function _assertCounters(uint64 declared, uint64 reviewed, uint64 justified, uint64 unjustified) private view {
        IEmergency.Counters memory counters = emergency.countersOf(_accountOf(OSEI));
        vm.assertEq(counters.declared, declared);
        vm.assertEq(counters.reviewed, reviewed);
        vm.assertEq(counters.justified, justified);
        vm.assertEq(counters.unjustified, unjustified);
        vm.assertEq(emergency.pendingReviewsOf(_accountOf(OSEI)), declared - reviewed);
    }

    /// @dev By a doctor of one organisation who becomes something in another.
    function _move(uint256 key, uint256 from, uint256 to, Role role) private {
        vm.prank(vm.addr(from));
        directory.removeMember(_accountOf(key));
        vm.prank(vm.addr(to));
        directory.addMember(_accountOf(key), role);
    }

    function test_B11_anAuditorOfAnotherOrganisationReviews() public {
        _end();
        vm.expectEmit(address(emergency));
        emit IEmergency.EmergencyReviewed(
            _declaration, _accountOf(RUIZ), _accountOf(EAST), IEmergency.Outcome.Justified, "report"
        );
        _review(RUIZ, _declaration, IEmergency.Outcome.Justified);
        vm.assertTrue(emergency.declarationOf(_declaration).outcome == IEmergency.Outcome.Justified);
        _assertCounters(1, 1, 1, 0);
    }

    function test_B13_countersOfEachOutcome() public {
        _end();
        _review(RUIZ, _declaration, IEmergency.Outcome.Unjustified);
        _assertCounters(1, 1, 0, 1);
        uint256 second = _declare(OSEI, ANA);
        uint256 third = _declare(OSEI, BEN);
        _close(OSEI, second);
        _close(OSEI, third);
        _assertCounters(3, 1, 0, 1);
        _review(RUIZ, third, IEmergency.Outcome.Inconclusive);
        _assertCounters(3, 2, 0, 1);
        _review(RUIZ, second, IEmergency.Outcome.Justified);
        _assertCounters(3, 3, 1, 1);
    }

    function test_B11_attackASecondReviewOverwritesTheFirst() public {
        _join(0x31, SOUTH, ROLE_AUDITOR);
        _end();
        _review(RUIZ, _declaration, IEmergency.Outcome.Unjustified);
        _expectReviewed(IEmergency.Outcome.Unjustified);
        _review(RUIZ, _declaration, IEmergency.Outcome.Justified);
        _expectReviewed(IEmergency.Outcome.Unjustified);
        _review(0x31, _declaration, IEmergency.Outcome.Unjustified);
        _assertCounters(1, 1, 0, 1);
    }

    function test_B11_aReviewSaysSomething() public {
        _end();
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyOutcomeInvalid.selector, IEmergency.Outcome.Pending));
        _review(RUIZ, _declaration, IEmergency.Outcome.Pending);
        _expectEmpty();
        vm.prank(vm.addr(RUIZ));
        emergency.review(_declaration, IEmergency.Outcome.Justified, 0);
        bytes memory data = abi.encodeWithSelector(IEmergency.review.selector, _declaration, 4, bytes32("report"));
        vm.prank(vm.addr(RUIZ));
        (bool done,) = address(emergency).call(data);
        vm.assertFalse(done);
        _assertCounters(1, 0, 0, 0);
    }

    function test_B10_attackAReviewerFromTheDeclarersOwnOrganisation() public {
        _end();
        _expectNotIndependent(WEBER);
        _review(WEBER, _declaration, IEmergency.Outcome.Justified);
    }

    /// @dev What counts is for whom the member acted then: moving on afterwards changes nothing.
    function test_B10_attackTheDeclarerMovesSoThatAColleagueOfThenReviews() public {
        _move(OSEI, NORTH, SOUTH, ROLE_AUDITOR);
        _end();
        _expectNotIndependent(WEBER);
        _review(WEBER, _declaration, IEmergency.Outcome.Justified);
    }

    function test_B10_attackTheDeclarerReviewsAsAnAuditorElsewhere() public {
        _move(OSEI, NORTH, SOUTH, ROLE_AUDITOR);
        _end();
        _expectNotIndependent(OSEI);
        _review(OSEI, _declaration, IEmergency.Outcome.Justified);
    }

    function test_B10_attackThePatientReviewsAsAnAuditor() public {
        vm.prank(vm.addr(SOUTH));
        directory.addMember(_accountOf(ANA), ROLE_AUDITOR);
        _end();
        _expectNotIndependent(ANA);
        _review(ANA, _declaration, IEmergency.Outcome.Unjustified);
    }

    function test_B10_attackSomebodyWhoIsNoAuditorReviews() public {
        _join(0x31, EAST, ROLE_ADMINISTRATOR);
        _end();
        uint256[6] memory others = [OSEI, NOOR, LIN, ANA, EAST, 0x31];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectNotPermitted(others[i]);
            _review(others[i], _declaration, IEmergency.Outcome.Justified);
        }
    }

    function test_B10_attackAnAuditorOfASuspendedOrganisationReviews() public {
        _end();
        _suspend(EAST);
        _expectNotPermitted(RUIZ);
        _review(RUIZ, _declaration, IEmergency.Outcome.Justified);
    }

    function test_B11_attackReviewWhileItIsOpenBothEdges() public {
        uint48 until = NOW + DEFAULT_SECONDS;
        vm.warp(until - 1);
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyStillOpen.selector, _declaration, until));
        _review(RUIZ, _declaration, IEmergency.Outcome.Justified);
        vm.warp(until);
        _review(RUIZ, _declaration, IEmergency.Outcome.Justified);
    }

    function test_B11_reviewThroughARelayInTheSecondOfClosing() public {
        _close(OSEI, _declaration);
        bytes memory data = abi.encodeCall(IEmergency.review, (_declaration, IEmergency.Outcome.Justified, "report"));
        _assertApplied(_carry(RUIZ, address(emergency), data));
        _assertCounters(1, 1, 1, 0);
    }

    function test_B11_attackReviewOfADeclarationThatNeverWas() public {
        _end();
        uint256[2] memory unknown = [uint256(0), _declaration + 1];
        for (uint256 i = 0; i < 2; ++i) {
            _expectUnknown(unknown[i]);
            _review(RUIZ, unknown[i], IEmergency.Outcome.Justified);
            _expectUnknown(unknown[i]);
            _contest(ANA, unknown[i]);
        }
    }

    function test_B12_thePatientContests() public {
        vm.expectEmit(address(emergency));
        emit IEmergency.EmergencyContested(_declaration, "statement");
        _contest(ANA, _declaration);
        vm.assertTrue(emergency.declarationOf(_declaration).contested);
        vm.assertTrue(emergency.isOpen(_declaration));
    }

    function test_B12_alsoAfterTheReviewAndWithoutChangingIt() public {
        _end();
        _review(RUIZ, _declaration, IEmergency.Outcome.Justified);
        _contest(ANA, _declaration);
        IEmergency.Declaration memory stored = emergency.declarationOf(_declaration);
        vm.assertTrue(stored.contested);
        vm.assertTrue(stored.outcome == IEmergency.Outcome.Justified);
        _assertCounters(1, 1, 1, 0);
    }

    function test_B12_onceAndWithAStatement() public {
        _expectEmpty();
        vm.prank(vm.addr(ANA));
        emergency.contest(_declaration, 0);
        _contest(ANA, _declaration);
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyAlreadyContested.selector, _declaration));
        _contest(ANA, _declaration);
    }

    function test_B12_attackSomebodyElseContests() public {
        uint256[4] memory others = [BEN, OSEI, NORTH, RUIZ];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectNotPermitted(others[i]);
            _contest(others[i], _declaration);
        }
    }

    function testFuzz_B13_countersAreTheSumsOfOutcomes(uint8[20] memory outcomes) public {
        uint64[4] memory expected;
        expected[0] = 1;
        for (uint256 i = 0; i < outcomes.length; ++i) {
            uint256 declaration = _declare(OSEI, BEN);
            _close(OSEI, declaration);
            ++expected[0];
            uint8 outcome = outcomes[i] % 4;
            if (outcome == 0) continue;
            _review(RUIZ, declaration, IEmergency.Outcome(outcome));
            ++expected[1];
            if (outcome < 3) ++expected[1 + outcome];
        }
        _assertCounters(expected[0], expected[1], expected[2], expected[3]);
    }
}
