// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IRecords} from "../src/interfaces/IRecords.sol";
import {BatchId, batchIdOf} from "../src/types/BatchId.sol";
import {Base} from "./Base.t.sol";
import {Vm} from "./Vm.sol";

contract RecordsSigningTest is Base {
    function _commit(uint256 author, uint256 first, uint256 second) private returns (BatchId) {
        vm.prank(vm.addr(author));
        return records.commitTwoParty("root", 1, "manifest", _accountOf(first), _accountOf(second));
    }

    function _signAs(uint256 key, BatchId batch) private {
        vm.prank(vm.addr(key));
        records.sign(batch);
    }

    function _expectNotAwaited(uint256 key, BatchId batch) private {
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsNotAwaited.selector, batch, _accountOf(key)));
        _signAs(key, batch);
    }

    function _countSigned() private returns (uint256 count) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IRecords.RecordSigned.selector) ++count;
        }
    }

    function _assertAwaited(BatchId batch, IRecords.Signing signing, address first, address second) private view {
        vm.assertTrue(records.batchOf(batch).signing == signing, "signing");
        (address awaited, address alsoAwaited) = records.awaitedOf(batch);
        vm.assertEq(awaited, first);
        vm.assertEq(alsoAwaited, second);
    }

    function test_R8_whatAPartyCommitsItHasSigned() public {
        BatchId batch = batchIdOf(_accountOf(SOUTH), "root");
        vm.expectEmit(address(records));
        emit IRecords.RecordsCommitted(batch, _accountOf(SOUTH), _accountOf(LIN), "root", 1, "manifest");
        vm.expectEmit(address(records));
        emit IRecords.RecordsPartiesNamed(batch, _accountOf(LIN), _accountOf(OSEI));
        vm.expectEmit(address(records));
        emit IRecords.RecordsPartySigned(batch, _accountOf(LIN));
        _commit(LIN, LIN, OSEI);
        _assertAwaited(batch, IRecords.Signing.OneAwaited, _accountOf(OSEI), address(0));
    }

    function test_R9_theSecondPartyCompletesWhoeverItIs() public {
        BatchId batch = _commit(LIN, ANA, LIN);
        vm.expectEmit(address(records));
        emit IRecords.RecordsPartySigned(batch, _accountOf(ANA));
        vm.expectEmit(address(records));
        emit IRecords.RecordSigned(batch);
        _signAs(ANA, batch);
        _assertAwaited(batch, IRecords.Signing.Signed, address(0), address(0));
    }

    function test_R9_whoeverSignsFirstTheOtherIsAwaited() public {
        for (uint256 i = 0; i < 2; ++i) {
            BatchId batch = _commit([NORTH, EAST][i], OSEI, ANA);
            _assertAwaited(batch, IRecords.Signing.BothAwaited, _accountOf(ANA), _accountOf(OSEI));
            _signAs([OSEI, ANA][i], batch);
            _assertAwaited(batch, IRecords.Signing.OneAwaited, _accountOf([ANA, OSEI][i]), address(0));
        }
    }

    /// @dev Two parties and a stranger to the batch try to sign in any order: signed exactly once, after both.
    function testFuzz_R9_anyOrderAndEachOnce(uint256 order, bool committedByAParty) public {
        uint256[3] memory keys = [OSEI, ANA, MALLORY];
        uint256 author = committedByAParty ? OSEI : NORTH;
        BatchId batch = _commit(author, OSEI, ANA);
        _becomePatient(MALLORY);
        bool[3] memory hasSigned;
        hasSigned[0] = committedByAParty;
        vm.recordLogs();
        for (uint256 i = 0; i < 8; ++i) {
            uint256 who = (order >> (i * 8)) % 3;
            if (hasSigned[who] || who == 2) {
                _expectNotAwaited(keys[who], batch);
                continue;
            }
            _signAs(keys[who], batch);
            hasSigned[who] = true;
            vm.assertEq(_countSigned(), hasSigned[0] && hasSigned[1] ? 1 : 0);
        }
        bool signed = records.batchOf(batch).signing == IRecords.Signing.Signed;
        vm.assertTrue(signed == (hasSigned[0] && hasSigned[1]));
    }

    function test_R9_theSamePartyTwiceIsRefused() public {
        BatchId batch = _commit(LIN, LIN, OSEI);
        _expectNotAwaited(LIN, batch);
        _signAs(OSEI, batch);
        _expectNotAwaited(OSEI, batch);
    }

    function test_attack_aThirdPartySigns() public {
        BatchId batch = _commit(LIN, LIN, OSEI);
        // Not even the organisation of a party.
        _expectNotAwaited(NORTH, batch);
        _expectNotAwaited(BEN, batch);
        // Nor a party of this batch in one that nobody committed.
        _expectNotAwaited(OSEI, batchIdOf(_accountOf(NORTH), "root"));
    }

    function test_R9_nobodySignsABatchOfOneParty() public {
        vm.prank(vm.addr(LIN));
        BatchId batch = records.commitBatch("root", 1, "manifest");
        _expectNotAwaited(LIN, batch);
    }

    function test_R9_nobodySignsWhatWasWithdrawn() public {
        BatchId batch = _commit(LIN, LIN, OSEI);
        vm.prank(vm.addr(SOUTH));
        records.withdrawBatch("root");
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsWithdrawn.selector, batch));
        _signAs(OSEI, batch);
    }

    function test_R8_onePersonIsNotTwoParties() public {
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsPartiesEqual.selector, _accountOf(LIN)));
        _commit(LIN, LIN, LIN);
    }

    function test_R8_partiesAreRegistered() public {
        bytes memory reason = abi.encodeWithSelector(IRecords.RecordsPartyUnknown.selector, _accountOf(MALLORY));
        vm.expectRevert(reason);
        _commit(LIN, LIN, MALLORY);
        vm.expectRevert(reason);
        _commit(LIN, MALLORY, LIN);
    }

    function test_R8_onlyWhoMayCommitNamesParties() public {
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsNotPermitted.selector, _accountOf(ANA)));
        _commit(ANA, ANA, OSEI);
    }
}
