// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IRecords} from "../src/interfaces/IRecords.sol";
import {Base} from "./Base.t.sol";

contract RecordsMarksTest is Base {
    function _leaf(uint256 number, uint256 patient) private pure returns (IRecords.Leaf memory) {
        return IRecords.Leaf({
            patient: _accountOf(patient),
            compartment: LABS,
            epoch: 1,
            record: bytes32(number),
            content: "content",
            commitment: "commitment",
            sensitivity: 3,
            kind: 1,
            author: _accountOf(LIN)
        });
    }

    /// @dev A batch of one: its root is its leaf hash and its proof is empty.
    function _commit(uint256 key, uint256 number, uint256 patient) private returns (IRecords.ProvenLeaf memory) {
        IRecords.Leaf memory leaf = _leaf(number, patient);
        bytes32 root = records.hashLeaf(leaf);
        vm.prank(vm.addr(key));
        return IRecords.ProvenLeaf(records.commitBatch(root, 1, "manifest"), leaf, new bytes32[](0));
    }

    function _commit(uint256 number) private returns (IRecords.ProvenLeaf memory) {
        return _commit(LIN, number, ANA);
    }

    function _hash(IRecords.ProvenLeaf memory record) private view returns (bytes32) {
        return records.hashLeaf(record.leaf);
    }

    function _expectNotLive(IRecords.ProvenLeaf memory record, IRecords.RecordStatus status) private {
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsNotLive.selector, record.batch, _hash(record), status));
    }

    function _expectNotPermitted(uint256 key) private {
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsNotPermitted.selector, _accountOf(key)));
    }

    function _supersede(uint256 key, IRecords.ProvenLeaf memory old, IRecords.ProvenLeaf memory next) private {
        vm.prank(vm.addr(key));
        records.supersede(old, next);
    }

    function _withdraw(uint256 key, IRecords.ProvenLeaf memory record) private {
        vm.prank(vm.addr(key));
        records.withdraw(record);
    }

    function _erase(uint256 key, IRecords.ProvenLeaf memory record) private {
        vm.prank(vm.addr(key));
        records.erase(record);
    }

    function _assertStatus(IRecords.ProvenLeaf memory record, IRecords.RecordStatus expected) private view {
        vm.assertTrue(records.statusOf(record.batch, _hash(record)) == expected, "status");
    }

    function test_R12_aChainOfCorrections() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory b = _commit(2);
        IRecords.ProvenLeaf memory c = _commit(3);
        vm.expectEmit(address(records));
        emit IRecords.RecordSuperseded(a.batch, _hash(a), b.batch, _hash(b));
        _supersede(LIN, a, b);
        // Anybody who writes for the laboratory may correct.
        _supersede(SOUTH, b, c);
        _assertStatus(a, IRecords.RecordStatus.Superseded);
        _assertStatus(b, IRecords.RecordStatus.Superseded);
        _assertStatus(c, IRecords.RecordStatus.Live);
        IRecords.Successor memory next = records.successorOf(a.batch, _hash(a));
        vm.assertTrue(next.batch == b.batch && next.leafHash == _hash(b));
        vm.assertTrue(records.verify(a.batch, a.leaf, a.proof));
    }

    function test_attack_aCircleOfCorrections() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory b = _commit(2);
        IRecords.ProvenLeaf memory c = _commit(3);
        _expectNotLive(a, IRecords.RecordStatus.Superseded);
        _supersede(LIN, a, a);
        _supersede(LIN, a, b);
        _supersede(LIN, b, c);
        _expectNotLive(a, IRecords.RecordStatus.Superseded);
        _supersede(LIN, c, a);
    }

    function test_R12_aRecordHasOneSuccessor() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        _supersede(LIN, a, _commit(2));
        IRecords.ProvenLeaf memory c = _commit(3);
        _expectNotLive(a, IRecords.RecordStatus.Superseded);
        _supersede(LIN, a, c);
    }

    function test_R12_anotherPatientsRecordIsNoSuccessor() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory b = _commit(LIN, 2, BEN);
        vm.expectRevert(
            abi.encodeWithSelector(IRecords.RecordsPatientDiffers.selector, _accountOf(ANA), _accountOf(BEN))
        );
        _supersede(LIN, a, b);
    }

    function test_R10_onlyTheOrganisationThatCommittedMarks() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory other = _commit(OSEI, 2, ANA);
        _expectNotPermitted(OSEI);
        _supersede(OSEI, a, other);
        _expectNotPermitted(LIN);
        _supersede(LIN, a, other);
        for (uint256 i = 0; i < 2; ++i) {
            uint256 key = [OSEI, BEN][i];
            _expectNotPermitted(key);
            _withdraw(key, a);
            _expectNotPermitted(key);
            _erase(key, a);
            _expectNotPermitted(key);
            vm.prank(vm.addr(key));
            records.withdrawBatch(a.batch);
        }
        // The patient erases and does not withdraw: a withdrawal is the organisation's word.
        _expectNotPermitted(ANA);
        _withdraw(ANA, a);
    }

    function test_R10_aRecordIsWithdrawnOnce() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory b = _commit(2);
        vm.expectEmit(address(records));
        emit IRecords.RecordWithdrawn(a.batch, _hash(a));
        _withdraw(LIN, a);
        _expectNotLive(a, IRecords.RecordStatus.Withdrawn);
        _withdraw(LIN, a);
        _expectNotLive(a, IRecords.RecordStatus.Withdrawn);
        _supersede(LIN, a, b);
        _expectNotLive(a, IRecords.RecordStatus.Withdrawn);
        _supersede(LIN, b, a);
    }

    function test_R10_thePatientErasesForGood() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        vm.expectEmit(address(records));
        emit IRecords.RecordErased(a.batch, _hash(a));
        _erase(ANA, a);
        _assertStatus(a, IRecords.RecordStatus.Erased);
        _expectNotLive(a, IRecords.RecordStatus.Erased);
        _erase(LIN, a);
        _expectNotLive(a, IRecords.RecordStatus.Erased);
        _withdraw(LIN, a);
    }

    function test_R10_supersededAndWithdrawnRecordsAreErasedAsWell() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory b = _commit(2);
        _supersede(LIN, a, b);
        _withdraw(LIN, b);
        _erase(LIN, a);
        _erase(ANA, b);
        _assertStatus(a, IRecords.RecordStatus.Erased);
        _assertStatus(b, IRecords.RecordStatus.Erased);
        vm.assertEq(records.successorOf(a.batch, _hash(a)).leafHash, _hash(b));
    }

    function test_R11_aWithdrawnBatchTakesItsLiveRecordsAlong() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        vm.expectEmit(address(records));
        emit IRecords.BatchWithdrawn(a.batch);
        vm.prank(vm.addr(SOUTH));
        records.withdrawBatch(a.batch);
        _assertStatus(a, IRecords.RecordStatus.Withdrawn);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsWithdrawn.selector, a.batch));
        vm.prank(vm.addr(SOUTH));
        records.withdrawBatch(a.batch);
        _expectNotLive(a, IRecords.RecordStatus.Withdrawn);
        _supersede(LIN, a, a);
        _erase(ANA, a);
        _assertStatus(a, IRecords.RecordStatus.Erased);
    }

    /// @dev Whoever copies a leaf into a batch of its own must not be able to mark the original.
    function test_attack_aCopiedLeafIsMarkedElsewhere() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory copy = _commit(OSEI, 1, ANA);
        vm.assertEq(_hash(a), _hash(copy));
        _withdraw(OSEI, copy);
        _assertStatus(copy, IRecords.RecordStatus.Withdrawn);
        _assertStatus(a, IRecords.RecordStatus.Live);
    }

    /// @dev A patient may erase what is in the batch, and not whatever a made-up leaf with their name says.
    function test_attack_aMadeUpLeafIsErased() public {
        IRecords.ProvenLeaf memory a = _commit(LIN, 1, BEN);
        a.leaf.patient = _accountOf(ANA);
        bytes memory reason = abi.encodeWithSelector(IRecords.RecordsProofInvalid.selector, a.batch, _hash(a));
        vm.expectRevert(reason);
        _erase(ANA, a);
        vm.expectRevert(reason);
        _withdraw(LIN, a);
    }
}
