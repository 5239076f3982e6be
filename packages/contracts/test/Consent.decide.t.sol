// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {ROLE_DOCTOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract ConsentDecideTest is Base {
    function _expect(uint256 reader, uint8 sensitivity, uint8 purpose, uint48 time, IConsent.Decision expected)
        private
        view
    {
        IConsent.Decision actual = consent.decide(_accountOf(reader), _accountOf(ANA), LABS, sensitivity, purpose, time);
        vm.assertEq(uint8(actual), uint8(expected), "decision");
    }

    function _expect(uint256 reader, IConsent.Decision expected) private view {
        _expect(reader, 3, TREAT, NOW, expected);
    }

    function _decide(address reader, address patient, CompartmentId compartment)
        private
        view
        returns (IConsent.Decision)
    {
        return consent.decide(reader, patient, compartment, 3, TREAT, NOW);
    }

    function test_C6_thePatientReadsTheirOwnChart() public view {
        _expect(ANA, 5, 15, 0, IConsent.Decision.Permitted);
    }

    function test_C6_unknownsInTheirOrder() public {
        address stranger = _accountOf(MALLORY);
        CompartmentId none = CompartmentId.wrap("none");
        vm.assertTrue(_decide(stranger, _accountOf(OSEI), none) == IConsent.Decision.PatientUnknown);
        vm.assertTrue(_decide(stranger, _accountOf(ANA), none) == IConsent.Decision.ReaderUnknown);
        vm.assertTrue(_decide(_accountOf(OSEI), _accountOf(ANA), none) == IConsent.Decision.CompartmentUnknown);
        vm.assertTrue(_decide(_accountOf(OSEI), _accountOf(ANA), LABS) == IConsent.Decision.NoGrant);
        // Attested is not enough: the patient has to be registered.
        vm.prank(vm.addr(NORTH));
        directory.attestPatient(stranger, "commitment");
        vm.assertTrue(_decide(_accountOf(OSEI), stranger, LABS) == IConsent.Decision.PatientUnknown);
        vm.assertTrue(_decide(stranger, stranger, LABS) == IConsent.Decision.PatientUnknown);
        vm.assertTrue(_decide(_accountOf(OSEI), _accountOf(OSEI), LABS) == IConsent.Decision.PatientUnknown);
    }

    function test_C6_aGrantsAnswersInTheirOrder() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        (terms.from, terms.until, terms.rights) = (NOW + 10, NOW + 20, 3);
        _grant(ANA, terms);
        vm.prank(vm.addr(ANA));
        consent.narrow(terms.reader, LABS, IConsent.Grant(2, 1, 3, terms.from, terms.until));
        _expect(OSEI, 5, 7, NOW + 9, IConsent.Decision.NotYetValid);
        _expect(OSEI, 5, 7, NOW + 20, IConsent.Decision.Expired);
        _expect(OSEI, 5, 7, NOW + 10, IConsent.Decision.RightNotGranted);
        _grant(ANA, terms);
        _expect(OSEI, 5, 7, NOW + 10, IConsent.Decision.PurposeNotGranted);
        _expect(OSEI, 4, TREAT, NOW + 10, IConsent.Decision.SensitivityAboveCeiling);
        _expect(OSEI, 3, TREAT, NOW + 10, IConsent.Decision.Permitted);
    }

    function testFuzz_C6_aRecordCountsAtLeastAsItsCompartment(uint8 sensitivity, uint8 ceiling) public {
        ceiling = 1 + ceiling % 5;
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        terms.ceiling = ceiling;
        _grant(ANA, terms);
        // The compartment's sensitivity is 3.
        bool fits = ceiling >= 3 && sensitivity <= ceiling;
        _expect(
            OSEI,
            sensitivity,
            TREAT,
            NOW,
            fits ? IConsent.Decision.Permitted : IConsent.Decision.SensitivityAboveCeiling
        );
    }

    function test_C8_fromIsInsideAndUntilIsOutside() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        _grant(ANA, terms);
        _expect(OSEI, 3, TREAT, terms.from - 1, IConsent.Decision.NotYetValid);
        _expect(OSEI, 3, TREAT, terms.from, IConsent.Decision.Permitted);
        _expect(OSEI, 3, TREAT, terms.until - 1, IConsent.Decision.Permitted);
        _expect(OSEI, 3, TREAT, terms.until, IConsent.Decision.Expired);
    }

    function testFuzz_C9_onlyThePurposesGranted(uint16 purposes, uint8 purpose) public {
        vm.assume(purposes != 0);
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        terms.purposes = purposes;
        _grant(ANA, terms);
        bool granted = purpose < 16 && (uint256(purposes) >> purpose) & 1 == 1;
        _expect(OSEI, 3, purpose, NOW, granted ? IConsent.Decision.Permitted : IConsent.Decision.PurposeNotGranted);
    }

    function test_C6_theBetterOfOwnAndOrganisationsGrant() public {
        IConsent.GrantTerms memory own = _terms(_accountOf(OSEI));
        IConsent.GrantTerms memory shared = _terms(_accountOf(NORTH));
        shared.ceiling = 1;
        _grant(ANA, shared);
        _expect(OSEI, IConsent.Decision.SensitivityAboveCeiling);
        own.purposes = 2;
        _grant(ANA, own);
        // Neither permits: the answer of the person's own grant.
        _expect(OSEI, IConsent.Decision.PurposeNotGranted);
        shared.ceiling = 3;
        _grant(ANA, shared);
        _expect(OSEI, IConsent.Decision.Permitted);
        // The organisation itself has no other grant than its own.
        _expect(NORTH, IConsent.Decision.Permitted);
        _expect(NORTH, 4, TREAT, NOW, IConsent.Decision.SensitivityAboveCeiling);
    }

    function test_D7_aRemovedMemberReadsNothingThroughTheOrganisation() public {
        _grant(ANA, _terms(_accountOf(NORTH)));
        _expect(OSEI, IConsent.Decision.Permitted);
        vm.prank(vm.addr(NORTH));
        directory.removeMember(_accountOf(OSEI));
        _expect(OSEI, IConsent.Decision.NoGrant);
        vm.prank(vm.addr(SOUTH));
        directory.addMember(_accountOf(OSEI), ROLE_DOCTOR);
        _expect(OSEI, IConsent.Decision.NoGrant);
    }

    function testFuzz_C7_writing(uint8 rights, uint48 time) public {
        rights = 1 + rights % 3;
        IConsent.GrantTerms memory terms = _terms(_accountOf(NORTH));
        terms.rights = rights;
        _grant(ANA, terms);
        bool expected = rights & 2 != 0 && time >= terms.from && time < terms.until;
        vm.assertTrue(consent.canWrite(_accountOf(NORTH), _accountOf(ANA), LABS, time) == expected);
        vm.assertTrue(consent.canWrite(_accountOf(OSEI), _accountOf(ANA), LABS, time) == expected);
        vm.assertFalse(consent.canWrite(_accountOf(LIN), _accountOf(ANA), LABS, time));
        vm.assertFalse(consent.canWrite(_accountOf(MALLORY), _accountOf(ANA), LABS, time));
        vm.assertTrue(consent.canWrite(_accountOf(ANA), _accountOf(ANA), LABS, time));
    }

    function test_C7_onlyOrganisationsAndTheirMembersWrite() public {
        vm.prank(vm.addr(NORTH));
        directory.removeMember(_accountOf(OSEI));
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        terms.rights = 3;
        _grant(ANA, terms);
        vm.assertFalse(consent.canWrite(_accountOf(OSEI), _accountOf(ANA), LABS, NOW));
        _expect(OSEI, IConsent.Decision.Permitted);
    }

    function test_C7_nobodyWritesToWhatDoesNotExist() public view {
        CompartmentId none = CompartmentId.wrap("none");
        vm.assertFalse(consent.canWrite(_accountOf(ANA), _accountOf(ANA), none, NOW));
        vm.assertFalse(consent.canWrite(_accountOf(OSEI), _accountOf(OSEI), LABS, NOW));
        vm.assertFalse(consent.canWrite(_accountOf(MALLORY), _accountOf(MALLORY), LABS, NOW));
    }
}
