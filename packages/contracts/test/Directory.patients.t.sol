// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {Role} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract DirectoryPatientsTest is Base {
    uint256 private constant CARLA = 0x23;

    function _attest(uint256 by, uint256 patient) private {
        vm.prank(vm.addr(by));
        directory.attestPatient(_accountOf(patient), "commitment");
    }

    function test_D8_attestedAndRegisteredIsAPatient() public {
        vm.expectEmit(address(directory));
        emit IDirectory.PatientAttested(_accountOf(CARLA), _accountOf(NORTH), "commitment");
        _attest(NORTH, CARLA);
        vm.assertFalse(directory.isPatient(_accountOf(CARLA)));
        _register(CARLA);
        vm.assertTrue(directory.isPatient(_accountOf(CARLA)));
        vm.assertEq(directory.attestationOf(_accountOf(CARLA), _accountOf(NORTH)), "commitment");
    }

    function test_D8_administratorDoctorAndNurseAttestOthersDoNot() public {
        for (uint8 role = 1; role <= 8; ++role) {
            uint256 key = 0x100 + role;
            _join(key, EAST, Role.wrap(role));
            if (role > 3) {
                vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(key)));
            } else {
                vm.expectEmit(address(directory));
                emit IDirectory.PatientAttested(_accountOf(0x200 + role), _accountOf(EAST), "commitment");
            }
            _attest(key, 0x200 + role);
        }
    }

    function test_D8_patientsAttestNobodyNotEvenThemselves() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ANA)));
        _attest(ANA, CARLA);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ANA)));
        _attest(ANA, ANA);
    }

    function test_D8_attestingTwiceByTheSameOrganisationIsRefused() public {
        _attest(NORTH, CARLA);
        bytes memory reason =
            abi.encodeWithSelector(IDirectory.DirectoryAlreadyAttested.selector, _accountOf(CARLA), _accountOf(NORTH));
        vm.expectRevert(reason);
        _attest(NORTH, CARLA);
        // OSEI is a doctor of the same organisation.
        vm.expectRevert(reason);
        _attest(OSEI, CARLA);
        vm.expectEmit(address(directory));
        emit IDirectory.PatientAttested(_accountOf(CARLA), _accountOf(SOUTH), "commitment");
        _attest(SOUTH, CARLA);
    }

    function test_D8_anEmptyCommitmentIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryCommitmentEmpty.selector));
        vm.prank(vm.addr(NORTH));
        directory.attestPatient(_accountOf(CARLA), 0);
    }

    function test_D8_anOrganisationIsNoPatient() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryAccountIsOrganisation.selector, _accountOf(SOUTH)));
        _attest(NORTH, SOUTH);
    }

    function test_D8_aDoctorMayBeAPatientToo() public {
        _attest(NORTH, OSEI);
        vm.assertTrue(directory.isPatient(_accountOf(OSEI)));
        vm.assertEq(directory.organisationOf(_accountOf(OSEI)), _accountOf(NORTH));
    }
}
