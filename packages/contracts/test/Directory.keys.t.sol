// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {AccountContext} from "../src/AccountContext.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IDirectoryKeys} from "../src/interfaces/IDirectoryKeys.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {ROLE_DOCTOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract DirectoryKeysTest is Base {
    uint256 private constant NEW = 0x51;
    uint256 private constant NEWER = 0x52;

    function _possession(uint256 account, uint256 key) private view returns (bytes memory) {
        return _signature(key, directory.hashSignerReplacement(_accountOf(account), _signer(key)));
    }

    function _replace(uint256 account, uint256 present, uint256 next) private {
        bytes memory possession = _possession(account, next);
        vm.prank(vm.addr(present));
        directory.replaceSigner(_signer(next), possession);
    }

    function _cutOff(uint256 organisation, uint256 member) private {
        vm.prank(vm.addr(organisation));
        directory.cutOff(_accountOf(member));
    }

    /// @dev An operation of `account` signed by `key`, who may be somebody else.
    function _carryAs(uint256 account, uint256 key) private returns (IIntake.Outcome memory) {
        bytes memory data = abi.encodeCall(IDirectoryKeys.replaceRecipient, (_recipient()));
        IIntake.Operation memory operation = _operation(account, address(directory), data);
        bytes memory signature = _signature(key, intake.hashOperation(operation));
        return _submit(IIntake.SignedOperation(operation, _signer(key), signature));
    }

    function _expectSignerUnknown(uint256 account, uint256 key) private {
        bytes memory reason = abi.encodeWithSelector(IIntake.IntakeSignerUnknown.selector, _accountOf(account));
        _assertFailed(_carryAs(account, key), reason);
    }

    function test_D13_theNewSignerActsAndTheOldOneDoesNot() public {
        vm.expectEmit(address(directory));
        emit IDirectoryKeys.SignerReplaced(_accountOf(ANA), _signer(NEW));
        _replace(ANA, ANA, NEW);
        vm.assertTrue(directory.isSignerOf(_accountOf(ANA), _signer(NEW)));
        vm.assertEq(directory.accountOfSigner(_signer(NEW)), _accountOf(ANA));
        vm.assertEq(directory.accountOfSigner(_signer(ANA)), address(0));
        vm.assertTrue(directory.isPatient(_accountOf(ANA)));
        _assertApplied(_carryAs(ANA, NEW));
        _expectSignerUnknown(ANA, ANA);
        vm.expectRevert(abi.encodeWithSelector(AccountContext.AccountUnknown.selector, vm.addr(ANA)));
        vm.prank(vm.addr(ANA));
        directory.revokeSigner();
        // A wallet that replaced another may call directly as well, and be replaced by the first again.
        _replace(ANA, NEW, ANA);
        _assertApplied(_carryAs(ANA, ANA));
        vm.assertEq(directory.accountOfSigner(_signer(NEW)), address(0));
    }

    function test_D14_everySignerSinceRegistrationIsKnown() public {
        vm.warp(NOW + 100);
        _replace(ANA, ANA, NEW);
        vm.warp(NOW + 200);
        _replace(ANA, NEW, NEWER);
        vm.assertFalse(directory.isSignerAt(_accountOf(ANA), _signer(ANA), NOW - 1));
        vm.assertTrue(directory.isSignerAt(_accountOf(ANA), _signer(ANA), NOW));
        vm.assertTrue(directory.isSignerAt(_accountOf(ANA), _signer(ANA), NOW + 99));
        vm.assertTrue(directory.isSignerAt(_accountOf(ANA), _signer(NEW), NOW + 100));
        vm.assertTrue(directory.isSignerAt(_accountOf(ANA), _signer(NEW), NOW + 199));
        vm.assertTrue(directory.isSignerAt(_accountOf(ANA), _signer(NEWER), NOW + 200));
        vm.assertTrue(directory.isSignerAt(_accountOf(ANA), _signer(NEWER), type(uint48).max));
        vm.assertFalse(directory.isSignerAt(_accountOf(MALLORY), _signer(MALLORY), NOW));
        bytes memory old = _signature(ANA, "document");
        vm.assertTrue(intake.checkSignature(_signer(ANA), "document", old));
        vm.assertFalse(intake.isValidSignature(_accountOf(ANA), _signer(ANA), "document", old));
        vm.assertFalse(directory.isSignerAt(_accountOf(ANA), _signer(NEW), NOW + 99));
        vm.assertFalse(directory.isSignerAt(_accountOf(ANA), _signer(ANA), NOW + 100));
    }

    function testFuzz_D14_historyIsThatOfAList(uint256 seed) public {
        uint48[8] memory times;
        uint48 time = NOW;
        for (uint256 i = 0; i < 8; ++i) {
            time += uint48((seed >> (i * 8)) % 4);
            times[i] = time;
            vm.warp(time);
            bytes memory recipient = new bytes(1216);
            recipient[0] = bytes1(uint8(i + 1));
            vm.prank(vm.addr(ANA));
            directory.replaceRecipient(recipient);
        }
        for (uint48 moment = NOW; moment <= time + 1; ++moment) {
            bytes memory expected = new bytes(1216);
            for (uint256 i = 0; i < 8; ++i) {
                if (times[i] <= moment) expected[0] = bytes1(uint8(i + 1));
            }
            vm.assertEq(directory.recipientHashAt(_accountOf(ANA), moment), keccak256(expected));
        }
        vm.assertEq(directory.recipientHashAt(_accountOf(ANA), NOW - 1), 0);
    }

    /// @dev No revoked signer gets past the Intake: the Directory does not lean on that.
    function test_D15_whatIsRevokedIsNotRevokedAgain() public {
        vm.prank(vm.addr(ANA));
        directory.revokeSigner();
        bytes memory carried = abi.encodePacked(IDirectoryKeys.revokeSigner.selector, _accountOf(ANA));
        vm.prank(address(intake));
        (bool done, bytes memory reason) = address(directory).call(carried);
        vm.assertFalse(done);
        vm.assertEq(reason, abi.encodeWithSelector(IDirectoryKeys.DirectorySignerIsRevoked.selector, _accountOf(ANA)));
    }

    function test_D13_aSignerSignsForOneAccount() public {
        bytes memory possession = _possession(ANA, BEN);
        vm.expectRevert(abi.encodeWithSelector(IDirectoryKeys.DirectorySignerTaken.selector, _accountOf(BEN)));
        vm.prank(vm.addr(ANA));
        directory.replaceSigner(_signer(BEN), possession);
        _replace(ANA, ANA, NEW);
        possession = _possession(BEN, NEW);
        vm.expectRevert(abi.encodeWithSelector(IDirectoryKeys.DirectorySignerTaken.selector, _accountOf(ANA)));
        vm.prank(vm.addr(BEN));
        directory.replaceSigner(_signer(NEW), possession);
        // The account that the signer commits to is another one and is not registered with it either.
        vm.prank(vm.addr(NORTH));
        directory.addMember(_accountOf(NEW), ROLE_DOCTOR);
        bytes memory reason = abi.encodeWithSelector(IDirectoryKeys.DirectorySignerTaken.selector, _accountOf(ANA));
        bytes memory signer = _signer(NEW);
        vm.expectRevert(reason);
        vm.prank(vm.addr(NEW));
        directory.register(signer, _recipient());
    }

    /// @dev Mallory is a member somewhere and sees Carla's registration coming.
    function test_attack_aSignerIsTakenBeforeItsHolderRegisters() public {
        bytes memory reason =
            abi.encodeWithSelector(IDirectoryKeys.DirectoryPossessionUnproven.selector, _accountOf(OSEI));
        bytes memory possession = _signature(OSEI, directory.hashSignerReplacement(_accountOf(OSEI), _signer(NEW)));
        vm.expectRevert(reason);
        vm.prank(vm.addr(OSEI));
        directory.replaceSigner(_signer(NEW), possession);
        // Nor with an agreement about another account, or on another chain.
        possession = _possession(ANA, NEW);
        vm.expectRevert(reason);
        vm.prank(vm.addr(OSEI));
        directory.replaceSigner(_signer(NEW), possession);
        possession = _possession(OSEI, NEW);
        vm.chainId(5);
        vm.expectRevert(reason);
        vm.prank(vm.addr(OSEI));
        directory.replaceSigner(_signer(NEW), possession);
    }

    function test_attack_anAgreementIsUsedTwice() public {
        bytes memory possession = _possession(ANA, NEW);
        _replace(ANA, ANA, NEW);
        _replace(ANA, NEW, NEWER);
        vm.expectRevert(abi.encodeWithSelector(IDirectoryKeys.DirectoryPossessionUnproven.selector, _accountOf(ANA)));
        vm.prank(vm.addr(NEWER));
        directory.replaceSigner(_signer(NEW), possession);
    }

    function test_D13_lengths() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectorySignerLengthInvalid.selector, 19));
        vm.prank(vm.addr(ANA));
        directory.replaceSigner(new bytes(19), "");
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectorySignerLengthInvalid.selector, 1025));
        vm.prank(vm.addr(ANA));
        directory.replaceSigner(new bytes(1025), "");
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryRecipientLengthInvalid.selector, 1215));
        vm.prank(vm.addr(ANA));
        directory.replaceRecipient(new bytes(1215));
    }

    function test_D15_nobodySignsForARevokedAccount() public {
        vm.expectEmit(address(directory));
        emit IDirectoryKeys.SignerRevoked(_accountOf(ANA));
        vm.prank(vm.addr(ANA));
        directory.revokeSigner();
        // Not with the first signer either, with which an account that has none may act (O6).
        _expectSignerUnknown(ANA, ANA);
        vm.assertEq(directory.accountOfSigner(_signer(ANA)), address(0));
        vm.assertEq(directory.accountOfSigner(new bytes(20)), address(0));
        vm.expectRevert(abi.encodeWithSelector(AccountContext.AccountUnknown.selector, address(0)));
        vm.prank(address(0));
        directory.revokeSigner();
        vm.assertFalse(intake.isValidSignature(_accountOf(ANA), new bytes(20), "document", new bytes(65)));
        vm.assertFalse(directory.isSignerOf(_accountOf(ANA), _signer(ANA)));
        vm.assertFalse(directory.isSignerOf(_accountOf(ANA), ""));
    }

    function test_D13_anAccountThatIsNotRegisteredHasNoKeysToReplace() public {
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(MALLORY));
        _assertFailed(_carryAs(MALLORY, MALLORY), reason);
        bytes memory data = abi.encodeCall(IDirectoryKeys.revokeSigner, ());
        _assertFailed(_carry(MALLORY, address(directory), data), reason);
    }

    function test_D15_aLeavingMemberIsCutOffInOneTransaction() public {
        vm.expectEmit(address(directory));
        emit IDirectory.MemberRemoved(_accountOf(NORTH), _accountOf(OSEI));
        vm.expectEmit(address(directory));
        emit IDirectoryKeys.SignerRevoked(_accountOf(OSEI));
        _cutOff(NORTH, OSEI);
        vm.assertEq(directory.organisationOf(_accountOf(OSEI)), address(0));
        _expectSignerUnknown(OSEI, OSEI);
        vm.warp(NOW + 1);
        vm.assertFalse(directory.isSignerAt(_accountOf(OSEI), _signer(OSEI), NOW + 1));
    }

    function test_D15_aPatientsKeyIsNotTheEmployersToTake() public {
        vm.prank(vm.addr(SOUTH));
        directory.attestPatient(_accountOf(OSEI), "identity");
        _cutOff(NORTH, OSEI);
        vm.assertEq(directory.organisationOf(_accountOf(OSEI)), address(0));
        vm.assertTrue(directory.isSignerOf(_accountOf(OSEI), _signer(OSEI)));
    }

    /// @dev Anybody without an employer can be added as a member without being asked.
    function test_attack_anAccountIsAddedToTakeItsKey() public {
        vm.prank(vm.addr(NORTH));
        directory.removeMember(_accountOf(OSEI));
        vm.prank(vm.addr(EAST));
        directory.addMember(_accountOf(OSEI), ROLE_DOCTOR);
        _cutOff(EAST, OSEI);
        vm.assertTrue(directory.isSignerOf(_accountOf(OSEI), _signer(OSEI)));
    }

    function test_D15_onlyItsOwnMembersAreCutOff() public {
        vm.expectRevert(
            abi.encodeWithSelector(IDirectory.DirectoryNotMember.selector, _accountOf(OSEI), _accountOf(SOUTH))
        );
        _cutOff(SOUTH, OSEI);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ANA)));
        _cutOff(ANA, OSEI);
        vm.prank(vm.addr(OSEI));
        directory.revokeSigner();
        _cutOff(NORTH, OSEI);
        vm.assertEq(directory.organisationOf(_accountOf(OSEI)), address(0));
    }
}
