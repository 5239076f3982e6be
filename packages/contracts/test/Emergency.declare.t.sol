// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IEmergency} from "../src/interfaces/IEmergency.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {ROLE_ADMINISTRATOR, ROLE_DOCTOR, Role} from "../src/types/Role.sol";
import {EmergencyBase} from "./EmergencyBase.t.sol";

contract EmergencyDeclareTest is EmergencyBase {
    function _expectDuration(uint32 durationSeconds) private {
        vm.expectRevert(
            abi.encodeWithSelector(IEmergency.EmergencyDurationInvalid.selector, durationSeconds, 5 minutes, 60 minutes)
        );
    }

    function _expectLicenceOver(uint256 key, uint48 licensedUntil) private {
        vm.expectRevert(
            abi.encodeWithSelector(IEmergency.EmergencyLicenceOver.selector, _accountOf(key), licensedUntil)
        );
    }

    function _untilOf(uint256 declaration) private view returns (uint48) {
        return emergency.declarationOf(declaration).until;
    }

    function test_B3_aDoctorDeclares() public {
        uint48 until = NOW + DEFAULT_SECONDS;
        vm.expectEmit(address(emergency));
        emit IEmergency.EmergencyDeclared(1, _accountOf(OSEI), _accountOf(ANA), _accountOf(NORTH), 1, "reason", until);
        vm.assertEq(_declare(OSEI, ANA), 1);
        IEmergency.Declaration memory stored = emergency.declarationOf(1);
        vm.assertEq(stored.member, _accountOf(OSEI));
        vm.assertEq(stored.patient, _accountOf(ANA));
        vm.assertEq(stored.organisation, _accountOf(NORTH));
        vm.assertEq(stored.declaredAt, NOW);
        vm.assertEq(stored.until, until);
        vm.assertEq(stored.reasonCode, 1);
        vm.assertFalse(stored.closed);
        vm.assertFalse(stored.contested);
        vm.assertTrue(stored.outcome == IEmergency.Outcome.Pending);
        vm.assertTrue(emergency.isOpen(1));
        vm.assertEq(emergency.openDeclarationOf(_accountOf(OSEI), _accountOf(ANA)), 1);
        vm.assertEq(emergency.declarationCount(), 1);
    }

    function test_B3_aNurseDeclaresThroughARelay() public {
        bytes memory data = abi.encodeCall(IEmergency.declare, (_accountOf(ANA), 2, "reason", 600));
        _assertApplied(_carry(NOOR, address(emergency), data));
        vm.assertEq(emergency.declarationOf(1).member, _accountOf(NOOR));
        vm.assertEq(_untilOf(1), NOW + 600);
    }

    function test_B3_attackAnAccountWithoutAnEmergencyRoleDeclares() public {
        // A patient, an organisation itself, a technician, an auditor.
        uint256[5] memory others = [ANA, BEN, NORTH, LIN, WEBER];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectNotPermitted(others[i]);
            _declare(others[i], ANA);
        }
    }

    /// @dev Each role, licensed: two of eight may.
    function test_B3_onlyDoctorsAndNursesDeclare() public {
        for (uint8 role = 1; role <= 8; ++role) {
            uint256 key = 0x40 + role;
            _join(key, SOUTH, Role.wrap(role));
            _license(key, SOUTH, LICENSED_UNTIL);
            bool permitted = role == 2 || role == 3;
            if (!permitted) _expectNotPermitted(key);
            _declare(key, ANA);
        }
        vm.assertEq(emergency.declarationCount(), 2);
    }

    function test_B3_attackAnUnlicensedMemberDeclares() public {
        _join(0x31, SOUTH, ROLE_DOCTOR);
        _expectLicenceOver(0x31, 0);
        _declare(0x31, ANA);
    }

    function test_B3_attackAnExpiredLicenceBothEdges() public {
        vm.warp(LICENSED_UNTIL);
        _expectLicenceOver(OSEI, LICENSED_UNTIL);
        _declare(OSEI, ANA);
        vm.warp(LICENSED_UNTIL - 1);
        _declare(OSEI, ANA);
    }

    function test_B3_attackAMemberOfASuspendedOrganisationDeclares() public {
        _suspend(NORTH);
        _expectNotPermitted(OSEI);
        _declare(OSEI, ANA);
    }

    function test_B3_attackARemovedMemberDeclares() public {
        vm.prank(vm.addr(NORTH));
        directory.removeMember(_accountOf(OSEI));
        _expectNotPermitted(OSEI);
        _declare(OSEI, ANA);
    }

    function test_B3_attackAMemberWhoIsNotRegisteredHasNoWallet() public {
        vm.prank(vm.addr(NORTH));
        directory.addMember(_accountOf(MALLORY), ROLE_DOCTOR);
        _license(MALLORY, NORTH, LICENSED_UNTIL);
        vm.expectRevert(abi.encodeWithSignature("AccountUnknown(address)", vm.addr(MALLORY)));
        _declare(MALLORY, ANA);
    }

    function test_B3_onlyForPatients() public {
        uint256[3] memory others = [LIN, NORTH, MALLORY];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyPatientUnknown.selector, _accountOf(others[i])));
            _declare(OSEI, others[i]);
        }
    }

    function testFuzz_B4_reasonsAreOneToFive(uint8 reasonCode) public {
        if (reasonCode == 0 || reasonCode > 5) {
            vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyReasonInvalid.selector, reasonCode, 5));
        }
        vm.prank(vm.addr(OSEI));
        emergency.declare(_accountOf(ANA), reasonCode, "reason", 0);
    }

    function test_B4_reasonsZeroAndSixAreRefused() public {
        uint8[2] memory codes = [0, 6];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyReasonInvalid.selector, codes[i], 5));
            vm.prank(vm.addr(OSEI));
            emergency.declare(_accountOf(ANA), codes[i], "reason", 0);
        }
        vm.prank(vm.addr(OSEI));
        emergency.declare(_accountOf(ANA), 5, "reason", 0);
    }

    function test_B4_aReasonIsGivenInWordsAsWell() public {
        _expectEmpty();
        vm.prank(vm.addr(OSEI));
        emergency.declare(_accountOf(ANA), 1, 0, 0);
    }

    function test_B5_fiveToSixtyMinutesAndThirtyByDefault() public {
        _expectDuration(5 minutes - 1);
        _declare(OSEI, ANA, 5 minutes - 1);
        _expectDuration(60 minutes + 1);
        _declare(OSEI, ANA, 60 minutes + 1);
        _expectDuration(1);
        _declare(OSEI, ANA, 1);
        _expectDuration(type(uint32).max);
        _declare(OSEI, ANA, type(uint32).max);
        vm.assertEq(_untilOf(_declare(OSEI, ANA, 5 minutes)), NOW + 5 minutes);
        vm.assertEq(_untilOf(_declare(OSEI, BEN, 60 minutes)), NOW + 60 minutes);
        vm.assertEq(_untilOf(_declare(NOOR, ANA, 0)), NOW + 30 minutes);
    }

    function testFuzz_B5_openUntilTheEndExactly(uint32 durationSeconds, uint32 later) public {
        durationSeconds = 5 minutes + durationSeconds % (55 minutes + 1);
        uint256 declaration = _declare(OSEI, ANA, durationSeconds);
        uint256 timestamp = NOW + later % 2 hours;
        vm.warp(timestamp);
        bool open = timestamp < NOW + durationSeconds;
        vm.assertTrue(emergency.isOpen(declaration) == open);
        vm.assertEq(emergency.openDeclarationOf(_accountOf(OSEI), _accountOf(ANA)), open ? declaration : 0);
    }

    function test_B5_openOneSecondBeforeTheEndAndOverAtTheEnd() public {
        _declare(OSEI, ANA);
        vm.warp(NOW + DEFAULT_SECONDS - 1);
        vm.assertTrue(emergency.isOpen(1));
        vm.warp(NOW + DEFAULT_SECONDS);
        vm.assertFalse(emergency.isOpen(1));
        vm.assertEq(emergency.openDeclarationOf(_accountOf(OSEI), _accountOf(ANA)), 0);
    }

    function test_B5_attackProlongingByDeclaringAgainIsRefusedAndNamesTheOpenOne() public {
        _declare(OSEI, BEN);
        uint256 open = _declare(OSEI, ANA);
        vm.warp(NOW + DEFAULT_SECONDS - 1);
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyAlreadyOpen.selector, open));
        _declare(OSEI, ANA);
        vm.warp(NOW + DEFAULT_SECONDS);
        vm.assertEq(_declare(OSEI, ANA), 3);
    }

    function test_B5_othersDeclareForTheSamePatientMeanwhile() public {
        _declare(OSEI, ANA);
        vm.assertEq(_declare(NOOR, ANA), 2);
    }

    /// @dev A declaration that was carried once opens nothing a second time, after its end and before its deadline.
    function test_B3_attackAReplayedDeclarationIsRefused() public {
        bytes memory data = abi.encodeCall(IEmergency.declare, (_accountOf(ANA), 1, "reason", 5 minutes));
        IIntake.SignedOperation memory signed = _signed(OSEI, address(emergency), data);
        _assertApplied(_submit(signed));
        vm.warp(NOW + 5 minutes);
        _assertFailed(
            _submit(signed),
            abi.encodeWithSelector(IIntake.IntakeNonceUsed.selector, _accountOf(OSEI), signed.operation.nonce)
        );
        vm.assertEq(emergency.declarationCount(), 1);
    }

    function test_B6_attackNobodyElseEndsADeclaration() public {
        _join(0x31, NORTH, ROLE_ADMINISTRATOR);
        uint256 declaration = _declare(OSEI, ANA);
        uint256[6] memory others = [ANA, NOOR, NORTH, EAST, RUIZ, 0x31];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectNotPermitted(others[i]);
            _close(others[i], declaration);
        }
        vm.expectRevert(abi.encodeWithSignature("AccountUnknown(address)", vm.addr(MALLORY)));
        _close(MALLORY, declaration);
        vm.assertTrue(emergency.isOpen(declaration));
    }

    /// @dev Everything that takes rights away elsewhere, all at once.
    function test_B6_attackNeitherAdministratorNorVoteNorPatientCancelsAnOpenDeclaration() public {
        _mark(ANA);
        uint256 declaration = _declare(OSEI, ANA);
        vm.prank(vm.addr(NORTH));
        directory.cutOff(_accountOf(OSEI));
        _suspend(NORTH);
        _contest(ANA, declaration);
        vm.assertTrue(emergency.isOpen(declaration));
        vm.assertTrue(emergency.decide(_accountOf(OSEI), _accountOf(ANA), LABS, NOW) == IEmergency.Answer.Permitted);
    }

    function test_B7_theDeclarerClosesEarly() public {
        uint256 declaration = _declare(OSEI, ANA);
        vm.warp(NOW + 60);
        vm.expectEmit(address(emergency));
        emit IEmergency.EmergencyClosed(declaration);
        _close(OSEI, declaration);
        vm.assertFalse(emergency.isOpen(declaration));
        vm.assertEq(_untilOf(declaration), NOW + 60);
        vm.assertTrue(emergency.declarationOf(declaration).closed);
        vm.assertEq(_declare(OSEI, ANA), 2);
    }

    function test_B7_closingTwiceOrAfterTheEndIsRefused() public {
        uint256 first = _declare(OSEI, ANA);
        _close(OSEI, first);
        _expectNotOpen(first, NOW);
        _close(OSEI, first);
        uint256 second = _declare(OSEI, ANA);
        vm.warp(NOW + DEFAULT_SECONDS);
        _expectNotOpen(second, NOW + DEFAULT_SECONDS);
        _close(OSEI, second);
        vm.assertFalse(emergency.declarationOf(second).closed);
    }

    function test_B7_closingInTheLastSecondStillCounts() public {
        uint256 declaration = _declare(OSEI, ANA);
        vm.warp(NOW + DEFAULT_SECONDS - 1);
        _close(OSEI, declaration);
        vm.assertTrue(emergency.declarationOf(declaration).closed);
    }

    function test_B7_anUnknownDeclarationIsNotClosed() public {
        uint256[2] memory unknown = [uint256(0), 7];
        for (uint256 i = 0; i < 2; ++i) {
            _expectUnknown(unknown[i]);
            _close(OSEI, unknown[i]);
            vm.assertFalse(emergency.isOpen(unknown[i]));
        }
    }

    /// @dev Hundred unreviewed declarations do not stand in the way of the next one.
    function test_B13_pendingReviewsAreCountedAndNeverBlock() public {
        for (uint256 i = 1; i <= 100; ++i) {
            vm.assertEq(_declare(OSEI, ANA, 5 minutes), i);
            vm.assertEq(emergency.pendingReviewsOf(_accountOf(OSEI)), i);
            vm.warp(NOW + i * 5 minutes);
        }
        vm.assertEq(emergency.countersOf(_accountOf(OSEI)).declared, 100);
        vm.assertEq(emergency.pendingReviewsOf(_accountOf(NOOR)), 0);
    }
}
