// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {ROLE_ADMINISTRATOR, ROLE_DOCTOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract DirectoryAdmissionTest is Base {
    uint256 private constant WEST = 0x04;

    function _vote(uint256 key, uint256 candidate) private {
        vm.prank(vm.addr(key));
        directory.voteAdmission(_accountOf(candidate), HOSPITAL, "IT");
    }

    function _expectRefusal(uint256 key, uint8 kind, bytes2 country, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(vm.addr(key));
        directory.voteAdmission(_accountOf(WEST), kind, country);
    }

    function test_D4_moreThanHalfOfTheActiveOrganisationsAdmit() public {
        vm.expectEmit(address(directory));
        emit IDirectory.AdmissionVoted(_accountOf(WEST), _accountOf(NORTH), HOSPITAL, "IT", 1, 2);
        _vote(NORTH, WEST);
        (uint32 votes, uint32 threshold) = directory.admissionVotes(_accountOf(WEST), HOSPITAL, "IT");
        vm.assertEq(votes, 1);
        vm.assertEq(threshold, 2);
        vm.expectEmit(address(directory));
        emit IDirectory.AdmissionVoted(_accountOf(WEST), _accountOf(SOUTH), HOSPITAL, "IT", 2, 2);
        vm.expectEmit(address(directory));
        emit IDirectory.OrganisationAdmitted(_accountOf(WEST), HOSPITAL, "IT");
        _vote(SOUTH, WEST);
    }

    function test_D4_anOrganisationIsActiveOnceItIsRegisteredAsWell() public {
        _vote(NORTH, WEST);
        _vote(SOUTH, WEST);
        vm.assertFalse(directory.isActiveOrganisation(_accountOf(WEST)));
        vm.assertEq(directory.organisationOf(_accountOf(WEST)), address(0));
        vm.assertEq(directory.organisationCount(), 3);
        _register(WEST);
        vm.assertTrue(directory.isActiveOrganisation(_accountOf(WEST)));
        vm.assertEq(directory.organisationCount(), 4);
        // Four are active now: it takes three.
        (, uint32 threshold) = directory.admissionVotes(_accountOf(WEST), HOSPITAL, "IT");
        vm.assertEq(threshold, 3);
    }

    function test_D4_anAdmittedOrganisationThatIsNotRegisteredHasNoVote() public {
        _vote(NORTH, WEST);
        _vote(SOUTH, WEST);
        bytes memory data = abi.encodeCall(IDirectory.voteAdmission, (_accountOf(MALLORY), HOSPITAL, "IT"));
        _assertFailed(
            _carry(WEST, address(directory), data),
            abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(WEST))
        );
    }

    function test_D4_aSecondVoteIsRefused() public {
        _vote(NORTH, WEST);
        bytes memory reason =
            abi.encodeWithSelector(IDirectory.DirectoryAlreadyVoted.selector, _accountOf(WEST), _accountOf(NORTH));
        _expectRefusal(NORTH, HOSPITAL, "IT", reason);
    }

    function test_D4_anAdministratorDoesNotAddAVote() public {
        _join(0x31, NORTH, ROLE_ADMINISTRATOR);
        _vote(0x31, WEST);
        bytes memory reason =
            abi.encodeWithSelector(IDirectory.DirectoryAlreadyVoted.selector, _accountOf(WEST), _accountOf(NORTH));
        _expectRefusal(NORTH, HOSPITAL, "IT", reason);
    }

    function test_D4_votesCountPerKindAndCountry() public {
        _vote(NORTH, WEST);
        vm.prank(vm.addr(SOUTH));
        directory.voteAdmission(_accountOf(WEST), LABORATORY, "IT");
        vm.prank(vm.addr(SOUTH));
        directory.voteAdmission(_accountOf(WEST), HOSPITAL, "ES");
        (uint8 kind,) = directory.admissionOf(_accountOf(WEST));
        vm.assertEq(kind, 0);
    }

    function test_D4_onlyActiveOrganisationsAndTheirAdministratorsVote() public {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 key = [OSEI, ANA, LIN][i];
            bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(key));
            _expectRefusal(key, HOSPITAL, "IT", reason);
        }
    }

    function test_D4_whoIsAdmittedIsNotAdmittedAgain() public {
        _vote(NORTH, WEST);
        _vote(SOUTH, WEST);
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryAlreadyAdmitted.selector, _accountOf(WEST));
        _expectRefusal(EAST, HOSPITAL, "IT", reason);
        _expectRefusal(EAST, LABORATORY, "DE", reason);
    }

    /// @dev Otherwise any organisation could block an admission by adding the candidate as its member.
    function test_D4_admissionEndsAMembershipAndCannotBeBlockedByOne() public {
        _join(WEST, EAST, ROLE_DOCTOR);
        _vote(NORTH, WEST);
        vm.expectEmit(address(directory));
        emit IDirectory.MemberRemoved(_accountOf(EAST), _accountOf(WEST));
        _vote(SOUTH, WEST);
        vm.assertEq(directory.organisationOf(_accountOf(WEST)), _accountOf(WEST));
        vm.assertTrue(directory.isActiveOrganisation(_accountOf(WEST)));
        vm.assertEq(directory.organisationCount(), 4);
    }

    function testFuzz_D5_otherKindsAreRefused(uint8 kind) public {
        vm.assume(kind == 0 || kind > 8);
        bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryKindInvalid.selector, kind);
        _expectRefusal(NORTH, kind, "IT", reason);
    }

    function testFuzz_D4_countriesAreTwoCapitals(bytes2 country) public {
        bool capitals = country[0] >= "A" && country[0] <= "Z" && country[1] >= "A" && country[1] <= "Z";
        if (!capitals) {
            bytes memory reason = abi.encodeWithSelector(IDirectory.DirectoryCountryInvalid.selector, country);
            _expectRefusal(NORTH, HOSPITAL, country, reason);
        } else {
            vm.prank(vm.addr(NORTH));
            directory.voteAdmission(_accountOf(WEST), HOSPITAL, country);
        }
    }

    function test_D9_anOrganisationPublishesItsEndpoint() public {
        string memory longest = string(new bytes(200));
        vm.expectEmit(address(directory));
        emit IDirectory.EndpointPublished(_accountOf(SOUTH), longest);
        vm.prank(vm.addr(SOUTH));
        directory.setEndpoint(longest);
        vm.assertEq(directory.endpointOf(_accountOf(SOUTH)), longest);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryEndpointTooLong.selector, 201, 200));
        vm.prank(vm.addr(SOUTH));
        directory.setEndpoint(string(new bytes(201)));
        vm.prank(vm.addr(SOUTH));
        directory.setEndpoint("");
        vm.assertEq(directory.endpointOf(_accountOf(SOUTH)), "");
    }

    function test_D9_othersPublishNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(OSEI)));
        vm.prank(vm.addr(OSEI));
        directory.setEndpoint("https://osei.example");
    }
}
