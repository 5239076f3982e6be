// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {ROLE_ADMINISTRATOR, ROLE_DOCTOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract DirectoryStandingTest is Base {
    IDirectory.StandingChange private constant SUSPEND = IDirectory.StandingChange.Suspend;
    IDirectory.StandingChange private constant REINSTATE = IDirectory.StandingChange.Reinstate;
    IDirectory.StandingChange private constant REMOVE = IDirectory.StandingChange.Remove;
    uint256 private constant WEST = 0x04;

    function _vote(uint256 key, uint256 about, IDirectory.StandingChange change) private {
        vm.prank(vm.addr(key));
        directory.voteStanding(_accountOf(about), change);
    }

    function _decideBy(uint256 a, uint256 b, uint256 about, IDirectory.StandingChange change) private {
        _vote(a, about, change);
        _vote(b, about, change);
    }

    function _admit(uint256 key, uint256 candidate) private {
        vm.prank(vm.addr(key));
        directory.voteAdmission(_accountOf(candidate), HOSPITAL, "IT");
    }

    function _decision(uint256 reader) private view returns (IConsent.Decision) {
        return consent.decide(_accountOf(reader), _accountOf(ANA), LABS, 3, TREAT, NOW);
    }

    function test_D11_moreThanHalfSuspendAndReinstate() public {
        _vote(SOUTH, NORTH, SUSPEND);
        (uint32 votes, uint32 threshold) = directory.standingVotes(_accountOf(NORTH), SUSPEND);
        vm.assertEq(votes, 1);
        vm.assertEq(threshold, 2);
        vm.assertTrue(directory.isActiveOrganisation(_accountOf(NORTH)));
        vm.expectEmit(address(directory));
        emit IDirectory.StandingVoted(_accountOf(NORTH), _accountOf(EAST), SUSPEND, 2, 2);
        vm.expectEmit(address(directory));
        emit IDirectory.StandingChanged(_accountOf(NORTH), SUSPEND);
        _vote(EAST, NORTH, SUSPEND);
        vm.assertFalse(directory.isActiveOrganisation(_accountOf(NORTH)));
        vm.assertTrue(directory.isBarred(_accountOf(NORTH)));
        vm.assertEq(directory.organisationCount(), 2);
        _decideBy(SOUTH, EAST, NORTH, REINSTATE);
        vm.assertTrue(directory.isActiveOrganisation(_accountOf(NORTH)));
        vm.assertEq(directory.organisationCount(), 3);
        vm.assertEq(directory.organisationOf(_accountOf(OSEI)), _accountOf(NORTH));
    }

    function test_D11_aSuspendedOrganisationAndItsMembersHaveNoRights() public {
        _grant(ANA, _terms(_accountOf(NORTH)));
        _join(0x31, NORTH, ROLE_ADMINISTRATOR);
        _decideBy(SOUTH, EAST, NORTH, SUSPEND);
        vm.assertTrue(_decision(NORTH) == IConsent.Decision.ReaderBarred);
        vm.assertTrue(_decision(OSEI) == IConsent.Decision.NoGrant);
        vm.assertFalse(consent.canWrite(_accountOf(NORTH), _accountOf(ANA), LABS, NOW));
        vm.assertEq(directory.organisationOf(_accountOf(OSEI)), address(0));
        for (uint256 i = 0; i < 2; ++i) {
            uint256 key = [NORTH, 0x31][i];
            vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(key)));
            _vote(key, EAST, SUSPEND);
            vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(key)));
            _admit(key, WEST);
        }
        _decideBy(SOUTH, EAST, NORTH, REINSTATE);
        vm.assertTrue(_decision(OSEI) == IConsent.Decision.Permitted);
    }

    function test_D11_aRemovedOrganisationIsNoPersonAndMayBeAdmittedAgain() public {
        _grant(ANA, _terms(_accountOf(NORTH)));
        _decideBy(SOUTH, EAST, NORTH, REMOVE);
        (uint8 kind, bytes2 country) = directory.admissionOf(_accountOf(NORTH));
        vm.assertTrue(kind == 0 && country == 0);
        vm.assertTrue(_decision(NORTH) == IConsent.Decision.ReaderBarred);
        bytes memory reason =
            abi.encodeWithSelector(IDirectory.DirectoryAccountIsOrganisation.selector, _accountOf(NORTH));
        vm.expectRevert(reason);
        vm.prank(vm.addr(SOUTH));
        directory.addMember(_accountOf(NORTH), ROLE_DOCTOR);
        vm.expectRevert(reason);
        vm.prank(vm.addr(SOUTH));
        directory.attestPatient(_accountOf(NORTH), "commitment");
        _admit(SOUTH, NORTH);
        _admit(EAST, NORTH);
        vm.assertTrue(directory.isActiveOrganisation(_accountOf(NORTH)));
        vm.assertEq(directory.organisationCount(), 3);
        vm.assertEq(directory.organisationOf(_accountOf(OSEI)), _accountOf(NORTH));
    }

    function test_D11_aSuspendedOrganisationIsRemovedAsWell() public {
        _decideBy(SOUTH, EAST, NORTH, SUSPEND);
        _decideBy(SOUTH, EAST, NORTH, REMOVE);
        vm.assertEq(directory.organisationCount(), 2);
        _expectUnchanged(SOUTH, NORTH, REINSTATE);
        _expectUnchanged(SOUTH, NORTH, SUSPEND);
        _expectUnchanged(SOUTH, NORTH, REMOVE);
    }

    function test_D11_anOrganisationThatIsNotRegisteredYetIsRemoved() public {
        _admit(NORTH, WEST);
        _admit(SOUTH, WEST);
        _decideBy(SOUTH, EAST, WEST, REMOVE);
        vm.assertEq(directory.organisationCount(), 3);
        bytes memory data = abi.encodeCall(IDirectory.register, (_signer(WEST), _recipient()));
        _assertFailed(
            _carry(WEST, address(directory), data),
            abi.encodeWithSelector(IDirectory.DirectoryAccountUnexpected.selector, _accountOf(WEST))
        );
    }

    function _expectUnchanged(uint256 key, uint256 about, IDirectory.StandingChange change) private {
        vm.expectRevert(
            abi.encodeWithSelector(IDirectory.DirectoryStandingUnchanged.selector, _accountOf(about), change)
        );
        _vote(key, about, change);
    }

    function test_D11_onlyChangesThatChangeSomething() public {
        _expectUnchanged(SOUTH, NORTH, REINSTATE);
        _expectUnchanged(SOUTH, OSEI, SUSPEND);
        _expectUnchanged(SOUTH, MALLORY, REMOVE);
        _decideBy(SOUTH, EAST, NORTH, SUSPEND);
        _expectUnchanged(SOUTH, NORTH, SUSPEND);
    }

    function test_D11_nobodyVotesAboutThemselvesOrTwice() public {
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(NORTH)));
        _vote(NORTH, NORTH, SUSPEND);
        _vote(SOUTH, NORTH, SUSPEND);
        vm.expectRevert(
            abi.encodeWithSelector(IDirectory.DirectoryAlreadyVoted.selector, _accountOf(NORTH), _accountOf(SOUTH))
        );
        _vote(SOUTH, NORTH, SUSPEND);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ANA)));
        _vote(ANA, NORTH, SUSPEND);
    }

    function test_attack_staleVotesAddUp() public {
        _vote(SOUTH, NORTH, SUSPEND);
        _admit(SOUTH, WEST);
        vm.warp(NOW + 30 days - 1);
        (uint32 votes,) = directory.standingVotes(_accountOf(NORTH), SUSPEND);
        vm.assertEq(votes, 1);
        vm.warp(NOW + 30 days);
        (votes,) = directory.standingVotes(_accountOf(NORTH), SUSPEND);
        vm.assertEq(votes, 0);
        _vote(EAST, NORTH, SUSPEND);
        _admit(EAST, WEST);
        vm.assertFalse(directory.isBarred(_accountOf(NORTH)));
        (uint8 kind,) = directory.admissionOf(_accountOf(WEST));
        vm.assertEq(kind, 0);
        // Who voted in the round before votes again in this one.
        _vote(SOUTH, NORTH, SUSPEND);
        vm.assertTrue(directory.isBarred(_accountOf(NORTH)));
    }

    /// @dev An organisation votes, is suspended, and its vote must not help to a majority of those who are left.
    function test_attack_aSuspendedOrganisationsVoteIsCounted() public {
        _admit(NORTH, WEST);
        _decideBy(SOUTH, EAST, NORTH, SUSPEND);
        (uint32 votes, uint32 threshold) = directory.admissionVotes(_accountOf(WEST), HOSPITAL, "IT");
        vm.assertEq(votes, 0);
        vm.assertEq(threshold, 2);
        _admit(SOUTH, WEST);
        (uint8 kind,) = directory.admissionOf(_accountOf(WEST));
        vm.assertEq(kind, 0);
    }

    function test_D12_anOrganisationDescribesItsMember() public {
        vm.expectEmit(address(directory));
        emit IDirectory.AttributesSet(_accountOf(NORTH), _accountOf(OSEI), 394_579_002, NOW + 1);
        vm.prank(vm.addr(NORTH));
        directory.setAttributes(_accountOf(OSEI), 394_579_002, NOW + 1);
        (uint64 specialty, uint48 licensedUntil) = directory.attributesOf(_accountOf(OSEI));
        vm.assertEq(specialty, 394_579_002);
        vm.assertEq(licensedUntil, NOW + 1);
        vm.prank(vm.addr(NORTH));
        directory.removeMember(_accountOf(OSEI));
        (specialty, licensedUntil) = directory.attributesOf(_accountOf(OSEI));
        vm.assertTrue(specialty == 0 && licensedUntil == 0);
    }

    function test_D12_nobodyDescribesOthers() public {
        vm.expectRevert(
            abi.encodeWithSelector(IDirectory.DirectoryNotMember.selector, _accountOf(OSEI), _accountOf(SOUTH))
        );
        vm.prank(vm.addr(SOUTH));
        directory.setAttributes(_accountOf(OSEI), 1, 1);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(OSEI)));
        vm.prank(vm.addr(OSEI));
        directory.setAttributes(_accountOf(OSEI), 1, 1);
    }
}
