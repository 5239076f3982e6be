// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {Directory} from "../src/Directory.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {ROLE_NURSE} from "../src/types/Role.sol";
import {accountOfFirstSigner} from "../src/types/Signer.sol";
import {Base} from "./Base.t.sol";

contract DirectoryRegisterTest is Base {
    uint256 private constant CARLA = 0x23;

    function _expectRefusal(uint256 key, bytes memory signer, bytes memory recipient, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(vm.addr(key));
        directory.register(signer, recipient);
    }

    function test_D1_aStrangerWritesNothing() public {
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryAccountUnexpected.selector, _accountOf(CARLA));
        _expectRefusal(CARLA, _signer(CARLA), _recipient(), reason);
        bytes memory data = abi.encodeCall(IDirectory.register, (_signer(CARLA), _recipient()));
        _assertFailed(_carry(CARLA, address(directory), data), reason);
        vm.assertFalse(directory.isRegistered(_accountOf(CARLA)));
    }

    function test_D1_aMemberRemovedBeforeRegisteringIsAStrangerAgain() public {
        vm.prank(vm.addr(NORTH));
        directory.addMember(_accountOf(CARLA), ROLE_NURSE);
        vm.prank(vm.addr(NORTH));
        directory.removeMember(_accountOf(CARLA));
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryAccountUnexpected.selector, _accountOf(CARLA));
        _expectRefusal(CARLA, _signer(CARLA), _recipient(), reason);
    }

    function test_D1_aMemberIsExpected() public {
        vm.prank(vm.addr(NORTH));
        directory.addMember(_accountOf(CARLA), ROLE_NURSE);
        vm.expectEmit(address(directory));
        emit IDirectory.AccountRegistered(_accountOf(CARLA), _signer(CARLA), _recipient());
        _register(CARLA);
        vm.assertTrue(directory.isRegistered(_accountOf(CARLA)));
        vm.assertFalse(directory.isPatient(_accountOf(CARLA)));
        vm.assertEq(directory.recipientHashOf(_accountOf(CARLA)), keccak256(_recipient()));
        vm.assertEq(directory.accountOfSigner(_signer(CARLA)), _accountOf(CARLA));
    }

    function test_D2_registeringASecondTimeIsRefused() public {
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryAlreadyRegistered.selector, _accountOf(ANA));
        _expectRefusal(ANA, _signer(ANA), _recipient(), reason);
        bytes memory other = new bytes(1216);
        other[0] = 0x01;
        _expectRefusal(ANA, _signer(ANA), other, reason);
    }

    function test_O2_nobodyRegistersAnAccountThatAnotherCommittedTo() public {
        vm.prank(vm.addr(NORTH));
        directory.attestPatient(_accountOf(CARLA), "commitment");
        bytes memory reason =
            abi.encodeWithSelector(IDirectory.DirectorySignerMismatch.selector, _accountOf(MALLORY), _accountOf(CARLA));
        _expectRefusal(MALLORY, _signer(CARLA), _recipient(), reason);
        bytes memory data = abi.encodeCall(IDirectory.register, (_signer(CARLA), _recipient()));
        _assertFailed(_carry(MALLORY, address(directory), data), reason);
        // And with an account that is registered, through the Intake.
        reason =
            abi.encodeWithSelector(IDirectory.DirectorySignerMismatch.selector, _accountOf(NORTH), _accountOf(CARLA));
        _assertFailed(_carry(NORTH, address(directory), data), reason);
    }

    function testFuzz_D3_otherLengthsOfRecipientAreRefused(uint16 length) public {
        vm.assume(length != 1216);
        vm.prank(vm.addr(NORTH));
        directory.attestPatient(_accountOf(CARLA), "commitment");
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryRecipientLengthInvalid.selector, length);
        _expectRefusal(CARLA, _signer(CARLA), new bytes(length), reason);
    }

    function _foundWith(bytes memory signer) private {
        IDirectory.Founder[] memory founders = new IDirectory.Founder[](1);
        founders[0] = IDirectory.Founder(signer, _recipient(), HOSPITAL, "CH", "");
        this.found(founders);
    }

    function found(IDirectory.Founder[] calldata founders) external {
        _proxyOf(_create("Directory", abi.encode(intake)), abi.encodeCall(IDirectory.initialize, (founders)));
    }

    function test_O1_signersOf20To1024BytesAreTaken() public {
        _foundWith(new bytes(20));
        _foundWith(new bytes(1024));
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectorySignerLengthInvalid.selector, 19));
        this.foundWith(19);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectorySignerLengthInvalid.selector, 1025));
        this.foundWith(1025);
    }

    function foundWith(uint256 signerBytes) external {
        _foundWith(new bytes(signerBytes));
    }

    function test_D4_foundersAreActiveFromTheFirstBlock() public view {
        vm.assertEq(directory.organisationCount(), 3);
        vm.assertTrue(directory.isActiveOrganisation(_accountOf(NORTH)));
        vm.assertEq(directory.organisationOf(_accountOf(NORTH)), _accountOf(NORTH));
        vm.assertEq(directory.endpointOf(_accountOf(NORTH)), "https://north.example");
        vm.assertEq(directory.endpointOf(_accountOf(SOUTH)), "");
        (uint8 kind, bytes2 country) = directory.admissionOf(_accountOf(SOUTH));
        vm.assertEq(kind, LABORATORY);
        vm.assertEq(bytes32(country), bytes32("DE"));
        vm.assertEq(intake.deploymentBlock(), block.number);
    }

    function test_D4_aDirectoryNeedsAFounder() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNoFounders.selector));
        this.found(new IDirectory.Founder[](0));
    }

    function test_D2_aFounderIsNamedOnce() public {
        IDirectory.Founder[] memory founders = new IDirectory.Founder[](2);
        founders[0] = IDirectory.Founder(_signer(NORTH), _recipient(), HOSPITAL, "CH", "");
        founders[1] = founders[0];
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryAlreadyAdmitted.selector, _accountOf(NORTH)));
        this.found(founders);
    }

    function test_D4_aStrangerCannotFoundTheDirectoryAgain() public {
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        vm.prank(vm.addr(MALLORY));
        directory.initialize(_founders());
    }

    function test_D4_aStrangerCannotFoundTheCodeBehindTheDirectory() public {
        Directory code = Directory(_create("Directory", abi.encode(intake)));
        vm.expectRevert(abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
        vm.prank(vm.addr(MALLORY));
        code.initialize(_founders());
    }

    function testFuzz_O2_accountsFollowFromTheSigner(bytes memory signer) public view {
        address account = address(uint160(uint256(keccak256(abi.encodePacked("HRE account v1", signer)))));
        vm.assertEq(directory.accountOf(signer), account);
        vm.assertEq(accountOfFirstSigner(signer), account);
    }

    function testFuzz_O2_onlyASignerThatIsRegisteredHasAnAccount(bytes memory signer) public view {
        vm.assertEq(directory.accountOfSigner(signer), address(0));
    }
}
