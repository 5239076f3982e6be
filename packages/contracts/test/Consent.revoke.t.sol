// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {Base} from "./Base.t.sol";

contract ConsentRevokeTest is Base {
    function _revoke(uint256 key, uint256 reader) private {
        vm.prank(vm.addr(key));
        consent.revoke(_accountOf(reader), LABS);
    }

    function _expectNotGranted(uint256 patient, uint256 reader) private {
        vm.expectRevert(
            abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(patient), _accountOf(reader), LABS)
        );
    }

    function _decide(uint256 reader) private view returns (IConsent.Decision) {
        return consent.decide(_accountOf(reader), _accountOf(ANA), LABS, 3, TREAT, NOW);
    }

    function test_C4_revokeRefusesFromThatBlockOn() public {
        _grant(ANA, _terms(_accountOf(OSEI)));
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.Permitted);
        vm.expectEmit(address(consent));
        emit IConsent.ConsentRevoked(_accountOf(ANA), _accountOf(OSEI), LABS);
        _revoke(ANA, OSEI);
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.NoGrant);
        vm.assertEq(consent.grantOf(_accountOf(ANA), _accountOf(OSEI), LABS).until, 0);
    }

    function test_C4_revokingWhatWasNotGrantedIsRefused() public {
        _expectNotGranted(ANA, OSEI);
        _revoke(ANA, OSEI);
        _grant(ANA, _terms(_accountOf(OSEI)));
        _revoke(ANA, OSEI);
        _expectNotGranted(ANA, OSEI);
        _revoke(ANA, OSEI);
    }

    function test_C4_onlyThePatientRevokes() public {
        _grant(ANA, _terms(_accountOf(OSEI)));
        for (uint256 i = 0; i < 3; ++i) {
            uint256 key = [OSEI, NORTH, BEN][i];
            _expectNotGranted(key, OSEI);
            _revoke(key, OSEI);
        }
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.Permitted);
    }

    function test_C4_aGrantThatIsOverOrYetToBeginCanBeRevoked() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        _grant(ANA, terms);
        vm.warp(terms.until);
        _revoke(ANA, OSEI);
        vm.warp(NOW);
        terms.from = NOW + 1 days;
        _grant(ANA, terms);
        _revoke(ANA, OSEI);
        vm.assertEq(consent.grantOf(_accountOf(ANA), _accountOf(OSEI), LABS).rights, 0);
    }

    /// @dev Two grants may permit the same person; both have to go.
    function test_C4_revokingAPersonsGrantLeavesTheOrganisations() public {
        _grant(ANA, _terms(_accountOf(OSEI)));
        _grant(ANA, _terms(_accountOf(NORTH)));
        _revoke(ANA, OSEI);
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.Permitted);
        _revoke(ANA, NORTH);
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.NoGrant);
    }

    function test_C4_grantingAfterRevokingPermitsAgain() public {
        _grant(ANA, _terms(_accountOf(OSEI)));
        _revoke(ANA, OSEI);
        _grant(ANA, _terms(_accountOf(OSEI)));
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.Permitted);
    }
}
