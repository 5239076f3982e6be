// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {Base} from "./Base.t.sol";

contract ConsentGrantTest is Base {
    function _expectRefusal(IConsent.GrantTerms memory terms, bytes memory reason) private {
        vm.expectRevert(reason);
        _grant(ANA, terms);
    }

    function _decide(uint256 reader) private view returns (IConsent.Decision) {
        return consent.decide(_accountOf(reader), _accountOf(ANA), LABS, 3, TREAT, uint48(block.timestamp));
    }

    function test_C2_aGrantIsKeptAndAnnounced() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        vm.expectEmit(address(consent));
        emit IConsent.ConsentGranted(
            _accountOf(ANA),
            terms.reader,
            LABS,
            terms.rights,
            terms.purposes,
            terms.ceiling,
            terms.from,
            terms.until,
            "wrap"
        );
        _grant(ANA, terms);
        IConsent.Grant memory kept = consent.grantOf(_accountOf(ANA), terms.reader, LABS);
        vm.assertEq(kept.rights, terms.rights);
        vm.assertEq(kept.purposes, terms.purposes);
        vm.assertEq(kept.ceiling, terms.ceiling);
        vm.assertEq(kept.from, terms.from);
        vm.assertEq(kept.until, terms.until);
    }

    function test_C2_anOrganisationMayBeTheReader() public {
        _grant(ANA, _terms(_accountOf(NORTH)));
        vm.assertTrue(_decide(NORTH) == IConsent.Decision.Permitted);
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.Permitted);
        vm.assertTrue(_decide(LIN) == IConsent.Decision.NoGrant);
    }

    /// @dev Whoever grants, grants from their own chart: there is no field for somebody else's.
    function test_C2_aGrantByAnyoneButThePatientOpensNothingOfThePatients() public {
        _grant(BEN, _terms(_accountOf(OSEI)));
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.NoGrant);
        for (uint256 i = 0; i < 3; ++i) {
            uint256 key = [OSEI, NORTH, LIN][i];
            vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPatientUnknown.selector, _accountOf(key)));
            _grant(key, _terms(_accountOf(OSEI)));
        }
        bytes memory data = abi.encodeCall(IConsent.grant, (_terms(_accountOf(MALLORY))));
        _assertFailed(
            _carry(MALLORY, address(consent), data),
            abi.encodeWithSelector(IConsent.ConsentPatientUnknown.selector, _accountOf(MALLORY))
        );
        vm.assertTrue(_decide(MALLORY) == IConsent.Decision.ReaderUnknown);
    }

    function test_C2_aCarriedGrantIsThePatients() public {
        _assertApplied(_carry(ANA, address(consent), abi.encodeCall(IConsent.grant, (_terms(_accountOf(OSEI))))));
        vm.assertTrue(_decide(OSEI) == IConsent.Decision.Permitted);
    }

    function test_C2_theLatestWordCountsWiderOrNarrower() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        _grant(ANA, terms);
        terms.until = NOW + 1 days;
        terms.ceiling = 1;
        terms.purposes = 2;
        _grant(ANA, terms);
        IConsent.Grant memory kept = consent.grantOf(_accountOf(ANA), terms.reader, LABS);
        vm.assertEq(kept.until, NOW + 1 days);
        vm.assertEq(kept.ceiling, 1);
        vm.assertEq(kept.purposes, 2);
        terms.until = NOW + 3653 days;
        terms.rights = 3;
        terms.purposes = type(uint16).max;
        _grant(ANA, terms);
        kept = consent.grantOf(_accountOf(ANA), terms.reader, LABS);
        vm.assertEq(kept.until, NOW + 3653 days);
        vm.assertEq(kept.rights, 3);
        vm.assertEq(kept.purposes, type(uint16).max);
    }

    function test_C2_strangersCannotBeReaders() public {
        _expectRefusal(
            _terms(_accountOf(MALLORY)),
            abi.encodeWithSelector(IConsent.ConsentReaderUnknown.selector, _accountOf(MALLORY))
        );
    }

    function test_C2_patientsNeedNoGrantFromThemselves() public {
        _expectRefusal(
            _terms(_accountOf(ANA)), abi.encodeWithSelector(IConsent.ConsentReaderIsPatient.selector, _accountOf(ANA))
        );
    }

    function test_C2_anUnknownCompartmentCannotBeGranted() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        terms.compartment = CompartmentId.wrap("none");
        _expectRefusal(
            terms,
            abi.encodeWithSelector(
                IConsent.ConsentCompartmentUnknown.selector, _accountOf(ANA), CompartmentId.wrap("none")
            )
        );
    }

    function testFuzz_C2_rightsAreReadWriteOrBoth(uint8 rights) public {
        vm.assume(rights == 0 || rights > 3);
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        terms.rights = rights;
        _expectRefusal(terms, abi.encodeWithSelector(IConsent.ConsentRightsInvalid.selector, rights));
    }

    function test_C2_readingNeedsAPurposeWritingDoesNot() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        terms.purposes = 0;
        _expectRefusal(terms, abi.encodeWithSelector(IConsent.ConsentPurposesEmpty.selector));
        terms.rights = 2;
        _grant(ANA, terms);
    }

    function testFuzz_C2_ceilingIsOneToFive(uint8 ceiling) public {
        vm.assume(ceiling == 0 || ceiling > 5);
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        terms.ceiling = ceiling;
        _expectRefusal(terms, abi.encodeWithSelector(IConsent.ConsentCeilingInvalid.selector, ceiling));
    }

    function testFuzz_C2_periods(uint48 from, uint48 until) public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        (terms.from, terms.until) = (from, until);
        uint256 untilMax = uint256(NOW) + 3653 days;
        bytes memory reason;
        if (from >= until) {
            reason = abi.encodeWithSelector(IConsent.ConsentPeriodInvalid.selector, from, until);
        } else if (until <= NOW) {
            reason = abi.encodeWithSelector(IConsent.ConsentExpired.selector, until, NOW);
        } else if (until > untilMax) {
            reason = abi.encodeWithSelector(IConsent.ConsentExpiryTooFar.selector, until, untilMax);
        }
        if (reason.length != 0) return _expectRefusal(terms, reason);
        _grant(ANA, terms);
    }

    function test_C2_periodEdges() public {
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        (terms.from, terms.until) = (0, NOW);
        _expectRefusal(terms, abi.encodeWithSelector(IConsent.ConsentExpired.selector, NOW, NOW));
        terms.until = NOW + 1;
        _grant(ANA, terms);
        terms.from = NOW + 1;
        _expectRefusal(terms, abi.encodeWithSelector(IConsent.ConsentPeriodInvalid.selector, NOW + 1, NOW + 1));
        terms.until = NOW + 3653 days + 1;
        _expectRefusal(
            terms, abi.encodeWithSelector(IConsent.ConsentExpiryTooFar.selector, terms.until, NOW + 3653 days)
        );
        terms.until = NOW + 3653 days;
        _grant(ANA, terms);
    }
}
