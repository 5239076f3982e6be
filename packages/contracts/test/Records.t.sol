// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {IRecords} from "../src/interfaces/IRecords.sol";
import {Role} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

contract RecordsTest is Base {
    function _commit(uint256 key, bytes32 root, uint32 count) private returns (uint256) {
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

    function test_R3_aBatchIsKeptAndAnnounced() public {
        vm.expectEmit(address(records));
        emit IRecords.RecordsCommitted(1, _accountOf(SOUTH), _accountOf(LIN), "root", 7, "manifest");
        vm.assertEq(_commit(LIN, "root", 7), 1);
        (address organisation, uint32 count, uint48 committedAt, bytes32 root) = records.batchOf(1);
        vm.assertEq(organisation, _accountOf(SOUTH));
        vm.assertEq(count, 7);
        vm.assertEq(committedAt, NOW);
        vm.assertEq(root, "root");
        vm.assertEq(records.batchOfRoot(_accountOf(SOUTH), "root"), 1);
        vm.assertEq(_commit(NORTH, "root", 7), 2);
        vm.assertEq(records.batchCount(), 2);
    }

    function test_R3_onlyRolesThatAuthorCommit() public {
        for (uint8 role = 1; role <= 8; ++role) {
            uint256 key = 0x100 + role;
            _join(key, EAST, Role.wrap(role));
            if (role > 5) {
                vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsNotPermitted.selector, _accountOf(key)));
            }
            _commit(key, bytes32(uint256(role)), 1);
        }
        vm.assertEq(records.batchCount(), 5);
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
        _commit(LIN, "root", 1);
        vm.expectRevert(abi.encodeWithSelector(IRecords.RecordsRootCommitted.selector, 1));
        _commit(SOUTH, "root", 1);
        vm.assertEq(_commit(OSEI, "root", 1), 2);
    }

    function test_R6_aLeafIsProvedInItsBatchOnly() public {
        (bytes32 root, bytes32[] memory proof) = _treeOfFour();
        uint256 batch = _commit(LIN, root, 4);
        _commit(LIN, "another", 4);
        vm.assertTrue(records.verify(batch, _leaf(0), proof));
        vm.assertFalse(records.verify(batch, _leaf(1), proof));
        vm.assertFalse(records.verify(batch + 1, _leaf(0), proof));
        vm.assertFalse(records.verify(batch + 2, _leaf(0), proof));
        vm.assertFalse(records.verify(0, _leaf(0), proof));
        vm.assertFalse(records.verify(batch, _leaf(0), new bytes32[](0)));
    }

    function test_R6_aBatchOfOneHasAnEmptyProof() public {
        uint256 batch = _commit(LIN, records.hashLeaf(_leaf(0)), 1);
        vm.assertTrue(records.verify(batch, _leaf(0), new bytes32[](0)));
    }

    function testFuzz_R6_anyChangedFieldFails(uint256 which, uint256 seed) public {
        (bytes32 root, bytes32[] memory proof) = _treeOfFour();
        uint256 batch = _commit(LIN, root, 4);
        IRecords.Leaf memory leaf = _leaf(0);
        which %= 8;
        if (which == 0) leaf.patient = _accountOf(BEN);
        if (which == 1) leaf.epoch = 2;
        if (which == 2) leaf.record = keccak256(abi.encode(seed));
        if (which == 3) leaf.content = keccak256(abi.encode(seed));
        if (which == 4) leaf.commitment = keccak256(abi.encode(seed));
        if (which == 5) leaf.sensitivity = 1;
        if (which == 6) leaf.kind = 2;
        if (which == 7) leaf.author = _accountOf(OSEI);
        vm.assertFalse(records.verify(batch, leaf, proof));
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
