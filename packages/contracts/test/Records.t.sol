// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IRecords} from "../src/interfaces/IRecords.sol";
import {BatchId, batchIdOf} from "../src/types/BatchId.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {Role} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract RecordsTest is Base {
    bytes32 private constant BATCH_ID_OF_SPECIFICATION =
        0xf050e7edcab43e07ad552f6c2c8f770819f1d29ef107e3763730675c2b7262f6;

    function _commit(uint256 key, bytes32 root, uint32 count) private returns (BatchId) {
        vm.prank(vm.addr(key));
        return records.commitBatch(root, count, "manifest");
    }

    function _leaf(uint256 number) private pure returns (IRecords.Leaf memory) {
        return IRecords.Leaf({
            patient: _accountOf(ANA),
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

    /// @dev A tree of four leaves and the proof of the first.
    function _treeOfFour() private view returns (bytes32 root, bytes32[] memory proof) {
        bytes32[4] memory hashes;
        for (uint256 i = 0; i < 4; ++i) {
            hashes[i] = records.hashLeaf(_leaf(i));
        }
        proof = new bytes32[](2);
        proof[0] = hashes[1];
        proof[1] = Hashes.commutativeKeccak256(hashes[2], hashes[3]);
        root = Hashes.commutativeKeccak256(Hashes.commutativeKeccak256(hashes[0], hashes[1]), proof[1]);
    }

    function _verify(uint256 key, IRecords.Leaf memory leaf, bytes32[] memory proof) private view returns (bool) {
        return records.verify(_accountOf(key), leaf, proof);
    }

    function _assertCommitted(BatchId batch, uint32 count) private view {
        vm.assertEq(records.batchOf(batch).count, count);
    }

    function test_R3_aBatchIsKeptAndAnnounced() public {
        // Its author knows the id beforehand.
        BatchId batch = batchIdOf(_accountOf(SOUTH), "root");
        vm.expectEmit(address(records));
        emit IRecords.RecordsCommitted(batch, _accountOf(SOUTH), _accountOf(LIN), "root", 7, "manifest");
        vm.assertEq(BatchId.unwrap(_commit(LIN, "root", 7)), BatchId.unwrap(batch));
        IRecords.Batch memory stored = records.batchOf(batch);
        vm.assertEq(stored.count, 7);
        vm.assertEq(stored.committedAt, NOW);
        vm.assertTrue(stored.signing == IRecords.Signing.OneParty);
        vm.assertFalse(stored.withdrawn);
        vm.assertEq(stored.awaited, address(0));
    }

    /// @dev The same words as in packages/protocol/src/leaf.test.ts.
    function test_R3_theIdIsThatOfTheSpecification() public view {
        BatchId batch = records.batchIdOf(address(0xaa), keccak256("root"));
        vm.assertEq(BatchId.unwrap(batch), keccak256(bytes.concat(new bytes(31), hex"aa", keccak256("root"))));
        vm.assertEq(BatchId.unwrap(batch), BATCH_ID_OF_SPECIFICATION);
    }

    function testFuzz_R3_idsOfDifferentBatchesDiffer(address a, bytes32 x, address b, bytes32 y) public view {
        bool same = BatchId.unwrap(records.batchIdOf(a, x)) == BatchId.unwrap(records.batchIdOf(b, y));
        vm.assertTrue(same == (a == b && x == y));
    }

    function test_R3_onlyRolesThatAuthorCommit() public {
        for (uint8 role = 1; role <= 8; ++role) {
            uint256 key = 0x100 + role;
            _join(key, EAST, Role.wrap(role));
            if (role > 5) {
                vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsNotPermitted.selector, _accountOf(key)));
            }
            _commit(key, bytes32(uint256(role)), 1);
            _assertCommitted(batchIdOf(_accountOf(EAST), bytes32(uint256(role))), role > 5 ? 0 : 1);
        }
    }

    function test_R3_patientsAndFormerMembersDoNotCommit() public {
        vm.prank(vm.addr(SOUTH));
        directory.removeMember(_accountOf(LIN));
        for (uint256 i = 0; i < 2; ++i) {
            uint256 key = [ANA, LIN][i];
            vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsNotPermitted.selector, _accountOf(key)));
            _commit(key, "root", 1);
        }
    }

    function testFuzz_R3_countIsOneTo100000(uint32 count) public {
        if (count == 0 || count > 100_000) {
            vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsCountInvalid.selector, count, 100_000));
        }
        _commit(LIN, "root", count);
    }

    function test_R3_countEdges() public {
        _commit(LIN, "one", 1);
        _commit(LIN, "many", 100_000);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsCountInvalid.selector, 100_001, 100_000));
        _commit(LIN, "more", 100_001);
    }

    function test_R3_anEmptyRootIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsRootEmpty.selector));
        _commit(LIN, 0, 1);
    }

    function test_R3_aRootIsCommittedOncePerOrganisation() public {
        BatchId batch = _commit(LIN, "root", 1);
        bytes memory reason = abi.encodeWithSelector(IRecords.RecordsRootCommitted.selector, batch);
        vm.expectRevert(reason);
        _commit(SOUTH, "root", 2);
        _assertCommitted(batch, 1);
        vm.prank(vm.addr(SOUTH));
        records.withdrawBatch("root");
        // Nor anew once it was withdrawn: nobody makes a withdrawal undone.
        vm.expectRevert(reason);
        _commit(SOUTH, "root", 1);
        vm.assertTrue(BatchId.unwrap(_commit(OSEI, "root", 1)) != BatchId.unwrap(batch));
    }

    function test_R6_aLeafIsProvedForWhoCommittedIt() public {
        (bytes32 root, bytes32[] memory proof) = _treeOfFour();
        vm.assertFalse(_verify(SOUTH, _leaf(0), proof));
        _commit(LIN, root, 4);
        _commit(LIN, "another", 4);
        vm.assertTrue(_verify(SOUTH, _leaf(0), proof));
        vm.assertFalse(_verify(SOUTH, _leaf(1), proof));
        vm.assertFalse(_verify(SOUTH, _leaf(0), new bytes32[](0)));
    }

    function test_attack_aLeafIsProvedForAnOrganisationThatNeverCommittedIt() public {
        (bytes32 root, bytes32[] memory proof) = _treeOfFour();
        _commit(LIN, root, 4);
        _commit(OSEI, "another", 4);
        vm.assertFalse(_verify(NORTH, _leaf(0), proof));
        // Not even for the person who did it: batches are organisations'.
        vm.assertFalse(_verify(LIN, _leaf(0), proof));
        vm.assertFalse(records.verify(address(0), _leaf(0), proof));
    }

    function test_R6_aBatchOfOneHasAnEmptyProof() public {
        _commit(LIN, records.hashLeaf(_leaf(0)), 1);
        vm.assertTrue(_verify(SOUTH, _leaf(0), new bytes32[](0)));
    }

    /// @dev A node is the hash of 64 bytes and a leaf that of a hash: no words in a leaf make it pass for a node.
    function test_attack_anInnerNodeIsShownAsALeaf() public {
        (bytes32 root, bytes32[] memory proof) = _treeOfFour();
        _commit(LIN, root, 4);
        bytes32 left = Hashes.commutativeKeccak256(records.hashLeaf(_leaf(0)), proof[0]);
        vm.assertEq(Hashes.commutativeKeccak256(left, proof[1]), root);
        bytes32[] memory proofOfNode = new bytes32[](1);
        proofOfNode[0] = proof[1];
        IRecords.Leaf memory forged = _leaf(0);
        forged.content = records.hashLeaf(_leaf(0));
        forged.commitment = proof[0];
        vm.assertFalse(_verify(SOUTH, forged, proofOfNode));
        forged.content = left;
        vm.assertFalse(_verify(SOUTH, forged, proofOfNode));
    }

    /// @dev A root over the plain hash of a leaf, as a tree that hashes once would have it, proves nothing.
    function test_attack_aLeafIsHashedOnce() public {
        _commit(LIN, keccak256(abi.encode(_leaf(0))), 1);
        vm.assertFalse(_verify(SOUTH, _leaf(0), new bytes32[](0)));
    }

    function testFuzz_R6_anyChangedFieldFails(uint256 which, uint256 seed) public {
        (bytes32 root, bytes32[] memory proof) = _treeOfFour();
        _commit(LIN, root, 4);
        IRecords.Leaf memory leaf = _leaf(0);
        which %= 9;
        if (which == 0) leaf.patient = _accountOf(BEN);
        if (which == 1) leaf.epoch = 2;
        if (which == 2) leaf.record = keccak256(abi.encode(seed));
        if (which == 3) leaf.content = keccak256(abi.encode(seed));
        if (which == 4) leaf.commitment = keccak256(abi.encode(seed));
        if (which == 5) leaf.sensitivity = 1;
        if (which == 6) leaf.kind = 2;
        if (which == 7) leaf.author = _accountOf(OSEI);
        if (which == 8) leaf.compartment = CompartmentId.wrap(keccak256(abi.encode(seed)));
        vm.assertFalse(_verify(SOUTH, leaf, proof));
    }

    function test_R2_theLeafHashIsThatOfTheSpecification() public view {
        IRecords.Leaf memory leaf = _leaf(9);
        bytes memory encoded = abi.encode(
            leaf.patient,
            leaf.compartment,
            leaf.epoch,
            leaf.record,
            leaf.content,
            leaf.commitment,
            leaf.sensitivity,
            leaf.kind,
            leaf.author
        );
        vm.assertEq(records.hashLeaf(leaf), keccak256(abi.encode(keccak256(encoded))));
    }
}
