// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {Base} from "./Base.t.sol";

contract ConsentRecordsTest is Base {
    bytes32 private constant SCAN = "the scan";

    function _grantRecord(uint256 patient, IConsent.GrantTerms memory terms) private {
        vm.prank(vm.addr(patient));
        consent.grantRecord(SCAN, terms);
    }

    function _decide(uint256 reader, bytes32 record, uint48 time) private view returns (IConsent.Decision) {
        return consent.decideRecord(_accountOf(reader), _accountOf(ANA), LABS, record, 1, TREAT, time);
    }

    function _expect(uint256 reader, bytes32 record, IConsent.Decision expected) private view {
        vm.assertEq(uint8(_decide(reader, record, NOW)), uint8(expected), "decision");
    }

    function test_C12_oneRecordAndNoOther() public {
        vm.expectEmit(address(consent));
        emit IConsent.RecordConsentGranted(
            _accountOf(ANA), _accountOf(OSEI), SCAN, LABS, 1, 3, NOW, NOW + 365 days, "wrap"
        );
        _grantRecord(ANA, _terms(_accountOf(OSEI)));
        _expect(OSEI, SCAN, IConsent.Decision.Permitted);
        _expect(OSEI, "another", IConsent.Decision.NoGrant);
        _expect(LIN, SCAN, IConsent.Decision.NoGrant);
        IConsent.Decision general = consent.decide(_accountOf(OSEI), _accountOf(ANA), LABS, 1, TREAT, NOW);
        vm.assertTrue(general == IConsent.Decision.NoGrant);
        vm.assertTrue(_decide(OSEI, SCAN, NOW + 365 days) == IConsent.Decision.Expired);
        vm.expectEmit(address(consent));
        emit IConsent.RecordConsentRevoked(_accountOf(ANA), _accountOf(OSEI), SCAN, LABS);
        vm.prank(vm.addr(ANA));
        consent.revokeRecord(_accountOf(OSEI), LABS, SCAN);
        _expect(OSEI, SCAN, IConsent.Decision.NoGrant);
    }

    function test_C12_theOrganisationsRecordGrantServesItsMembers() public {
        IConsent.GrantTerms memory own = _terms(_accountOf(OSEI));
        own.ceiling = 2;
        _grant(ANA, own);
        // Below the compartment's sensitivity; the answer stays that of the compartment's grant.
        _expect(OSEI, SCAN, IConsent.Decision.SensitivityAboveCeiling);
        IConsent.GrantTerms memory shared = _terms(_accountOf(NORTH));
        shared.purposes = 2;
        _grantRecord(ANA, shared);
        _expect(OSEI, SCAN, IConsent.Decision.SensitivityAboveCeiling);
        shared.purposes = 1;
        shared.ceiling = 2;
        _grantRecord(ANA, shared);
        _expect(NORTH, SCAN, IConsent.Decision.SensitivityAboveCeiling);
        shared.ceiling = 3;
        _grantRecord(ANA, shared);
        _expect(OSEI, SCAN, IConsent.Decision.Permitted);
    }

    function test_C12_whatNoGrantChanges() public {
        _grantRecord(ANA, _terms(_accountOf(NORTH)));
        _expect(ANA, SCAN, IConsent.Decision.Permitted);
        _expect(MALLORY, SCAN, IConsent.Decision.ReaderUnknown);
        address osei = _accountOf(OSEI);
        CompartmentId none = CompartmentId.wrap("none");
        vm.assertTrue(
            consent.decideRecord(osei, _accountOf(ANA), none, SCAN, 1, TREAT, NOW)
                == IConsent.Decision.CompartmentUnknown
        );
        vm.assertTrue(
            consent.decideRecord(osei, _accountOf(LIN), LABS, SCAN, 1, TREAT, NOW) == IConsent.Decision.PatientUnknown
        );
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(vm.addr([SOUTH, EAST][i]));
            directory.voteStanding(_accountOf(NORTH), IDirectory.StandingChange.Suspend);
        }
        _expect(NORTH, SCAN, IConsent.Decision.ReaderBarred);
        _expect(OSEI, SCAN, IConsent.Decision.NoGrant);
    }

    function test_C12_termsAsForACompartment() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        for (uint8 rights = 2; rights < 4; ++rights) {
            terms.rights = rights;
            vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentRightsInvalid.selector, rights));
            _grantRecord(ANA, terms);
        }
        terms = _terms(_accountOf(OSEI));
        terms.until = NOW;
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPeriodInvalid.selector, NOW, NOW));
        _grantRecord(ANA, terms);
        terms = _terms(_accountOf(ANA));
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentReaderIsPatient.selector, _accountOf(ANA)));
        _grantRecord(ANA, terms);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPatientUnknown.selector, _accountOf(OSEI)));
        _grantRecord(OSEI, terms);
    }

    function test_C12_nothingToRevoke() public {
        _grantRecord(ANA, _terms(_accountOf(OSEI)));
        for (uint256 i = 0; i < 2; ++i) {
            uint256 key = [BEN, OSEI][i];
            vm.expectRevert(
                abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(key), _accountOf(OSEI), LABS)
            );
            vm.prank(vm.addr(key));
            consent.revokeRecord(_accountOf(OSEI), LABS, SCAN);
        }
    }

    function _delegate(uint256 patient, uint256 delegate, uint48 until) private {
        vm.prank(vm.addr(patient));
        directory.setDelegate(_accountOf(delegate), 1, until);
    }

    function _grantFor(uint256 delegate, uint256 patient, uint256 reader) private {
        _grantFor(delegate, patient, _terms(_accountOf(reader)));
    }

    function _grantFor(uint256 delegate, uint256 patient, IConsent.GrantTerms memory terms) private {
        vm.prank(vm.addr(delegate));
        consent.grantFor(_accountOf(patient), terms);
    }

    function test_C13_aDelegateGrantsAndRevokes() public {
        _delegate(ANA, BEN, NOW + 100);
        _grant(ANA, _terms(_accountOf(BEN)));
        vm.expectEmit(address(consent));
        emit IConsent.ConsentByDelegate(_accountOf(ANA), _accountOf(BEN), _accountOf(OSEI), LABS);
        vm.expectEmit(address(consent));
        emit IConsent.ConsentGranted(_accountOf(ANA), _accountOf(OSEI), LABS, 1, 1, 3, NOW, NOW + 365 days, "wrap");
        _grantFor(BEN, ANA, OSEI);
        _expect(OSEI, SCAN, IConsent.Decision.Permitted);
        vm.warp(NOW + 99);
        vm.expectEmit(address(consent));
        emit IConsent.ConsentByDelegate(_accountOf(ANA), _accountOf(BEN), _accountOf(OSEI), LABS);
        vm.expectEmit(address(consent));
        emit IConsent.ConsentRevoked(_accountOf(ANA), _accountOf(OSEI), LABS);
        vm.prank(vm.addr(BEN));
        consent.revokeFor(_accountOf(ANA), _accountOf(OSEI), LABS);
        vm.expectRevert(
            abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(ANA), _accountOf(OSEI), LABS)
        );
        vm.prank(vm.addr(BEN));
        consent.revokeFor(_accountOf(ANA), _accountOf(OSEI), LABS);
    }

    function _expectNotDelegated(uint256 delegate, uint256 patient) private {
        vm.expectRevert(
            abi.encodeWithSelector(IConsent.ConsentNotDelegated.selector, _accountOf(patient), _accountOf(delegate))
        );
        _grantFor(delegate, patient, OSEI);
    }

    function test_attack_whoIsNoDelegateDecides() public {
        _expectNotDelegated(BEN, ANA);
        _expectNotDelegated(OSEI, ANA);
        // Not for oneself in this way either, and not the other way round.
        _expectNotDelegated(ANA, ANA);
        _delegate(ANA, BEN, NOW + 100);
        _expectNotDelegated(ANA, BEN);
        vm.warp(NOW + 100);
        _expectNotDelegated(BEN, ANA);
        _delegate(ANA, BEN, NOW + 200);
        vm.prank(vm.addr(ANA));
        directory.setDelegate(_accountOf(BEN), 0, 0);
        _expectNotDelegated(BEN, ANA);
    }

    function _expectBeyond(uint256 patient, IConsent.Grant memory held, IConsent.GrantTerms memory terms) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IConsent.ConsentBeyondDelegate.selector, _accountOf(patient), _accountOf(BEN), held
            )
        );
        _grantFor(BEN, patient, terms);
    }

    function test_C13_onlyForPatients() public {
        _delegate(LIN, BEN, NOW + 100);
        _expectBeyond(LIN, IConsent.Grant(0, 0, 0, 0, 0), _terms(_accountOf(OSEI)));
    }

    function test_attack_aDelegateGivesMoreThanItMayOpen() public {
        _delegate(ANA, BEN, NOW + 100);
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        _expectBeyond(ANA, IConsent.Grant(0, 0, 0, 0, 0), terms);
        IConsent.GrantTerms memory own = _terms(_accountOf(BEN));
        own.purposes = 1 << 13;
        own.from = NOW + 10;
        own.until = NOW + 50;
        own.ceiling = 2;
        _grant(ANA, own);
        IConsent.Grant memory held = IConsent.Grant(1, 1 << 13, 2, NOW + 10, NOW + 50);
        terms.ceiling = 2;
        terms.until = NOW + 50;
        _expectBeyond(ANA, held, terms);
        vm.warp(NOW + 10);
        terms.ceiling = 3;
        _expectBeyond(ANA, held, terms);
        terms.ceiling = 2;
        terms.until = NOW + 51;
        _expectBeyond(ANA, held, terms);
        terms.until = NOW + 50;
        terms.rights = 3;
        _expectBeyond(ANA, held, terms);
        terms.rights = 1;
        _grantFor(BEN, ANA, terms);
        vm.warp(NOW + 50);
        terms.until = NOW + 99;
        _expectBeyond(ANA, held, terms);
    }

    function test_attack_aDelegateGivesItselfMore() public {
        _delegate(ANA, BEN, NOW + 100);
        IConsent.GrantTerms memory own = _terms(_accountOf(BEN));
        _expectBeyond(ANA, IConsent.Grant(0, 0, 0, 0, 0), own);
        own.ceiling = 2;
        _grant(ANA, own);
        IConsent.Grant memory held = IConsent.Grant(1, 1, 2, NOW, NOW + 365 days);
        _expectBeyond(ANA, held, own);
        own.purposes = 0xffff;
        _expectBeyond(ANA, held, own);
    }

    function test_attack_aDelegateWhoMayFileAloneGivesReading() public {
        _delegate(ANA, BEN, NOW + 100);
        IConsent.GrantTerms memory own = _terms(_accountOf(BEN));
        own.rights = 2;
        _grant(ANA, own);
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        _expectBeyond(ANA, IConsent.Grant(0, 0, 0, 0, 0), terms);
        own.rights = 3;
        _grant(ANA, own);
        IConsent.Grant memory left = IConsent.Grant(2, 1, 3, NOW, NOW + 365 days);
        vm.prank(vm.addr(ANA));
        consent.narrow(own.reader, LABS, left);
        _expectBeyond(ANA, left, terms);
    }
}
