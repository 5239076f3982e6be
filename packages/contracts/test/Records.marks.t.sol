// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IRecords} from "../src/interfaces/IRecords.sol";
import {BatchId, batchIdOf} from "../src/types/BatchId.sol";
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
        records.commitBatch(root, 1, "manifest");
        return IRecords.ProvenLeaf(_accountOf(key == LIN ? SOUTH : NORTH), leaf, new bytes32[](0));
    }

    function _commit(uint256 number) private returns (IRecords.ProvenLeaf memory) {
        return _commit(LIN, number, ANA);
    }

    /// @dev Hashed here, as an expected refusal is that of the next call, whatever it is.
    function _hash(IRecords.ProvenLeaf memory record) private pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(record.leaf))));
    }

    function _batchOf(IRecords.ProvenLeaf memory record) private pure returns (BatchId) {
        return batchIdOf(record.organisation, _hash(record));
    }

    function _withdrawBatch(uint256 key, IRecords.ProvenLeaf memory record) private {
        vm.prank(vm.addr(key));
        records.withdrawBatch(_hash(record));
    }

    function _expectProofInvalid(IRecords.ProvenLeaf memory record) private {
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsProofInvalid.selector, _batchOf(record), _hash(record)));
    }

    function _expectNotLive(IRecords.ProvenLeaf memory record, IRecords.RecordStatus status) private {
        vm.expectRevert(
            abi.encodeWithSelector(IRecords.RecordsNotLive.selector, _batchOf(record), _hash(record), status)
        );
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
        vm.assertTrue(records.statusOf(_batchOf(record), _hash(record)) == expected, "status");
    }

    function test_R12_aChainOfCorrections() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory b = _commit(2);
        IRecords.ProvenLeaf memory c = _commit(3);
        vm.expectEmit(address(records));
        emit IRecords.RecordSuperseded(_batchOf(a), _hash(a), _batchOf(b), _hash(b));
        _supersede(LIN, a, b);
        // Anybody who writes for the laboratory may correct.
        _supersede(SOUTH, b, c);
        _assertStatus(a, IRecords.RecordStatus.Superseded);
        _assertStatus(b, IRecords.RecordStatus.Superseded);
        _assertStatus(c, IRecords.RecordStatus.Live);
        IRecords.Successor memory next = records.successorOf(_batchOf(a), _hash(a));
        vm.assertEq(BatchId.unwrap(next.batch), BatchId.unwrap(_batchOf(b)));
        vm.assertEq(next.leafHash, _hash(b));
        vm.assertTrue(records.verify(a.organisation, a.leaf, a.proof));
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
        }
        // The patient erases and does not withdraw: a withdrawal is the organisation's word.
        _expectNotPermitted(ANA);
        _withdraw(ANA, a);
    }

    function test_R10_aRecordIsWithdrawnOnce() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory b = _commit(2);
        vm.expectEmit(address(records));
        emit IRecords.RecordWithdrawn(_batchOf(a), _hash(a));
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
        emit IRecords.RecordErased(_batchOf(a), _hash(a));
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
        vm.assertEq(records.successorOf(_batchOf(a), _hash(a)).leafHash, _hash(b));
    }

    function test_R11_aWithdrawnBatchTakesItsLiveRecordsAlong() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        vm.expectEmit(address(records));
        emit IRecords.BatchWithdrawn(_batchOf(a));
        _withdrawBatch(SOUTH, a);
        _assertStatus(a, IRecords.RecordStatus.Withdrawn);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsWithdrawn.selector, _batchOf(a)));
        _withdrawBatch(LIN, a);
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
        _expectProofInvalid(a);
        _erase(ANA, a);
        _expectProofInvalid(a);
        _withdraw(LIN, a);
        // Nor with a made-up organisation, or one that never committed it.
        IRecords.ProvenLeaf memory b = _commit(2);
        b.organisation = _accountOf(NORTH);
        _expectProofInvalid(b);
        _erase(ANA, b);
        b.organisation = address(0);
        _expectProofInvalid(b);
        _erase(ANA, b);
    }

    /// @dev The batch's id is made of the caller's organisation: the same root names another batch, or none.
    function test_attack_anOrganisationWithdrawsAnothersBatchWithTheSameRoot() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        bytes memory unknown =
            abi.encodeWithSelector(IRecords.RecordsBatchUnknown.selector, batchIdOf(_accountOf(NORTH), _hash(a)));
        vm.expectRevert(unknown);
        _withdrawBatch(OSEI, a);
        _expectNotPermitted(BEN);
        _withdrawBatch(BEN, a);
        IRecords.ProvenLeaf memory copy = _commit(OSEI, 1, ANA);
        _withdrawBatch(OSEI, copy);
        _assertStatus(copy, IRecords.RecordStatus.Withdrawn);
        _assertStatus(a, IRecords.RecordStatus.Live);
    }

    /// @dev A member marks in the name of its own organisation alone, whatever organisation the proof names.
    function test_attack_aMemberNamesItsOwnOrganisationForAnothersRecord() public {
        IRecords.ProvenLeaf memory a = _commit(1);
        IRecords.ProvenLeaf memory b = _commit(2);
        a.organisation = _accountOf(NORTH);
        _expectProofInvalid(a);
        _withdraw(OSEI, a);
        _expectProofInvalid(a);
        _erase(OSEI, a);
        _expectProofInvalid(a);
        _supersede(OSEI, a, a);
        // Mixed, in either order.
        _expectNotPermitted(OSEI);
        _supersede(OSEI, a, b);
        _expectNotPermitted(OSEI);
        _supersede(OSEI, b, a);
        _assertStatus(b, IRecords.RecordStatus.Live);
    }

    /// @dev Of a batch of two, the node above both passes for neither record.
    function test_attack_theRootIsMarkedAsIfItWereARecord() public {
        IRecords.Leaf memory leaf = _leaf(1, ANA);
        bytes32 sibling = records.hashLeaf(_leaf(2, ANA));
        bytes32 root = Hashes.commutativeKeccak256(records.hashLeaf(leaf), sibling);
        vm.prank(vm.addr(LIN));
        records.commitBatch(root, 2, "manifest");
        IRecords.Leaf memory forged = leaf;
        forged.content = records.hashLeaf(leaf);
        forged.commitment = sibling;
        IRecords.ProvenLeaf memory node = IRecords.ProvenLeaf(_accountOf(SOUTH), forged, new bytes32[](0));
        _expectProofInvalid(node);
        _withdraw(LIN, node);
        _expectProofInvalid(node);
        _erase(ANA, node);
    }
}
