// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IDirectoryGuardians} from "../src/interfaces/IDirectoryGuardians.sol";
import {IDirectoryKeys} from "../src/interfaces/IDirectoryKeys.sol";
import {Base} from "./Base.t.sol";

/// @dev Ana's guardians are Ben, Osei and Lin; it takes two of them.
contract DirectoryGuardiansTest is Base {
    uint256 private constant NEW = 0x51;
    uint256 private constant OTHER = 0x52;

    function setUp() public override {
        super.setUp();
        _setGuardians(2);
    }

    function _setGuardians(uint8 threshold) private {
        address[] memory guardians = new address[](3);
        (guardians[0], guardians[1], guardians[2]) = (_accountOf(BEN), _accountOf(OSEI), _accountOf(LIN));
        vm.prank(vm.addr(ANA));
        directory.setGuardians(guardians, threshold);
    }

    function _recovery(uint256 key) private view returns (bytes32) {
        return directory.hashRecovery(_signer(key), _recipient());
    }

    function _approve(uint256 guardian, uint256 key) private {
        bytes32 recovery = _recovery(key);
        vm.prank(vm.addr(guardian));
        directory.approveRecovery(_accountOf(ANA), recovery);
    }

    function _execute(uint256 key) private {
        bytes memory possession = _signature(key, directory.hashSignerReplacement(_accountOf(ANA), _signer(key)));
        directory.executeRecovery(_accountOf(ANA), _signer(key), _recipient(), possession);
    }

    function _expectNotReady(uint256 key, uint48 readyAt) private {
        bytes memory possession = _signature(key, directory.hashSignerReplacement(_accountOf(ANA), _signer(key)));
        bytes memory signer = _signer(key);
        vm.expectRevert(
            abi.encodeWithSelector(IDirectoryGuardians.DirectoryRecoveryNotReady.selector, _accountOf(ANA), readyAt)
        );
        directory.executeRecovery(_accountOf(ANA), signer, _recipient(), possession);
    }

    function test_D17_enoughGuardiansGiveNewKeysAfterTheWait() public {
        vm.prank(vm.addr(ANA));
        directory.revokeSigner();
        _approve(BEN, NEW);
        vm.expectEmit(address(directory));
        emit IDirectoryGuardians.RecoveryApproved(_accountOf(ANA), _accountOf(LIN), _recovery(NEW), 2, 2);
        vm.expectEmit(address(directory));
        emit IDirectoryGuardians.RecoveryReady(_accountOf(ANA), _recovery(NEW), NOW + 3 days);
        _approve(LIN, NEW);
        // A third approval moves nothing.
        vm.warp(NOW + 1 days);
        _approve(OSEI, NEW);
        (uint8 approvals, uint48 readyAt) = directory.recoveryOf(_accountOf(ANA), _recovery(NEW));
        vm.assertEq(approvals, 3);
        vm.assertEq(readyAt, NOW + 3 days);
        vm.warp(NOW + 3 days - 1);
        _expectNotReady(NEW, NOW + 3 days);
        vm.warp(NOW + 3 days);
        _execute(NEW);
        vm.assertTrue(directory.isSignerOf(_accountOf(ANA), _signer(NEW)));
        vm.assertFalse(directory.isSignerAt(_accountOf(ANA), _signer(ANA), NOW - 1));
        // Once.
        _expectNotReady(NEW, 0);
    }

    function test_D17_theOwnerSaysNo() public {
        _approve(BEN, NEW);
        _approve(LIN, NEW);
        vm.warp(NOW + 3 days);
        vm.expectEmit(address(directory));
        emit IDirectoryGuardians.RecoveryVetoed(_accountOf(ANA));
        vm.prank(vm.addr(ANA));
        directory.vetoRecovery();
        _expectNotReady(NEW, 0);
        // They may begin again.
        _approve(BEN, NEW);
    }

    function test_D17_onlyTheOwnerVetoes() public {
        _approve(BEN, NEW);
        _approve(LIN, NEW);
        vm.prank(vm.addr(OSEI));
        directory.vetoRecovery();
        vm.warp(NOW + 3 days);
        _execute(NEW);
    }

    /// @dev One guardian below the threshold: twice, in many recoveries, with a stranger.
    function test_attack_guardiansColludeBelowTheThreshold() public {
        _approve(BEN, NEW);
        bytes32 recovery = _recovery(NEW);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDirectoryGuardians.DirectoryAlreadyApproved.selector, _accountOf(ANA), _accountOf(BEN)
            )
        );
        vm.prank(vm.addr(BEN));
        directory.approveRecovery(_accountOf(ANA), recovery);
        _approve(BEN, OTHER);
        // The approval of another recovery does not help this one.
        _approve(LIN, 0x53);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 stranger = [NORTH, ANA][i];
            vm.expectRevert(
                abi.encodeWithSelector(
                    IDirectoryGuardians.DirectoryNotGuardian.selector, _accountOf(ANA), _accountOf(stranger)
                )
            );
            vm.prank(vm.addr(stranger));
            directory.approveRecovery(_accountOf(ANA), recovery);
        }
        vm.warp(NOW + 20 days);
        _expectNotReady(NEW, 0);
        _expectNotReady(OTHER, 0);
        _expectNotReady(0x53, 0);
    }

    function test_D17_aRecoveryIsOverAfterThirtyDays() public {
        _approve(BEN, NEW);
        vm.warp(NOW + 30 days);
        bytes32 recovery = _recovery(NEW);
        bytes memory reason =
            abi.encodeWithSelector(IDirectoryGuardians.DirectoryRecoveryOver.selector, _accountOf(ANA), NOW + 30 days);
        vm.expectRevert(reason);
        vm.prank(vm.addr(LIN));
        directory.approveRecovery(_accountOf(ANA), recovery);
        vm.warp(NOW + 30 days - 1);
        _approve(LIN, NEW);
        vm.warp(NOW + 33 days);
        bytes memory possession = _signature(NEW, directory.hashSignerReplacement(_accountOf(ANA), _signer(NEW)));
        bytes memory signer = _signer(NEW);
        vm.expectRevert(reason);
        directory.executeRecovery(_accountOf(ANA), signer, _recipient(), possession);
    }

    function test_D17_theNewSignerHasToAgree() public {
        _approve(BEN, NEW);
        _approve(LIN, NEW);
        vm.warp(NOW + 3 days);
        bytes memory signer = _signer(NEW);
        vm.expectRevert(abi.encodeWithSelector(IDirectoryKeys.DirectoryPossessionUnproven.selector, _accountOf(ANA)));
        directory.executeRecovery(_accountOf(ANA), signer, _recipient(), new bytes(65));
        _execute(NEW);
    }

    function test_D16_namingAgainReplacesGuardiansAndVoidsApprovals() public {
        _approve(BEN, NEW);
        _approve(LIN, NEW);
        (bool isGuardian, uint8 threshold) = directory.guardianshipOf(_accountOf(ANA), _accountOf(BEN));
        vm.assertTrue(isGuardian && threshold == 2);
        vm.expectEmit(address(directory));
        emit IDirectoryGuardians.GuardiansSet(_accountOf(ANA), new address[](0), 0);
        vm.prank(vm.addr(ANA));
        directory.setGuardians(new address[](0), 0);
        (isGuardian, threshold) = directory.guardianshipOf(_accountOf(ANA), _accountOf(BEN));
        vm.assertTrue(!isGuardian && threshold == 0);
        vm.warp(NOW + 3 days);
        _expectNotReady(NEW, 0);
    }

    function _expectGuardiansInvalid(address[] memory guardians, uint8 threshold) private {
        vm.expectRevert(
            abi.encodeWithSelector(IDirectoryGuardians.DirectoryGuardiansInvalid.selector, guardians.length, threshold)
        );
        vm.prank(vm.addr(ANA));
        directory.setGuardians(guardians, threshold);
    }

    function test_D16_whatIsNoSetOfGuardians() public {
        address[] memory guardians = new address[](2);
        (guardians[0], guardians[1]) = (_accountOf(BEN), _accountOf(LIN));
        _expectGuardiansInvalid(guardians, 0);
        _expectGuardiansInvalid(guardians, 3);
        _expectGuardiansInvalid(new address[](0), 1);
        _expectGuardiansInvalid(new address[](0), 2);
        _expectGuardiansInvalid(new address[](10), 2);
        guardians[1] = _accountOf(BEN);
        _expectGuardiansInvalid(guardians, 2);
        guardians[1] = _accountOf(ANA);
        _expectGuardiansInvalid(guardians, 2);
        guardians[1] = _accountOf(MALLORY);
        _expectGuardiansInvalid(guardians, 2);
    }

    function test_D16_attack_oneGuardianAloneTakesAnAccount() public {
        address[] memory guardians = new address[](2);
        (guardians[0], guardians[1]) = (_accountOf(BEN), _accountOf(LIN));
        _expectGuardiansInvalid(guardians, 1);
        guardians = new address[](1);
        guardians[0] = _accountOf(BEN);
        _expectGuardiansInvalid(guardians, 1);
        _expectGuardiansInvalid(guardians, 2);
    }

    function test_D18_aPatientNamesADelegate() public {
        vm.expectEmit(address(directory));
        emit IDirectoryGuardians.DelegateSet(_accountOf(ANA), _accountOf(BEN), 1, NOW + 1);
        vm.prank(vm.addr(ANA));
        directory.setDelegate(_accountOf(BEN), 1, NOW + 1);
        (uint8 scope, uint48 until) = directory.delegationOf(_accountOf(ANA), _accountOf(BEN));
        vm.assertTrue(scope == 1 && until == NOW + 1);
        vm.prank(vm.addr(ANA));
        directory.setDelegate(_accountOf(BEN), 0, 0);
        (scope, until) = directory.delegationOf(_accountOf(ANA), _accountOf(BEN));
        vm.assertTrue(scope == 0 && until == 0);
    }

    function testFuzz_D18_otherDelegationsAreRefused(uint8 scope, uint48 until) public {
        bool valid = (scope == 1 && until > NOW) || (scope == 0 && until == 0);
        if (!valid) {
            vm.expectRevert(
                abi.encodeWithSelector(IDirectoryGuardians.DirectoryDelegationInvalid.selector, scope, until)
            );
        }
        vm.prank(vm.addr(ANA));
        directory.setDelegate(_accountOf(BEN), scope, until);
    }
}
