// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {ROLE_ADMINISTRATOR, ROLE_DOCTOR, ROLE_NURSE, Role} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract DirectoryMembersTest is Base {
    uint256 private constant CARLA = 0x23;
    uint256 private constant ADMIN = 0x31;
    uint256 private constant WEST = 0x04;

    function _add(uint256 by, uint256 key, Role role) private {
        vm.prank(vm.addr(by));
        directory.addMember(_accountOf(key), role);
    }

    function _remove(uint256 by, uint256 key) private {
        vm.prank(vm.addr(by));
        directory.removeMember(_accountOf(key));
    }

    function test_D6_theOrganisationAndItsAdministratorAddAndRemove() public {
        _join(ADMIN, NORTH, ROLE_ADMINISTRATOR);
        vm.expectEmit(address(directory));
        emit IDirectory.MemberAdded(_accountOf(NORTH), _accountOf(CARLA), ROLE_NURSE);
        _add(ADMIN, CARLA, ROLE_NURSE);
        vm.expectEmit(address(directory));
        emit IDirectory.MemberRemoved(_accountOf(NORTH), _accountOf(CARLA));
        _remove(ADMIN, CARLA);
        _add(NORTH, CARLA, ROLE_DOCTOR);
        _register(CARLA);
        (address organisation, Role role) = directory.affiliationOf(_accountOf(CARLA));
        vm.assertEq(organisation, _accountOf(NORTH));
        vm.assertTrue(role == ROLE_DOCTOR);
        vm.assertTrue(directory.roleOf(_accountOf(CARLA)) == ROLE_DOCTOR);
    }

    function test_D6_otherRolesAddNobody() public {
        for (uint8 role = 2; role <= 8; ++role) {
            uint256 key = 0x100 + role;
            _join(key, NORTH, Role.wrap(role));
            vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(key)));
            _add(key, CARLA, ROLE_NURSE);
            vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(key)));
            _remove(key, OSEI);
        }
    }

    function test_D6_anOrganisationThatIsNotAdmittedAddsNobody() public {
        bytes memory data = abi.encodeCall(IDirectory.addMember, (_accountOf(CARLA), ROLE_NURSE));
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(WEST));
        _assertFailed(_carry(WEST, address(directory), data), reason);
        // Not even when it is admitted: it has to be registered as well.
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(vm.addr([NORTH, SOUTH][i]));
            directory.voteAdmission(_accountOf(WEST), HOSPITAL, "IT");
        }
        _assertFailed(_carry(WEST, address(directory), data), reason);
        _register(WEST);
        _assertApplied(_carry(WEST, address(directory), data));
    }

    function test_D6_aPatientAddsNobody() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ANA)));
        _add(ANA, CARLA, ROLE_NURSE);
    }

    function test_D6_oneOrganisationAtATime() public {
        bytes memory reason =
            abi.encodeWithSelector(IDirectory.DirectoryAlreadyMember.selector, _accountOf(OSEI), _accountOf(NORTH));
        vm.expectRevert(reason);
        _add(SOUTH, OSEI, ROLE_DOCTOR);
        vm.expectRevert(reason);
        _add(NORTH, OSEI, ROLE_ADMINISTRATOR);
        _remove(NORTH, OSEI);
        _add(SOUTH, OSEI, ROLE_DOCTOR);
        vm.assertEq(directory.organisationOf(_accountOf(OSEI)), _accountOf(SOUTH));
    }

    function test_D6_onlyItsOwnMembersAreRemoved() public {
        vm.expectRevert(
            abi.encodeWithSelector(IDirectory.DirectoryNotMember.selector, _accountOf(OSEI), _accountOf(SOUTH))
        );
        _remove(SOUTH, OSEI);
        vm.expectRevert(
            abi.encodeWithSelector(IDirectory.DirectoryNotMember.selector, _accountOf(ANA), _accountOf(NORTH))
        );
        _remove(NORTH, ANA);
    }

    function test_D6_aMemberMayLeave() public {
        vm.expectEmit(address(directory));
        emit IDirectory.MemberRemoved(_accountOf(NORTH), _accountOf(OSEI));
        _remove(OSEI, OSEI);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotMember.selector, _accountOf(OSEI), address(0)));
        _remove(OSEI, OSEI);
    }

    function test_D6_anOrganisationIsNobodysMember() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryAccountIsOrganisation.selector, _accountOf(SOUTH)));
        _add(NORTH, SOUTH, ROLE_DOCTOR);
    }

    function testFuzz_D6_otherRolesDoNotExist(uint8 role) public {
        vm.assume(role == 0 || role > 8);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryRoleInvalid.selector, role));
        _add(NORTH, CARLA, Role.wrap(role));
    }

    function test_D6_aMemberActsOnceItIsRegistered() public {
        _add(NORTH, ADMIN, ROLE_ADMINISTRATOR);
        vm.assertEq(directory.organisationOf(_accountOf(ADMIN)), address(0));
        bytes memory data = abi.encodeCall(IDirectory.addMember, (_accountOf(CARLA), ROLE_NURSE));
        _assertFailed(
            _carry(ADMIN, address(directory), data),
            abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ADMIN))
        );
    }

    function test_D7_aRemovedMemberLosesEveryRightInThatTransaction() public {
        _join(ADMIN, NORTH, ROLE_ADMINISTRATOR);
        _remove(NORTH, ADMIN);
        vm.assertEq(directory.organisationOf(_accountOf(ADMIN)), address(0));
        vm.assertEq(Role.unwrap(directory.roleOf(_accountOf(ADMIN))), 0);
        vm.assertTrue(directory.isRegistered(_accountOf(ADMIN)));
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ADMIN)));
        _add(ADMIN, CARLA, ROLE_NURSE);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ADMIN)));
        vm.prank(vm.addr(ADMIN));
        directory.attestPatient(_accountOf(CARLA), "commitment");
    }
}
