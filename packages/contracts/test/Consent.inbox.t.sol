// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {Base} from "./Base.t.sol";

contract ConsentInboxTest is Base {
    CompartmentId private constant INBOX = CompartmentId.wrap("inbox of ana");
    CompartmentId private constant NONE = CompartmentId.wrap(0);

    function setUp() public override {
        super.setUp();
        vm.prank(vm.addr(ANA));
        consent.openCompartment(INBOX, 5, _recipient());
    }

    function _setInbox(uint256 key, CompartmentId compartment) private {
        vm.prank(vm.addr(key));
        consent.setInbox(compartment);
    }

    function _canWrite(uint256 author, uint256 patient, CompartmentId compartment) private view returns (bool) {
        return consent.canWrite(_accountOf(author), _accountOf(patient), compartment, NOW);
    }

    function test_C17_strangersFileIntoTheInboxAndNowhereElse() public {
        vm.assertFalse(_canWrite(LIN, ANA, INBOX));
        vm.expectEmit(address(consent));
        emit IConsent.InboxSet(_accountOf(ANA), INBOX);
        _setInbox(ANA, INBOX);
        vm.assertEq(CompartmentId.unwrap(consent.inboxOf(_accountOf(ANA))), CompartmentId.unwrap(INBOX));
        vm.assertTrue(_canWrite(LIN, ANA, INBOX));
        vm.assertTrue(_canWrite(SOUTH, ANA, INBOX));
        vm.assertFalse(_canWrite(LIN, ANA, LABS), "another compartment");
        vm.assertFalse(_canWrite(LIN, BEN, INBOX), "another patient, who never opened it");
        vm.assertFalse(_canWrite(LIN, BEN, LABS), "another patient");
    }

    /// @dev For every reader, sensitivity and purpose: what an organisation may file it may not open.
    function testFuzz_C17_theInboxIsNoWayToRead(uint8 sensitivity, uint8 purpose, uint48 time) public {
        _setInbox(ANA, INBOX);
        for (uint256 i = 0; i < 4; ++i) {
            address reader = _accountOf([LIN, SOUTH, OSEI, NORTH][i]);
            vm.assertTrue(
                consent.decide(reader, _accountOf(ANA), INBOX, sensitivity, purpose, time) == IConsent.Decision.NoGrant
            );
            vm.assertTrue(
                consent.decideRecord(reader, _accountOf(ANA), INBOX, "record", sensitivity, purpose, time)
                    == IConsent.Decision.NoGrant
            );
        }
    }

    function test_C17_onlyOrganisationsAndTheirMembersFile() public {
        _setInbox(ANA, INBOX);
        vm.assertFalse(_canWrite(BEN, ANA, INBOX), "another patient");
        vm.assertFalse(_canWrite(MALLORY, ANA, INBOX), "a stranger");
        vm.assertTrue(_canWrite(ANA, ANA, INBOX), "the patient");
        vm.prank(vm.addr(SOUTH));
        directory.removeMember(_accountOf(LIN));
        vm.assertFalse(_canWrite(LIN, ANA, INBOX), "who left");
        vm.prank(vm.addr(NORTH));
        directory.voteStanding(_accountOf(SOUTH), IDirectory.StandingChange.Suspend);
        vm.prank(vm.addr(EAST));
        directory.voteStanding(_accountOf(SOUTH), IDirectory.StandingChange.Suspend);
        vm.assertFalse(_canWrite(SOUTH, ANA, INBOX), "a suspended organisation");
    }

    function test_C17_anotherInboxTakesItsPlaceAndNoneShutsIt() public {
        _setInbox(ANA, INBOX);
        _setInbox(ANA, LABS);
        vm.assertFalse(_canWrite(LIN, ANA, INBOX));
        vm.assertTrue(_canWrite(LIN, ANA, LABS));
        _setInbox(ANA, NONE);
        vm.assertFalse(_canWrite(LIN, ANA, LABS));
        vm.assertEq(CompartmentId.unwrap(consent.inboxOf(_accountOf(ANA))), 0);
    }

    /// @dev Zero says that there is none: it must not name the compartment of that id.
    function test_C17_aCompartmentWithIdZeroIsNoInbox() public {
        vm.prank(vm.addr(ANA));
        consent.openCompartment(NONE, 3, _recipient());
        vm.assertFalse(_canWrite(LIN, ANA, NONE));
        _setInbox(ANA, NONE);
        vm.assertFalse(_canWrite(LIN, ANA, NONE));
    }

    function test_C17_onlyAPatientNamesAnOpenCompartmentOfTheirOwn() public {
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentCompartmentUnknown.selector, _accountOf(BEN), INBOX));
        _setInbox(BEN, INBOX);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPatientUnknown.selector, _accountOf(NORTH)));
        _setInbox(NORTH, LABS);
        vm.assertEq(CompartmentId.unwrap(consent.inboxOf(_accountOf(ANA))), 0);
    }

    function test_C17_theInboxIsGrantedLikeAnyOtherPart() public {
        _setInbox(ANA, INBOX);
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        (terms.compartment, terms.ceiling) = (INBOX, 5);
        _grant(ANA, terms);
        vm.assertTrue(
            consent.decide(_accountOf(OSEI), _accountOf(ANA), INBOX, 1, TREAT, NOW) == IConsent.Decision.Permitted
        );
    }
}
