// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {Base} from "./Base.t.sol";

contract ConsentNarrowTest is Base {
    /// @dev Reading and writing, two purposes, up to 4, from now for ten days; to the hospital, for whom Osei reads and writes.
    function _give() private returns (IConsent.Grant memory) {
        IConsent.GrantTerms memory terms =
            IConsent.GrantTerms(_accountOf(NORTH), LABS, 3, 5, 4, NOW, NOW + 10 days, "wrap");
        vm.prank(vm.addr(ANA));
        consent.grantOn(terms, IConsent.Conditions(0, "CH", false));
        return _held();
    }

    function _held() private view returns (IConsent.Grant memory) {
        return consent.grantOf(_accountOf(ANA), _accountOf(NORTH), LABS);
    }

    function _narrow(uint256 key, IConsent.Grant memory wanted) private {
        vm.prank(vm.addr(key));
        consent.narrow(_accountOf(NORTH), LABS, wanted);
    }

    function _renew(uint32 epoch, uint48 heldUntil, uint48 until) private {
        vm.prank(vm.addr(ANA));
        consent.renew(_accountOf(NORTH), LABS, epoch, heldUntil, until);
    }

    function _expectWider(IConsent.Grant memory held, IConsent.Grant memory wanted) private {
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentWider.selector, held, wanted));
        _narrow(ANA, wanted);
    }

    function _assertSame(IConsent.Grant memory a, IConsent.Grant memory b) private pure {
        vm.assertEq(abi.encode(a), abi.encode(b));
    }

    function test_C15_whatIsLeftIsKeptAndAnnouncedAndConditionsStay() public {
        _give();
        IConsent.Grant memory wanted = IConsent.Grant(1, 4, 3, NOW + 1 days, NOW + 9 days);
        vm.expectEmit(address(consent));
        emit IConsent.ConsentNarrowed(_accountOf(ANA), _accountOf(NORTH), LABS, 1, 4, 3, NOW + 1 days, NOW + 9 days);
        _narrow(ANA, wanted);
        _assertSame(_held(), wanted);
        vm.assertTrue(consent.conditionsOf(_accountOf(ANA), _accountOf(NORTH), LABS).country == "CH");
    }

    function test_C15_nothingOfItMayBeMore() public {
        IConsent.Grant memory held = _give();
        // Bit 1 is not granted; swapping one purpose for another is no narrowing either.
        _expectWider(held, IConsent.Grant(3, 2, 4, NOW, NOW + 10 days));
        _expectWider(held, IConsent.Grant(3, 7, 4, NOW, NOW + 10 days));
        _expectWider(held, IConsent.Grant(3, 5, 5, NOW, NOW + 10 days));
        _expectWider(held, IConsent.Grant(3, 5, 4, NOW - 1, NOW + 10 days));
        _expectWider(held, IConsent.Grant(3, 5, 4, NOW, NOW + 10 days + 1));
        _expectWider(held, IConsent.Grant(7, 5, 4, NOW, NOW + 10 days));
        _narrow(ANA, IConsent.Grant(2, 0, 4, NOW, NOW + 10 days));
        // What was taken away does not come back, not even the reading of before.
        _expectWider(_held(), held);
    }

    function test_C15_whatIsLeftIsAGrant() public {
        _give();
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentRightsInvalid.selector, 0));
        _narrow(ANA, IConsent.Grant(0, 5, 4, NOW, NOW + 10 days));
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPurposesEmpty.selector));
        _narrow(ANA, IConsent.Grant(1, 0, 4, NOW, NOW + 10 days));
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentCeilingInvalid.selector, 0));
        _narrow(ANA, IConsent.Grant(1, 1, 0, NOW, NOW + 10 days));
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPeriodInvalid.selector, NOW + 1, NOW + 1));
        _narrow(ANA, IConsent.Grant(1, 1, 1, NOW + 1, NOW + 1));
        vm.warp(NOW + 2 days);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentExpired.selector, NOW + 2 days, NOW + 2 days));
        _narrow(ANA, IConsent.Grant(1, 1, 1, NOW, NOW + 2 days));
        _narrow(ANA, IConsent.Grant(1, 1, 1, NOW, NOW + 2 days + 1));
    }

    function test_C15_aGrantThatIsOverIsNotNarrowed() public {
        IConsent.Grant memory held = _give();
        vm.warp(held.until);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentExpired.selector, held.until, held.until));
        _narrow(ANA, held);
    }

    /// @dev There is no field for another patient's chart; the reader cannot shorten what it was given either.
    function test_C15_onlyThePatientsOwnGrantIsReached() public {
        IConsent.Grant memory held = _give();
        for (uint256 i = 0; i < 3; ++i) {
            uint256 key = [BEN, OSEI, NORTH][i];
            vm.expectRevert(
                abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(key), _accountOf(NORTH), LABS)
            );
            _narrow(key, held);
        }
        _assertSame(_held(), held);
    }

    function test_C15_aRevokedGrantIsNotNarrowed() public {
        IConsent.Grant memory held = _give();
        vm.prank(vm.addr(ANA));
        consent.revoke(_accountOf(NORTH), LABS);
        vm.expectRevert(
            abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(ANA), _accountOf(NORTH), LABS)
        );
        _narrow(ANA, held);
    }

    /// @dev Whatever is asked before and after: a narrowing lets nothing through that was not let through before.
    function testFuzz_C15_narrowingLetsNothingMoreThrough(
        IConsent.Grant memory wanted,
        uint8 sensitivity,
        uint8 purpose,
        uint48 time
    ) public {
        IConsent.Grant memory held = _give();
        // Within reach of what is held, or every case would be refused.
        wanted.rights %= 4;
        wanted.ceiling %= 6;
        wanted.purposes %= 8;
        wanted.from = held.from + wanted.from % 11 days;
        wanted.until = held.from + wanted.until % 11 days;
        time = held.from + time % 11 days;
        bool couldRead = _mayRead(sensitivity, purpose % 4, time);
        bool couldWrite = consent.canWrite(_accountOf(OSEI), _accountOf(ANA), LABS, time);
        vm.prank(vm.addr(ANA));
        try consent.narrow(_accountOf(NORTH), LABS, wanted) {
            _assertSame(_held(), wanted);
        } catch {
            _assertSame(_held(), held);
        }
        vm.assertTrue(couldRead || !_mayRead(sensitivity, purpose % 4, time));
        vm.assertTrue(couldWrite || !consent.canWrite(_accountOf(OSEI), _accountOf(ANA), LABS, time));
    }

    function _mayRead(uint8 sensitivity, uint8 purpose, uint48 time) private view returns (bool) {
        return consent.decide(_accountOf(OSEI), _accountOf(ANA), LABS, sensitivity, purpose, time)
            == IConsent.Decision.Permitted;
    }

    function test_C16_aGrantEndsLaterAndIsOtherwiseAsBefore() public {
        IConsent.Grant memory held = _give();
        vm.expectEmit(address(consent));
        emit IConsent.ConsentRenewed(_accountOf(ANA), _accountOf(NORTH), LABS, NOW + 20 days);
        _renew(1, held.until, NOW + 20 days);
        held.until = NOW + 20 days;
        _assertSame(_held(), held);
        vm.assertTrue(consent.conditionsOf(_accountOf(ANA), _accountOf(NORTH), LABS).country == "CH");
        vm.assertTrue(_mayRead(4, 0, NOW + 20 days - 1));
        vm.assertFalse(_mayRead(4, 0, NOW + 20 days));
    }

    function test_C16_renewalEndsLaterThanTheGrantAndWithinTenYears() public {
        IConsent.Grant memory held = _give();
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentNotLater.selector, held.until, held.until));
        _renew(1, held.until, held.until);
        uint48 untilMax = NOW + 3653 days;
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentExpiryTooFar.selector, untilMax + 1, untilMax));
        _renew(1, held.until, untilMax + 1);
        _renew(1, held.until, untilMax);
    }

    /// @dev Rotations wrap to whose grant is not over, so one that is over has no key to what came since.
    function test_C16_aGrantThatIsOverIsNotRenewed() public {
        IConsent.Grant memory held = _give();
        vm.warp(held.until);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentExpired.selector, held.until, held.until));
        _renew(1, held.until, held.until + 1 days);
        vm.warp(held.until - 1);
        _renew(1, held.until, held.until + 1 days);
    }

    function test_C16_neitherARevokedGrantNorAnothersIsRenewed() public {
        IConsent.Grant memory held = _give();
        vm.expectRevert(
            abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(BEN), _accountOf(NORTH), LABS)
        );
        vm.prank(vm.addr(BEN));
        consent.renew(_accountOf(NORTH), LABS, 1, held.until, held.until + 1);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPatientUnknown.selector, _accountOf(OSEI)));
        vm.prank(vm.addr(OSEI));
        consent.renew(_accountOf(NORTH), LABS, 1, held.until, held.until + 1);
        vm.prank(vm.addr(ANA));
        consent.revoke(_accountOf(NORTH), LABS);
        vm.expectRevert(
            abi.encodeWithSelector(IConsent.ConsentNotGranted.selector, _accountOf(ANA), _accountOf(NORTH), LABS)
        );
        _renew(1, held.until, held.until + 1);
    }

    /// @dev Operations are unordered: a relay may carry the renewal after the word that was meant to overrule it.
    function test_C16_aRenewalThatWasKeptBackExtendsNothingThatWasNarrowedOrRotatedSince() public {
        IConsent.Grant memory held = _give();
        bytes memory data = abi.encodeCall(IConsent.renew, (_accountOf(NORTH), LABS, 1, held.until, NOW + 365 days));
        _narrow(ANA, IConsent.Grant(1, 1, 4, NOW, NOW + 1 days));
        _assertFailed(
            _carry(ANA, address(consent), data),
            abi.encodeWithSelector(IConsent.ConsentEndDiffers.selector, held.until, NOW + 1 days)
        );
        vm.prank(vm.addr(ANA));
        consent.rotate(LABS, 2, _recipient(), new bytes(60), "wraps");
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentEpochInvalid.selector, 1, 2));
        _renew(1, NOW + 1 days, NOW + 365 days);
        _renew(2, NOW + 1 days, NOW + 2 days);
    }
}
