// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {INotary} from "../src/interfaces/INotary.sol";
import {Role} from "../src/types/Role.sol";
import {EmergencyBase} from "./EmergencyBase.t.sol";

contract NotaryTest is EmergencyBase {
    bytes32 private constant SUBJECT = bytes32(uint256(0xabc));

    function _attest(uint256 key, INotary.Kind kind, bytes32 subject, INotary.Result result) private {
        vm.prank(vm.addr(key));
        notary.attest(kind, subject, result, "report");
    }

    function _assertFinding(
        uint256 organisation,
        INotary.Kind kind,
        uint256 attester,
        uint48 recordedAt,
        INotary.Result result
    ) private view {
        INotary.Finding memory finding = notary.resultOf(_accountOf(organisation), kind, SUBJECT);
        vm.assertEq(finding.attester, attester == 0 ? address(0) : _accountOf(attester));
        vm.assertEq(finding.recordedAt, recordedAt);
        vm.assertEq(uint256(finding.result), uint256(result));
    }

    function _expectForeign(uint256 key) private {
        vm.expectRevert(abi.encodeWithSelector(INotary.NotaryNotPermitted.selector, _accountOf(key)));
    }

    function test_N1_anAuditorAttestsForItsOrganisation() public {
        vm.expectEmit(address(notary));
        emit INotary.ResultRecorded(
            _accountOf(EAST), SUBJECT, INotary.Kind.Record, _accountOf(RUIZ), INotary.Result.Intact, "report"
        );
        _attest(RUIZ, INotary.Kind.Record, SUBJECT, INotary.Result.Intact);
        _assertFinding(EAST, INotary.Kind.Record, RUIZ, NOW, INotary.Result.Intact);
    }

    function test_N1_anOrganisationAttestsThroughARelay() public {
        bytes memory data =
            abi.encodeCall(INotary.attest, (INotary.Kind.Store, SUBJECT, INotary.Result.Missing, "report"));
        _assertApplied(_carry(NORTH, address(notary), data));
        _assertFinding(NORTH, INotary.Kind.Store, NORTH, NOW, INotary.Result.Missing);
    }

    function test_N1_attackSomebodyWhoMayNotAttestSpeaksForAnOrganisation() public {
        uint256[4] memory others = [OSEI, LIN, ANA, NOOR];
        for (uint256 i = 0; i < others.length; ++i) {
            _expectForeign(others[i]);
            _attest(others[i], INotary.Kind.Record, SUBJECT, INotary.Result.Intact);
        }
        vm.expectRevert(abi.encodeWithSignature("AccountUnknown(address)", vm.addr(MALLORY)));
        _attest(MALLORY, INotary.Kind.Record, SUBJECT, INotary.Result.Intact);
    }

    function test_N1_onlyAuditorsAmongMembers() public {
        for (uint8 role = 1; role <= 8; ++role) {
            uint256 key = 0x40 + role;
            _join(key, SOUTH, Role.wrap(role));
            if (role != 8) _expectForeign(key);
            _attest(key, INotary.Kind.Record, SUBJECT, INotary.Result.Intact);
        }
    }

    function test_N1_attackASuspendedOrganisationAndItsAuditorGoOnAttesting() public {
        _suspend(EAST);
        _expectForeign(EAST);
        _attest(EAST, INotary.Kind.Record, SUBJECT, INotary.Result.Intact);
        _expectForeign(RUIZ);
        _attest(RUIZ, INotary.Kind.Record, SUBJECT, INotary.Result.Intact);
    }

    function test_N2_aFindingNamesItsSubjectAndReport() public {
        vm.expectRevert(abi.encodeWithSelector(INotary.NotarySubjectEmpty.selector));
        _attest(RUIZ, INotary.Kind.Batch, 0, INotary.Result.Intact);
        vm.expectRevert(abi.encodeWithSelector(INotary.NotaryReportEmpty.selector));
        vm.prank(vm.addr(RUIZ));
        notary.attest(INotary.Kind.Batch, SUBJECT, INotary.Result.Intact, 0);
    }

    function test_N2_aStoreIsNamedByAnAccount() public {
        bytes32 last = bytes32(uint256(type(uint160).max));
        _attest(RUIZ, INotary.Kind.Store, last, INotary.Result.Intact);
        bytes32 tooLong = bytes32(uint256(type(uint160).max) + 1);
        vm.expectRevert(abi.encodeWithSelector(INotary.NotarySubjectInvalid.selector, tooLong));
        _attest(RUIZ, INotary.Kind.Store, tooLong, INotary.Result.Intact);
        _attest(RUIZ, INotary.Kind.Record, tooLong, INotary.Result.Intact);
    }

    /// @dev Every cell of the table in N3.
    function test_N3_resultsThatBelongToAKind() public {
        string[4] memory table = [".imx-u", ".imxcu", ".i-xcu", ".imx-u"];
        for (uint256 kind = 0; kind < 4; ++kind) {
            for (uint256 result = 0; result < 6; ++result) {
                bytes1 cell = bytes(table[kind])[result];
                if (cell == "." || cell == "-") {
                    vm.expectRevert(abi.encodeWithSelector(INotary.NotaryResultInvalid.selector, kind, result));
                }
                _attest(RUIZ, INotary.Kind(kind), SUBJECT, INotary.Result(result));
            }
        }
    }

    function test_N3_unknownKindsAndResultsAreRefused() public {
        uint8[2][2] memory pairs = [[4, 1], [0, 6]];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory data =
                abi.encodeWithSelector(INotary.attest.selector, pairs[i][0], SUBJECT, pairs[i][1], bytes32("report"));
            vm.prank(vm.addr(RUIZ));
            (bool done,) = address(notary).call(data);
            vm.assertFalse(done);
        }
    }

    function test_N4_aLaterFindingTakesThePlaceAndNoneIsErased() public {
        vm.recordLogs();
        _attest(RUIZ, INotary.Kind.Record, SUBJECT, INotary.Result.Altered);
        vm.warp(NOW + 1);
        _attest(EAST, INotary.Kind.Record, SUBJECT, INotary.Result.Inconclusive);
        _assertFinding(EAST, INotary.Kind.Record, EAST, NOW + 1, INotary.Result.Inconclusive);
        vm.assertEq(vm.getRecordedLogs().length, 2);
    }

    function test_N4_attackAnOrganisationOverwritesWhatAnotherFound() public {
        _attest(RUIZ, INotary.Kind.Record, SUBJECT, INotary.Result.Altered);
        _attest(NORTH, INotary.Kind.Record, SUBJECT, INotary.Result.Intact);
        _assertFinding(EAST, INotary.Kind.Record, RUIZ, NOW, INotary.Result.Altered);
        _assertFinding(NORTH, INotary.Kind.Record, NORTH, NOW, INotary.Result.Intact);
        _assertFinding(SOUTH, INotary.Kind.Record, 0, 0, INotary.Result.None);
    }

    function test_N4_kindsAreApart() public {
        _attest(RUIZ, INotary.Kind.Record, SUBJECT, INotary.Result.Altered);
        _assertFinding(EAST, INotary.Kind.Batch, 0, 0, INotary.Result.None);
    }

    function testFuzz_N4_theLatestFindingIsTheOneRead(uint8[10] memory results, bytes32 subject) public {
        if (subject == 0) subject = SUBJECT;
        for (uint256 i = 0; i < results.length; ++i) {
            INotary.Result result = INotary.Result(1 + results[i] % 5);
            _attest(RUIZ, INotary.Kind.Batch, subject, result);
            vm.assertTrue(notary.resultOf(_accountOf(EAST), INotary.Kind.Batch, subject).result == result);
        }
    }
}
