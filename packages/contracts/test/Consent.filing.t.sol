// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {Base} from "./Base.t.sol";

contract ConsentFilingTest is Base {
    /// @dev To the hospital, for thirty days.
    function _letFile() private returns (IConsent.GrantTerms memory terms) {
        terms = _terms(_accountOf(NORTH));
        (terms.rights, terms.purposes, terms.until) = (2, 0, NOW + 30 days);
        _grant(ANA, terms);
    }

    /// @dev To the hospital, for a day.
    function _letRead() private returns (IConsent.GrantTerms memory terms) {
        terms = _terms(_accountOf(NORTH));
        terms.until = NOW + 1 days;
        _grant(ANA, terms);
    }

    function _files(uint48 time) private view returns (bool) {
        return consent.canWrite(_accountOf(OSEI), _accountOf(ANA), LABS, time);
    }

    function _reads(uint48 time) private view returns (bool) {
        return consent.decide(_accountOf(OSEI), _accountOf(ANA), LABS, 3, TREAT, time) == IConsent.Decision.Permitted;
    }

    function _expectNotGranted(uint256 patient) private {
        vm.expectRevert(
            abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(patient), _accountOf(NORTH), LABS)
        );
    }

    function test_C2_aHospitalThatIsLetToReadForADayGoesOnFiling() public {
        _letFile();
        vm.assertFalse(_reads(NOW));
        _letRead();
        vm.assertTrue(_files(NOW) && _reads(NOW));
        vm.assertTrue(_files(NOW + 1 days) && !_reads(NOW + 1 days));
        vm.assertFalse(_files(NOW + 30 days));
    }

    /// @dev Whether it is over or not: to the reader it is the same.
    function test_C6_whoMayOnlyFileIsToldSo() public {
        _expectDecisions(IConsent.Decision.NoGrant, IConsent.Decision.NoGrant);
        _letFile();
        _expectDecisions(IConsent.Decision.RightNotGranted, IConsent.Decision.NoGrant);
        vm.warp(NOW + 30 days);
        _expectDecisions(IConsent.Decision.RightNotGranted, IConsent.Decision.NoGrant);
        vm.prank(vm.addr(ANA));
        consent.revokeFiling(_accountOf(NORTH), LABS);
        _expectDecisions(IConsent.Decision.NoGrant, IConsent.Decision.NoGrant);
    }

    /// @dev Of the hospital's doctor and of another's.
    function _expectDecisions(IConsent.Decision own, IConsent.Decision another) private view {
        address ana = _accountOf(ANA);
        uint48 time = uint48(block.timestamp);
        vm.assertTrue(consent.decide(_accountOf(OSEI), ana, LABS, 3, TREAT, time) == own);
        vm.assertTrue(consent.decide(_accountOf(NORTH), ana, LABS, 3, TREAT, time) == own);
        vm.assertTrue(consent.decide(_accountOf(LIN), ana, LABS, 3, TREAT, time) == another);
    }

    function test_C2_lettingFileTakesNoReadingAway() public {
        IConsent.GrantTerms memory reading = _letRead();
        IConsent.GrantTerms memory filing = _letFile();
        vm.assertTrue(_files(NOW) && _reads(NOW));
        vm.assertEq(consent.grantOf(_accountOf(ANA), _accountOf(NORTH), LABS).until, reading.until);
        vm.assertEq(consent.filingOf(_accountOf(ANA), _accountOf(NORTH), LABS).until, filing.until);
    }

    function test_C2_theLatestWordAboutFilingCounts() public {
        IConsent.GrantTerms memory terms = _letFile();
        terms.until = NOW + 1;
        _grant(ANA, terms);
        vm.assertTrue(_files(NOW));
        vm.assertFalse(_files(NOW + 1));
    }

    function test_C4_eachIsTakenBackByItself() public {
        _letFile();
        _letRead();
        vm.prank(vm.addr(ANA));
        consent.revoke(_accountOf(NORTH), LABS);
        vm.assertTrue(_files(NOW) && !_reads(NOW));
        _letRead();
        vm.expectEmit(address(consent));
        emit IConsent.FilingConsentRevoked(_accountOf(ANA), _accountOf(NORTH), LABS);
        vm.prank(vm.addr(ANA));
        consent.revokeFiling(_accountOf(NORTH), LABS);
        vm.assertTrue(_reads(NOW) && !_files(NOW));
        vm.assertEq(consent.filingOf(_accountOf(ANA), _accountOf(NORTH), LABS).rights, 0);
    }

    /// @dev Operations are unordered: a second word that takes back the reading must not end the filing.
    function test_C4_takingTheOneBackTwiceDoesNotReachTheOther() public {
        _letFile();
        _expectNotGranted(ANA);
        vm.prank(vm.addr(ANA));
        consent.revoke(_accountOf(NORTH), LABS);
        vm.assertTrue(_files(NOW));
        vm.prank(vm.addr(ANA));
        consent.revokeFiling(_accountOf(NORTH), LABS);
        _letRead();
        _expectNotGranted(ANA);
        vm.prank(vm.addr(ANA));
        consent.revokeFiling(_accountOf(NORTH), LABS);
        vm.assertTrue(_reads(NOW));
    }

    function test_C4_attack_somebodyElseEndsAHospitalsFiling() public {
        _letFile();
        for (uint256 i = 0; i < 3; ++i) {
            uint256 key = [BEN, OSEI, NORTH][i];
            _expectNotGranted(key);
            vm.prank(vm.addr(key));
            consent.revokeFiling(_accountOf(NORTH), LABS);
        }
        vm.assertTrue(_files(NOW));
    }

    /// @dev C15 and C16 are about what is read.
    function test_C15_C16_aRightToFileIsNeitherNarrowedNorRenewed() public {
        IConsent.GrantTerms memory terms = _letFile();
        _expectNotGranted(ANA);
        vm.prank(vm.addr(ANA));
        consent.narrow(_accountOf(NORTH), LABS, IConsent.Grant(2, 0, terms.ceiling, terms.from, terms.until));
        _expectNotGranted(ANA);
        vm.prank(vm.addr(ANA));
        consent.renew(_accountOf(NORTH), LABS, 1, terms.until, terms.until + 1);
    }

    function test_C13_aDelegateSharesWithTheHospitalAndEndsItAndItGoesOnFiling() public {
        _letFile();
        _grant(ANA, _terms(_accountOf(BEN)));
        vm.prank(vm.addr(ANA));
        directory.setDelegate(_accountOf(BEN), 1, NOW + 100 days);
        vm.prank(vm.addr(BEN));
        consent.grantFor(_accountOf(ANA), _terms(_accountOf(NORTH)));
        vm.assertTrue(_files(NOW) && _reads(NOW));
        vm.prank(vm.addr(BEN));
        consent.revokeFor(_accountOf(ANA), _accountOf(NORTH), LABS);
        vm.assertTrue(_files(NOW) && !_reads(NOW));
        _expectNotGranted(ANA);
        vm.prank(vm.addr(BEN));
        consent.revokeFor(_accountOf(ANA), _accountOf(NORTH), LABS);
        vm.assertTrue(_files(NOW));
    }

    /// @dev A delegate who only reads gives nobody the right to file (C13), nor takes the hospital's in its place.
    function test_C13_attack_aDelegateReplacesTheRightToFile() public {
        _letFile();
        _grant(ANA, _terms(_accountOf(BEN)));
        vm.prank(vm.addr(ANA));
        directory.setDelegate(_accountOf(BEN), 1, NOW + 100 days);
        IConsent.GrantTerms memory terms = _terms(_accountOf(NORTH));
        (terms.rights, terms.until) = (2, NOW + 1);
        IConsent.Grant memory held = consent.grantOf(_accountOf(ANA), _accountOf(BEN), LABS);
        vm.expectRevert(
            abi.encodeWithSelector(IConsent.ConsentBeyondDelegate.selector, _accountOf(ANA), _accountOf(BEN), held)
        );
        vm.prank(vm.addr(BEN));
        consent.grantFor(_accountOf(ANA), terms);
        vm.assertTrue(_files(NOW + 1));
    }

    function test_C11_eachHasConditionsOfItsOwn() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(NORTH));
        terms.rights = 2;
        vm.prank(vm.addr(ANA));
        consent.grantOn(terms, IConsent.Conditions(0, "DE", false));
        _letRead();
        vm.assertTrue(_reads(NOW) && !_files(NOW));
        _grant(ANA, terms);
        terms.rights = 1;
        vm.prank(vm.addr(ANA));
        consent.grantOn(terms, IConsent.Conditions(0, "DE", false));
        vm.assertTrue(_files(NOW) && !_reads(NOW));
    }
}
