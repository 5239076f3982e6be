// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {Base} from "./Base.t.sol";

contract ConsentConditionsTest is Base {
    uint64 private constant CARDIOLOGY = 394_579_002;

    function setUp() public override {
        super.setUp();
        vm.prank(vm.addr(NORTH));
        directory.setAttributes(_accountOf(OSEI), CARDIOLOGY, NOW + 100);
    }

    function _grantOn(uint256 reader, uint64 specialty, bytes2 country, bool licensed) private {
        IConsent.GrantTerms memory terms = _terms(_accountOf(reader));
        terms.rights = 3;
        vm.prank(vm.addr(ANA));
        consent.grantOn(terms, IConsent.Conditions(specialty, country, licensed));
    }

    function _expect(uint256 reader, uint48 time, IConsent.Decision expected) private view {
        IConsent.Decision actual = consent.decide(_accountOf(reader), _accountOf(ANA), LABS, 3, TREAT, time);
        vm.assertEq(uint8(actual), uint8(expected), "decision");
        bool writes = consent.canWrite(_accountOf(reader), _accountOf(ANA), LABS, time);
        vm.assertTrue(writes == (expected == IConsent.Decision.Permitted), "writing as reading");
    }

    function test_C11_aGrantToTheHospitalsLicensedCardiologistsInSwitzerland() public {
        vm.expectEmit(address(consent));
        emit IConsent.ConsentGranted(_accountOf(ANA), _accountOf(NORTH), LABS, 3, 1, 3, NOW, NOW + 365 days, "wrap");
        vm.expectEmit(address(consent));
        emit IConsent.ConsentConditioned(_accountOf(ANA), _accountOf(NORTH), LABS, CARDIOLOGY, "CH", true);
        _grantOn(NORTH, CARDIOLOGY, "CH", true);
        _expect(OSEI, NOW, IConsent.Decision.Permitted);
        _expect(OSEI, NOW + 99, IConsent.Decision.Permitted);
        _expect(OSEI, NOW + 100, IConsent.Decision.LicenceNotMet);
        _expect(NORTH, NOW, IConsent.Decision.SpecialtyNotMet);
        IConsent.Conditions memory kept = consent.conditionsOf(_accountOf(ANA), _accountOf(NORTH), LABS);
        vm.assertTrue(kept.specialty == CARDIOLOGY && kept.country == "CH" && kept.licensed);
        vm.assertEq(consent.grantOf(_accountOf(ANA), _accountOf(NORTH), LABS).until, NOW + 365 days);
    }

    function test_C11_eachConditionByItself() public {
        _grantOn(NORTH, CARDIOLOGY + 1, 0, false);
        _expect(OSEI, NOW, IConsent.Decision.SpecialtyNotMet);
        _grantOn(NORTH, 0, "DE", false);
        _expect(OSEI, NOW, IConsent.Decision.JurisdictionNotMet);
        _expect(NORTH, NOW, IConsent.Decision.JurisdictionNotMet);
        _grantOn(NORTH, 0, "CH", false);
        _expect(NORTH, NOW, IConsent.Decision.Permitted);
        _grantOn(NORTH, 0, 0, true);
        _expect(NORTH, NOW, IConsent.Decision.LicenceNotMet);
        _expect(OSEI, NOW, IConsent.Decision.Permitted);
        _grantOn(NORTH, 0, 0, false);
        _expect(NORTH, NOW, IConsent.Decision.Permitted);
    }

    function test_C11_whoLosesTheEmployerMeetsNothing() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        vm.prank(vm.addr(ANA));
        consent.grantOn(terms, IConsent.Conditions(0, "CH", false));
        vm.prank(vm.addr(NORTH));
        directory.removeMember(_accountOf(OSEI));
        IConsent.Decision actual = consent.decide(_accountOf(OSEI), _accountOf(ANA), LABS, 3, TREAT, NOW);
        vm.assertTrue(actual == IConsent.Decision.JurisdictionNotMet);
    }

    function test_C11_anOrdinaryGrantEndsTheConditions() public {
        _grantOn(NORTH, CARDIOLOGY + 1, "DE", true);
        _grant(ANA, _terms(_accountOf(NORTH)));
        IConsent.Conditions memory kept = consent.conditionsOf(_accountOf(ANA), _accountOf(NORTH), LABS);
        vm.assertTrue(kept.specialty == 0 && kept.country == 0 && !kept.licensed);
    }

    function test_C11_onlyPatientsGrant() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(NORTH));
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPatientUnknown.selector, _accountOf(OSEI)));
        vm.prank(vm.addr(OSEI));
        consent.grantOn(terms, IConsent.Conditions(0, 0, false));
    }

    function test_C14_defaultsOfTheFoundingPapers() public view {
        uint8[6] memory expected = [5, 2, 2, 2, 2, 1];
        for (uint8 i = 0; i < 6; ++i) {
            vm.assertEq(consent.defaultSensitivityOf(IConsent.DataClass(i)), expected[i]);
        }
    }
}
