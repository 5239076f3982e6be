// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IRecords} from "../src/interfaces/IRecords.sol";
import {BatchId, batchIdOf} from "../src/types/BatchId.sol";
import {ROLE_DOCTOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

/// @dev What patients add to their own charts (R14, R15).
contract RecordsOwnTest is Base {
    function _leaf(uint256 number, uint256 patient) private pure returns (IRecords.Leaf memory) {
        address account = _accountOf(patient);
        return IRecords.Leaf(account, LABS, 1, bytes32(number), "content", "commitment", 3, 3, account);
    }

    function _hash(IRecords.Leaf memory leaf) private pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(leaf))));
    }

    function _commit(uint256 patient, bytes32 root, uint256 keeper) private returns (BatchId) {
        vm.prank(vm.addr(patient));
        return records.commitOwn(root, 1, "manifest", _accountOf(keeper));
    }

    /// @dev A batch of one, kept by the hospital.
    function _add(uint256 patient, uint256 number) private returns (IRecords.ProvenLeaf memory) {
        IRecords.Leaf memory leaf = _leaf(number, patient);
        _commit(patient, _hash(leaf), NORTH);
        return IRecords.ProvenLeaf(_accountOf(patient), leaf, new bytes32[](0));
    }

    function _assertStatus(IRecords.ProvenLeaf memory record, IRecords.RecordStatus expected) private view {
        bytes32 hash = _hash(record.leaf);
        vm.assertTrue(records.statusOf(batchIdOf(record.organisation, hash), hash) == expected, "status");
    }

    function _expectNotPermitted(uint256 key) private {
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsNotPermitted.selector, _accountOf(key)));
    }

    function test_R14_aPatientAddsToTheOwnChart() public {
        address ana = _accountOf(ANA);
        IRecords.Leaf memory leaf = _leaf(1, ANA);
        BatchId batch = batchIdOf(ana, _hash(leaf));
        vm.expectEmit(address(records));
        emit IRecords.RecordsCommitted(batch, ana, ana, _hash(leaf), 1, "manifest");
        vm.expectEmit(address(records));
        emit IRecords.RecordsKept(batch, _accountOf(NORTH));
        vm.assertEq(BatchId.unwrap(_commit(ANA, _hash(leaf), NORTH)), BatchId.unwrap(batch));
        IRecords.Batch memory stored = records.batchOf(batch);
        vm.assertEq(stored.count, 1);
        vm.assertEq(stored.committedAt, NOW);
        vm.assertTrue(stored.signing == IRecords.Signing.OneParty);
        vm.assertTrue(records.verify(ana, leaf, new bytes32[](0)));
        // Not the keeper's record.
        vm.assertFalse(records.verify(_accountOf(NORTH), leaf, new bytes32[](0)));
    }

    function test_R14_carriedByARelay() public {
        bytes memory data = abi.encodeCall(IRecords.commitOwn, ("root", 1, "manifest", _accountOf(SOUTH)));
        _assertApplied(_carry(ANA, address(records), data));
        vm.assertEq(records.batchOf(batchIdOf(_accountOf(ANA), "root")).count, 1);
    }

    /// @dev The function says as who a doctor acts who is a patient as well.
    function test_R14_aDoctorWhoIsAPatientAddsAsThePatient() public {
        vm.prank(vm.addr(NORTH));
        directory.attestPatient(_accountOf(OSEI), "identity");
        BatchId own = _commit(OSEI, "root", NORTH);
        vm.assertEq(BatchId.unwrap(own), BatchId.unwrap(batchIdOf(_accountOf(OSEI), "root")));
        vm.prank(vm.addr(OSEI));
        BatchId hospitals = records.commitBatch("root", 1, "manifest");
        vm.assertEq(BatchId.unwrap(hospitals), BatchId.unwrap(batchIdOf(_accountOf(NORTH), "root")));
    }

    function test_R14_onlyPatientsAdd() public {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 key = [OSEI, LIN, NORTH][i];
            vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsPatientUnknown.selector, _accountOf(key)));
            _commit(key, "root", SOUTH);
        }
    }

    function test_R14_theKeeperIsAnActiveOrganisationAndNotThePatient() public {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 keeper = [ANA, BEN, OSEI, MALLORY][i];
            vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsKeeperUnknown.selector, _accountOf(keeper)));
            _commit(ANA, "root", keeper);
        }
        _bar(EAST);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsKeeperUnknown.selector, _accountOf(EAST)));
        _commit(ANA, "root", EAST);
    }

    function test_R14_countAndRootAreAsInR3() public {
        address keeper = _accountOf(NORTH);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsCountInvalid.selector, 0, 100_000));
        vm.prank(vm.addr(ANA));
        records.commitOwn("root", 0, "manifest", keeper);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsCountInvalid.selector, 100_001, 100_000));
        vm.prank(vm.addr(ANA));
        records.commitOwn("root", 100_001, "manifest", keeper);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsRootEmpty.selector));
        vm.prank(vm.addr(ANA));
        records.commitOwn(0, 1, "manifest", keeper);
        vm.prank(vm.addr(ANA));
        BatchId batch = records.commitOwn("root", 1, "manifest", keeper);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsRootCommitted.selector, batch));
        vm.prank(vm.addr(ANA));
        records.commitOwn("root", 1, "manifest", keeper);
    }

    function test_R15_thePatientCorrectsWithdrawsAndErases() public {
        IRecords.ProvenLeaf memory old = _add(ANA, 1);
        IRecords.ProvenLeaf memory next = _add(ANA, 2);
        vm.prank(vm.addr(ANA));
        records.supersede(old, next);
        vm.prank(vm.addr(ANA));
        records.withdraw(next);
        _assertStatus(old, IRecords.RecordStatus.Superseded);
        _assertStatus(next, IRecords.RecordStatus.Withdrawn);
        vm.prank(vm.addr(ANA));
        records.erase(old);
        vm.prank(vm.addr(ANA));
        records.erase(next);
        _assertStatus(old, IRecords.RecordStatus.Erased);
        _assertStatus(next, IRecords.RecordStatus.Erased);
    }

    function test_R15_aMembershipGivesAndTakesNothing() public {
        IRecords.ProvenLeaf memory added = _add(ANA, 1);
        vm.prank(vm.addr(NORTH));
        directory.addMember(_accountOf(ANA), ROLE_DOCTOR);
        vm.prank(vm.addr(ANA));
        records.withdraw(added);
        _assertStatus(added, IRecords.RecordStatus.Withdrawn);
    }

    function test_attack_theKeeperOrAnotherPatientMarksWhatAPatientAdded() public {
        IRecords.ProvenLeaf memory added = _add(ANA, 1);
        IRecords.ProvenLeaf memory next = _add(ANA, 2);
        for (uint256 i = 0; i < 4; ++i) {
            uint256 key = [NORTH, OSEI, LIN, BEN][i];
            _expectNotPermitted(key);
            vm.prank(vm.addr(key));
            records.withdraw(added);
            _expectNotPermitted(key);
            vm.prank(vm.addr(key));
            records.supersede(added, next);
            _expectNotPermitted(key);
            vm.prank(vm.addr(key));
            records.erase(added);
        }
    }

    function test_attack_aPatientNamesAnOrganisationsBatchAsTheirOwn() public {
        IRecords.Leaf memory leaf = _leaf(1, ANA);
        leaf.author = _accountOf(LIN);
        bytes32 hash = _hash(leaf);
        vm.prank(vm.addr(LIN));
        records.commitBatch(hash, 1, "manifest");
        IRecords.ProvenLeaf memory forged = IRecords.ProvenLeaf(_accountOf(ANA), leaf, new bytes32[](0));
        vm.expectRevert(
            abi.encodeWithSelector(IRecords.RecordsProofInvalid.selector, batchIdOf(_accountOf(ANA), hash), hash)
        );
        vm.prank(vm.addr(ANA));
        records.withdraw(forged);
    }

    function test_attack_whatAPatientAddedIsReplacedByAnOrganisationsRecord() public {
        IRecords.ProvenLeaf memory added = _add(ANA, 1);
        IRecords.Leaf memory leaf = _leaf(2, ANA);
        bytes32 hash = _hash(leaf);
        vm.prank(vm.addr(LIN));
        records.commitBatch(hash, 1, "manifest");
        _expectNotPermitted(ANA);
        vm.prank(vm.addr(ANA));
        records.supersede(added, IRecords.ProvenLeaf(_accountOf(SOUTH), leaf, new bytes32[](0)));
    }

    /// @dev A patient who was admitted as an organisation and suspended is stopped as one, and may still erase.
    function test_attack_aSuspendedOrganisationMarksAsThePatientItOnceWas() public {
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(vm.addr([NORTH, SOUTH][i]));
            directory.voteAdmission(_accountOf(BEN), HOSPITAL, "CH");
        }
        IRecords.Leaf memory leaf = _leaf(1, BEN);
        bytes32 hash = _hash(leaf);
        vm.prank(vm.addr(BEN));
        records.commitBatch(hash, 1, "manifest");
        _bar(BEN);
        IRecords.ProvenLeaf memory record = IRecords.ProvenLeaf(_accountOf(BEN), leaf, new bytes32[](0));
        _expectNotPermitted(BEN);
        vm.prank(vm.addr(BEN));
        records.withdraw(record);
        vm.prank(vm.addr(BEN));
        records.erase(record);
        _assertStatus(record, IRecords.RecordStatus.Erased);
    }

    function _bar(uint256 organisation) private {
        for (uint256 i = 0; i < 3; ++i) {
            uint256 voter = [NORTH, SOUTH, EAST][i];
            if (directory.isBarred(_accountOf(organisation))) return;
            vm.prank(vm.addr(voter));
            directory.voteStanding(_accountOf(organisation), IDirectory.StandingChange.Suspend);
        }
    }
}
