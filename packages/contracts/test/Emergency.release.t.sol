// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IEmergency} from "../src/interfaces/IEmergency.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {ROLE_ADMINISTRATOR} from "../src/types/Role.sol";
import {EmergencyBase} from "./EmergencyBase.t.sol";

contract EmergencyReleaseTest is EmergencyBase {
    uint256 private _declaration;

    function setUp() public override {
        super.setUp();
        _mark(ANA);
        _declaration = _declare(OSEI, ANA);
    }

    function _expectNotTrustee(uint256 key) private {
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyNotTrustee.selector, _accountOf(key), LABS));
    }

    function _expectReleased(uint256 key) private {
        bytes4 selector = IEmergency.EmergencyAlreadyReleased.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, _declaration, LABS, _accountOf(key)));
    }

    function _assertReleases(uint8 released, uint8 threshold) private view {
        (uint8 actual, uint8 needed) = emergency.releasesOf(_declaration, LABS);
        vm.assertEq(actual, released);
        vm.assertEq(needed, threshold);
    }

    function test_B9_trusteesRelease() public {
        _assertReleases(0, 2);
        vm.expectEmit(address(emergency));
        emit IEmergency.ShareReleased(_declaration, LABS, _accountOf(SOUTH), 1, "share", 1);
        _release(SOUTH, _declaration);
        _assertReleases(1, 2);
        vm.expectEmit(address(emergency));
        emit IEmergency.ShareReleased(_declaration, LABS, _accountOf(EAST), 1, "share", 2);
        bytes memory data = abi.encodeCall(IEmergency.markRelease, (_declaration, LABS, "share"));
        _assertApplied(_carry(EAST, address(emergency), data));
        _release(NORTH, _declaration);
        _assertReleases(3, 2);
    }

    function test_B9_attackATrusteeReleasesTwiceAndCountsForTwo() public {
        _release(SOUTH, _declaration);
        _expectReleased(SOUTH);
        _release(SOUTH, _declaration);
        _release(NORTH, _declaration);
        _expectReleased(NORTH);
        _release(NORTH, _declaration);
        _assertReleases(2, 2);
    }

    function test_B9_attackReleaseAfterTheEndBothEdges() public {
        vm.warp(NOW + DEFAULT_SECONDS - 1);
        _release(SOUTH, _declaration);
        vm.warp(NOW + DEFAULT_SECONDS);
        _expectNotOpen(_declaration, NOW + DEFAULT_SECONDS);
        _release(NORTH, _declaration);
    }

    function test_B9_attackReleaseAfterClosing() public {
        _close(OSEI, _declaration);
        _expectNotOpen(_declaration, NOW);
        _release(SOUTH, _declaration);
    }

    function test_B9_attackReleaseOfAnOldEpoch() public {
        _rotate(ANA);
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyEpochInvalid.selector, 1, 2));
        _release(SOUTH, _declaration);
    }

    function test_B9_attackReleaseWithoutAMark() public {
        _clear(ANA);
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyNotMarked.selector, _accountOf(ANA), LABS));
        _release(SOUTH, _declaration);
    }

    function test_B9_attackReleaseForADeclarationThatNeverWas() public {
        uint256[2] memory unknown = [uint256(0), _declaration + 1];
        for (uint256 i = 0; i < 2; ++i) {
            _expectUnknown(unknown[i]);
            _release(SOUTH, unknown[i]);
        }
    }

    /// @dev Somebody else's set of trustees is not asked: the compartment is the declaration's patient's.
    function test_B9_attackReleaseOfAnotherPatientsCompartment() public {
        _setTrustees(ANA, LABS, 1, _trustees(2), 2);
        _mark(BEN);
        _expectNotTrustee(EAST);
        _release(EAST, _declaration);
    }

    /// @dev The organisation alone, as it alone can open its share; its administrator and the declarer cannot.
    function test_B9_attackSomebodyWhoIsNoTrusteeReleases() public {
        _join(0x31, SOUTH, ROLE_ADMINISTRATOR);
        uint256[4] memory others = [0x31, OSEI, ANA, LIN];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectNotTrustee(others[i]);
            _release(others[i], _declaration);
        }
        _setTrustees(ANA, LABS, 1, _trustees(2), 2);
        _expectNotTrustee(EAST);
        _release(EAST, _declaration);
    }

    function test_B9_attackASuspendedTrusteeReleases() public {
        _suspend(SOUTH);
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyTrusteeUnknown.selector, _accountOf(SOUTH)));
        _release(SOUTH, _declaration);
        _release(EAST, _declaration);
    }

    function test_B9_aReleaseIsCommittedTo() public {
        _expectEmpty();
        vm.prank(vm.addr(SOUTH));
        emergency.markRelease(_declaration, LABS, 0);
    }

    /// @dev Shares of two sets do not combine, so neither do their counts.
    function test_B9_releasesOfReplacedTrusteesDoNotCountForTheNextOnes() public {
        _release(SOUTH, _declaration);
        _setTrustees(ANA, LABS, 1, _trustees(2), 2);
        _assertReleases(0, 2);
        vm.expectEmit(address(emergency));
        emit IEmergency.ShareReleased(_declaration, LABS, _accountOf(SOUTH), 2, "share", 1);
        _release(SOUTH, _declaration);
        _assertReleases(1, 2);
        _clear(ANA);
        _assertReleases(1, 0);
        _mark(ANA);
        _assertReleases(0, 2);
    }

    function test_B9_declarationsAndCompartmentsAreApart() public {
        CompartmentId other = CompartmentId.wrap("imaging");
        vm.prank(vm.addr(ANA));
        consent.openCompartment(other, 1, _recipient());
        _setTrustees(ANA, other, 1, _trustees(3), 3);
        _release(SOUTH, _declaration);
        uint256 second = _declare(NOOR, ANA);
        _release(SOUTH, second);
        vm.prank(vm.addr(SOUTH));
        emergency.markRelease(_declaration, other, "share");
        _assertReleases(1, 2);
        (uint8 released, uint8 threshold) = emergency.releasesOf(_declaration, other);
        vm.assertEq(released, 1);
        vm.assertEq(threshold, 3);
    }

    /// @dev Any subset of trustees, in any order, each counted once.
    function testFuzz_B9_eachTrusteeCountsOnce(uint8[12] memory order) public {
        uint256[3] memory founders = [NORTH, SOUTH, EAST];
        bool[3] memory done;
        uint8 expected;
        for (uint256 i = 0; i < order.length; ++i) {
            uint256 who = order[i] % 3;
            if (done[who]) _expectReleased(founders[who]);
            else ++expected;
            done[who] = true;
            _release(founders[who], _declaration);
        }
        _assertReleases(expected, 2);
    }
}
