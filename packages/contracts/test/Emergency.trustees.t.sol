// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IEmergency} from "../src/interfaces/IEmergency.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {EmergencyBase} from "./EmergencyBase.t.sol";

contract EmergencyTrusteesTest is EmergencyBase {
    uint256 private constant CARLA = 0x23;

    function _expectInvalid(uint256 count, uint8 threshold) private {
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyTrusteesInvalid.selector, count, threshold));
    }

    function _expectNotMarked(uint256 patient) private {
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyNotMarked.selector, _accountOf(patient), LABS));
    }

    function _assertSet(uint32 epoch, uint32 series, uint8 threshold, uint256 count) private view {
        (uint32 storedEpoch, uint32 storedSeries, uint8 storedThreshold, address[] memory trustees) =
            emergency.trusteesOf(_accountOf(ANA), LABS);
        vm.assertEq(storedEpoch, epoch);
        vm.assertEq(storedSeries, series);
        vm.assertEq(storedThreshold, threshold);
        vm.assertEq(trustees.length, count);
    }

    /// @dev More organisations than the exchange was founded with, all active.
    function _found(uint256 count) private returns (address[] memory trustees) {
        trustees = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 key = 0x100 + i;
            trustees[i] = _accountOf(key);
            uint256 voters = directory.organisationCount() / 2 + 1;
            for (uint256 j = 0; j < voters; ++j) {
                vm.prank(vm.addr(j < 3 ? [NORTH, SOUTH, EAST][j] : 0x100 + j - 3));
                directory.voteAdmission(trustees[i], HOSPITAL, "IT");
            }
            _register(key);
        }
    }

    function test_B1_aPatientNamesTrustees() public {
        address[] memory trustees = _trustees(3);
        vm.expectEmit(address(emergency));
        emit IEmergency.TrusteesSet(_accountOf(ANA), LABS, 1, 1, trustees, 2, "shares");
        _setTrustees(ANA, LABS, 1, trustees, 2);
        _assertSet(1, 1, 2, 3);
        (,,, address[] memory stored) = emergency.trusteesOf(_accountOf(ANA), LABS);
        for (uint256 i = 0; i < 3; ++i) {
            vm.assertEq(stored[i], trustees[i]);
        }
    }

    function test_B1_carriedByARelay() public {
        bytes memory data = abi.encodeCall(IEmergency.setTrustees, (LABS, 1, _trustees(2), 2, "shares"));
        _assertApplied(_carry(ANA, address(emergency), data));
        _assertSet(1, 1, 2, 2);
    }

    function test_B1_namingAgainReplacesAndStartsTheNextSeries() public {
        _setTrustees(ANA, LABS, 1, _trustees(3), 3);
        _setTrustees(ANA, LABS, 1, _trustees(2), 2);
        _assertSet(1, 2, 2, 2);
    }

    function test_B1_compartmentsAndPatientsAreApart() public {
        _mark(BEN);
        _assertSet(0, 0, 0, 0);
    }

    function test_B1_nineTrusteesAreEnoughAndTenTooMany() public {
        address[] memory trustees = _found(10);
        _expectInvalid(10, 5);
        _setTrustees(ANA, LABS, 1, trustees, 5);
        assembly {
            mstore(trustees, 9)
        }
        _expectInvalid(9, 10);
        _setTrustees(ANA, LABS, 1, trustees, 10);
        _setTrustees(ANA, LABS, 1, trustees, 9);
        _assertSet(1, 1, 9, 9);
    }

    function test_B1_aThresholdOutsideOneToNIsRefused() public {
        _expectInvalid(3, 0);
        _setTrustees(ANA, LABS, 1, _trustees(3), 0);
        _expectInvalid(3, 4);
        _setTrustees(ANA, LABS, 1, _trustees(3), 4);
        _expectInvalid(0, 0);
        _setTrustees(ANA, LABS, 1, _trustees(0), 0);
        _expectInvalid(0, 1);
        _setTrustees(ANA, LABS, 1, _trustees(0), 1);
        // One trustee alone would have the seed.
        _expectInvalid(3, 1);
        _setTrustees(ANA, LABS, 1, _trustees(3), 1);
    }

    function test_B1_attackOneTrusteeWithTwoSharesIsRefused() public {
        uint256[2][3] memory pairs = [[uint256(0), 1], [uint256(0), 2], [uint256(1), 2]];
        for (uint256 i = 0; i < pairs.length; ++i) {
            address[] memory trustees = _trustees(3);
            trustees[pairs[i][1]] = trustees[pairs[i][0]];
            address twice = trustees[pairs[i][0]];
            vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyTrusteeRepeated.selector, twice));
            _setTrustees(ANA, LABS, 1, trustees, 2);
        }
    }

    function test_B1_attackATrusteeThatIsNoActiveOrganisation() public {
        uint256[4] memory others = [OSEI, BEN, MALLORY, EAST];
        _suspend(EAST);
        for (uint256 i = 0; i < others.length; ++i) {
            address[] memory trustees = _trustees(2);
            trustees[1] = _accountOf(others[i]);
            vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyTrusteeUnknown.selector, trustees[1]));
            _setTrustees(ANA, LABS, 1, trustees, 2);
        }
    }

    function test_B1_onlyPatientsNameTrustees() public {
        uint256[3] memory others = [OSEI, NORTH, LIN];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyPatientUnknown.selector, _accountOf(others[i])));
            _setTrustees(others[i], LABS, 1, _trustees(2), 2);
        }
    }

    function test_B1_aCompartmentThatWasNeverOpenedIsRefused() public {
        CompartmentId unknown = CompartmentId.wrap("unknown");
        bytes4 selector = IEmergency.EmergencyCompartmentUnknown.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, _accountOf(ANA), unknown));
        _setTrustees(ANA, unknown, 0, _trustees(2), 2);
        // Another patient's compartment is no compartment of one's own chart.
        _becomePatient(CARLA);
        vm.expectRevert(abi.encodeWithSelector(selector, _accountOf(CARLA), LABS));
        _setTrustees(CARLA, LABS, 1, _trustees(2), 2);
    }

    function test_B2_sharesOfAnotherEpochAreRefused() public {
        bytes4 selector = IEmergency.EmergencyEpochInvalid.selector;
        vm.expectRevert(abi.encodeWithSelector(selector, 2, 1));
        _setTrustees(ANA, LABS, 2, _trustees(2), 2);
        _rotate(ANA);
        vm.expectRevert(abi.encodeWithSelector(selector, 1, 2));
        _setTrustees(ANA, LABS, 1, _trustees(2), 2);
        _setTrustees(ANA, LABS, 2, _trustees(2), 2);
    }

    function test_B1_sharesAreCommittedTo() public {
        address[] memory trustees = _trustees(2);
        vm.prank(vm.addr(ANA));
        _expectEmpty();
        emergency.setTrustees(LABS, 1, trustees, 2, 0);
    }

    function test_B1_clearingEndsIt() public {
        _mark(ANA);
        vm.expectEmit(address(emergency));
        emit IEmergency.TrusteesCleared(_accountOf(ANA), LABS);
        _clear(ANA);
        _assertSet(0, 1, 0, 0);
        _mark(ANA);
        _assertSet(1, 2, 2, 3);
    }

    function test_B1_clearingWhatIsNotMarkedIsRefused() public {
        _expectNotMarked(ANA);
        _clear(ANA);
        _mark(ANA);
        _clear(ANA);
        _expectNotMarked(ANA);
        _clear(ANA);
    }

    function test_B1_attackNobodyClearsAnotherPatientsTrustees() public {
        _mark(ANA);
        uint256[3] memory others = [BEN, OSEI, NORTH];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectNotMarked(others[i]);
            _clear(others[i]);
        }
        _assertSet(1, 1, 2, 3);
    }

    function testFuzz_B1_aThresholdIsTwoToTheNumberOfTrustees(uint8 threshold, uint8 countSeed) public {
        uint256 count = countSeed % 4;
        if (threshold < 2 || threshold > count) _expectInvalid(count, threshold);
        _setTrustees(ANA, LABS, 1, _trustees(count), threshold);
    }
}
