// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IEmergency} from "../src/interfaces/IEmergency.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {ROLE_AUDITOR, ROLE_NURSE} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

/// @dev Adds licences, a nurse, and an auditor of an organisation that has nothing to do with them.
abstract contract EmergencyBase is Base {
    uint256 internal constant NOOR = 0x13; // nurse at the hospital
    uint256 internal constant RUIZ = 0x14; // auditor at the insurer
    uint256 internal constant WEBER = 0x15; // auditor at the hospital

    uint32 internal constant DEFAULT_SECONDS = 30 minutes;
    uint48 internal constant LICENSED_UNTIL = NOW + 30 days;

    function setUp() public virtual override {
        super.setUp();
        _join(NOOR, NORTH, ROLE_NURSE);
        _join(RUIZ, EAST, ROLE_AUDITOR);
        _join(WEBER, NORTH, ROLE_AUDITOR);
        _license(OSEI, NORTH, LICENSED_UNTIL);
        _license(NOOR, NORTH, LICENSED_UNTIL);
    }

    function _license(uint256 key, uint256 organisationKey, uint48 licensedUntil) internal {
        vm.prank(vm.addr(organisationKey));
        directory.setAttributes(_accountOf(key), 0, licensedUntil);
    }

    /// @dev By a vote of the two other founders.
    function _suspend(uint256 organisationKey) internal {
        uint256[3] memory founders = [NORTH, SOUTH, EAST];
        for (uint256 i = 0; i < 3; ++i) {
            if (founders[i] == organisationKey) continue;
            vm.prank(vm.addr(founders[i]));
            directory.voteStanding(_accountOf(organisationKey), IDirectory.StandingChange.Suspend);
        }
    }

    function _trustees(uint256 count) internal pure returns (address[] memory trustees) {
        uint256[3] memory founders = [NORTH, SOUTH, EAST];
        trustees = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            trustees[i] = _accountOf(founders[i]);
        }
    }

    /// @dev The patient's labs, two of three founders.
    function _mark(uint256 patient) internal {
        (, uint32 epoch,) = consent.compartmentOf(_accountOf(patient), LABS);
        _setTrustees(patient, LABS, epoch, _trustees(3), 2);
    }

    function _setTrustees(
        uint256 patient,
        CompartmentId compartment,
        uint32 epoch,
        address[] memory trustees,
        uint8 threshold
    ) internal {
        vm.prank(vm.addr(patient));
        emergency.setTrustees(compartment, epoch, trustees, threshold, "shares");
    }

    function _clear(uint256 patient) internal {
        vm.prank(vm.addr(patient));
        emergency.clearTrustees(LABS);
    }

    function _rotate(uint256 patient) internal {
        (, uint32 epoch,) = consent.compartmentOf(_accountOf(patient), LABS);
        vm.prank(vm.addr(patient));
        consent.rotate(LABS, epoch + 1, _recipient(), new bytes(60), "wraps");
    }

    function _declare(uint256 key, uint256 patient) internal returns (uint256) {
        return _declare(key, patient, 0);
    }

    function _declare(uint256 key, uint256 patient, uint32 durationSeconds) internal returns (uint256) {
        vm.prank(vm.addr(key));
        return emergency.declare(_accountOf(patient), 1, "reason", durationSeconds);
    }

    function _close(uint256 key, uint256 declaration) internal {
        vm.prank(vm.addr(key));
        emergency.close(declaration);
    }

    function _release(uint256 key, uint256 declaration) internal {
        vm.prank(vm.addr(key));
        emergency.markRelease(declaration, LABS, "share");
    }

    function _review(uint256 key, uint256 declaration, IEmergency.Outcome outcome) internal {
        vm.prank(vm.addr(key));
        emergency.review(declaration, outcome, "report");
    }

    function _contest(uint256 key, uint256 declaration) internal {
        vm.prank(vm.addr(key));
        emergency.contest(declaration, "statement");
    }

    function _expectNotPermitted(uint256 key) internal {
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyNotPermitted.selector, _accountOf(key)));
    }

    function _expectNotOpen(uint256 declaration, uint48 until) internal {
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyNotOpen.selector, declaration, until));
    }

    function _expectUnknown(uint256 declaration) internal {
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyDeclarationUnknown.selector, declaration));
    }

    function _expectEmpty() internal {
        vm.expectRevert(abi.encodeWithSelector(IEmergency.EmergencyCommitmentEmpty.selector));
    }
}
