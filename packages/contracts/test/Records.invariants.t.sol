// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IRecords} from "../src/interfaces/IRecords.sol";
import {BatchId, batchIdOf} from "../src/types/BatchId.sol";
import {Base} from "./Base.t.sol";
import {Vm} from "./Vm.sol";

/// @dev Two organisations and two patients commit, partly the same records, and everybody signs and marks whatever they can reach. The
/// ghost model says beforehand what is allowed: each call has to succeed or fail as the model says. Every batch holds
/// one record, so that its root is its leaf hash.
contract RecordsHandler is Base {
    struct Entry {
        address organisation;
        IRecords.Leaf leaf;
        bool twoParty;
        address[2] parties;
        bool[2] hasSigned;
        uint256 completions;
        bool withdrawn;
        IRecords.RecordStatus status;
        /// @dev Position in `_entries`, from 1.
        uint256 successor;
    }

    uint256 private constant NUMBERS = 5;

    Entry[] private _entries;
    mapping(BatchId batch => uint256) private _positions;

    constructor() {
        setUp();
        vm.recordLogs();
    }

    function commit(uint256 who, uint256 number, bool twoParty, uint256 first, uint256 second) external {
        uint256 author = [LIN, OSEI][who % 2];
        IRecords.Leaf memory leaf = _leaf(number % NUMBERS);
        address[2] memory parties = [_person(first), _person(second)];
        bool expected = _positionOf(_organisationOf(author), leaf) == 0 && !(twoParty && parties[0] == parties[1]);
        bytes memory data = twoParty
            ? abi.encodeCall(IRecords.commitTwoParty, (_hash(leaf), 1, "manifest", parties[0], parties[1]))
            : abi.encodeCall(IRecords.commitBatch, (_hash(leaf), 1, "manifest"));
        if (!_call(author, data, expected)) return;
        Entry storage entry = _entries.push();
        (entry.organisation, entry.leaf, entry.twoParty) = (_organisationOf(author), leaf, twoParty);
        _positions[_batchOf(entry)] = _entries.length;
        if (!twoParty) return;
        entry.parties = parties;
        entry.hasSigned = [parties[0] == _accountOf(author), parties[1] == _accountOf(author)];
    }

    /// @dev Roots that the organisations commit as well: neither side's marks are felt by the other.
    function commitOwn(uint256 who, uint256 number) external {
        uint256 patient = [ANA, BEN][who % 2];
        IRecords.Leaf memory leaf = _leaf(number % NUMBERS);
        address account = _accountOf(patient);
        bytes memory data = abi.encodeCall(IRecords.commitOwn, (_hash(leaf), 1, "manifest", _accountOf(NORTH)));
        if (!_call(patient, data, _positionOf(account, leaf) == 0)) return;
        Entry storage entry = _entries.push();
        (entry.organisation, entry.leaf) = (account, leaf);
        _positions[_batchOf(entry)] = _entries.length;
    }

    function sign(uint256 who, uint256 which) external {
        if (_entries.length == 0) return;
        Entry storage entry = _entries[which % _entries.length];
        uint256 key = _keyAt(who);
        uint256 party = entry.parties[0] == _accountOf(key) ? 0 : 1;
        bool expected = !entry.withdrawn && entry.parties[party] == _accountOf(key) && !entry.hasSigned[party];
        if (_call(key, abi.encodeCall(IRecords.sign, (_batchOf(entry))), expected)) entry.hasSigned[party] = true;
    }

    function withdrawBatch(uint256 who, uint256 which) external {
        if (_entries.length == 0) return;
        Entry storage named = _entries[which % _entries.length];
        uint256 key = _keyAt(who);
        // What the caller's own organisation committed under that root, which may be the copy of the one named.
        uint256 position = _positionOf(_organisationOf(key), named.leaf);
        // Of organisations alone (R15).
        bool expected = key != ANA && key != BEN && position != 0 && !_entries[position - 1].withdrawn;
        if (_call(key, abi.encodeCall(IRecords.withdrawBatch, (_hash(named.leaf))), expected)) {
            _entries[position - 1].withdrawn = true;
        }
    }

    function withdraw(uint256 who, uint256 which) external {
        if (_entries.length == 0) return;
        Entry storage entry = _entries[which % _entries.length];
        uint256 key = _keyAt(who);
        bool expected = _organisationOf(key) == entry.organisation && _isLive(entry);
        if (_call(key, abi.encodeCall(IRecords.withdraw, (_proven(entry))), expected)) {
            entry.status = IRecords.RecordStatus.Withdrawn;
        }
    }

    function erase(uint256 who, uint256 which) external {
        if (_entries.length == 0) return;
        Entry storage entry = _entries[which % _entries.length];
        uint256 key = _keyAt(who);
        bool mine = _accountOf(key) == entry.leaf.patient || _organisationOf(key) == entry.organisation;
        bool expected = mine && entry.status != IRecords.RecordStatus.Erased;
        if (_call(key, abi.encodeCall(IRecords.erase, (_proven(entry))), expected)) {
            entry.status = IRecords.RecordStatus.Erased;
        }
    }

    function supersede(uint256 who, uint256 which, uint256 by) external {
        if (_entries.length == 0) return;
        Entry storage old = _entries[which % _entries.length];
        Entry storage next = _entries[by % _entries.length];
        uint256 key = _keyAt(who);
        address own = _organisationOf(key);
        bool allowed = own == old.organisation && own == next.organisation && old.leaf.patient == next.leaf.patient;
        bool expected = allowed && _isLive(old) && _isLive(next) && which % _entries.length != by % _entries.length;
        if (_call(key, abi.encodeCall(IRecords.supersede, (_proven(old), _proven(next))), expected)) {
            old.status = IRecords.RecordStatus.Superseded;
            old.successor = by % _entries.length + 1;
        }
    }

    /// @dev As the model says, and notes which batches were said to be signed by both.
    function _call(uint256 key, bytes memory data, bool expected) private returns (bool success) {
        vm.prank(vm.addr(key));
        (success,) = address(records).call(data);
        vm.assertTrue(success == expected, "allowed");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IRecords.RecordSigned.selector) continue;
            ++_entries[_positions[BatchId.wrap(logs[i].topics[1])] - 1].completions;
        }
    }

    function checkSignatures() external view {
        for (uint256 i = 0; i < _entries.length; ++i) {
            Entry storage entry = _entries[i];
            uint256 signatures = (entry.hasSigned[0] ? 1 : 0) + (entry.hasSigned[1] ? 1 : 0);
            vm.assertEq(entry.completions, signatures == 2 ? 1 : 0, "RecordSigned");
            IRecords.Signing expected = IRecords.Signing(entry.twoParty ? 1 + signatures : 0);
            vm.assertTrue(records.batchOf(_batchOf(entry)).signing == expected, "signing");
            (address a, address b) = records.awaitedOf(_batchOf(entry));
            for (uint256 party = 0; party < 2; ++party) {
                bool isAwaited = a == entry.parties[party] || b == entry.parties[party];
                if (entry.twoParty) vm.assertTrue(isAwaited == !entry.hasSigned[party], "awaited");
            }
        }
    }

    function checkMarks() external view {
        for (uint256 i = 0; i < _entries.length; ++i) {
            Entry storage entry = _entries[i];
            bytes32 hash = _hash(entry.leaf);
            vm.assertTrue(records.statusOf(_batchOf(entry), hash) == _statusOf(entry), "status");
            vm.assertTrue(records.batchOf(_batchOf(entry)).withdrawn == entry.withdrawn, "withdrawn");
            bytes32 successor = records.successorOf(_batchOf(entry), hash).leafHash;
            vm.assertEq(successor, entry.successor == 0 ? bytes32(0) : _hash(_entries[entry.successor - 1].leaf));
        }
    }

    /// @dev From every record, by what the contract says, one comes to an end.
    function checkChains() external view {
        for (uint256 i = 0; i < _entries.length; ++i) {
            IRecords.Successor memory at = IRecords.Successor(_batchOf(_entries[i]), _hash(_entries[i].leaf));
            for (uint256 steps = 0; at.leafHash != 0; ++steps) {
                vm.assertLt(steps, _entries.length);
                at = records.successorOf(at.batch, at.leafHash);
            }
        }
    }

    function _statusOf(Entry storage entry) private view returns (IRecords.RecordStatus) {
        bool withdrawn = entry.withdrawn && entry.status == IRecords.RecordStatus.Live;
        return withdrawn ? IRecords.RecordStatus.Withdrawn : entry.status;
    }

    function _isLive(Entry storage entry) private view returns (bool) {
        return _statusOf(entry) == IRecords.RecordStatus.Live;
    }

    function _positionOf(address organisation, IRecords.Leaf memory leaf) private view returns (uint256) {
        return _positions[batchIdOf(organisation, _hash(leaf))];
    }

    function _batchOf(Entry storage entry) private view returns (BatchId) {
        return batchIdOf(entry.organisation, _hash(entry.leaf));
    }

    function _proven(Entry storage entry) private view returns (IRecords.ProvenLeaf memory) {
        return IRecords.ProvenLeaf(entry.organisation, entry.leaf, new bytes32[](0));
    }

    /// @dev Both organisations commit these, so that what one does is never felt by the other.
    function _leaf(uint256 number) private pure returns (IRecords.Leaf memory) {
        address patient = _accountOf(number < 3 ? ANA : BEN);
        return IRecords.Leaf(patient, LABS, 1, bytes32(number), "content", "commitment", 3, 1, _accountOf(LIN));
    }

    function _hash(IRecords.Leaf memory leaf) private pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(abi.encode(leaf))));
    }

    function _keyAt(uint256 seed) private pure returns (uint256) {
        return [LIN, OSEI, ANA, BEN][seed % 4];
    }

    function _person(uint256 seed) private pure returns (address) {
        return _accountOf(_keyAt(seed));
    }

    function _organisationOf(uint256 key) private pure returns (address) {
        if (key == LIN) return _accountOf(SOUTH);
        // A patient stands in the organisation's place (R14).
        return key == OSEI ? _accountOf(NORTH) : _accountOf(key);
    }
}

contract RecordsInvariantsTest is Base {
    RecordsHandler private handler;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public override {
        vm.warp(NOW);
        handler = new RecordsHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        // Commitments and signatures twice: they are what the others need to find.
        bytes4[] memory selectors = new bytes4[](9);
        selectors[0] = RecordsHandler.commit.selector;
        selectors[1] = RecordsHandler.commit.selector;
        selectors[2] = RecordsHandler.sign.selector;
        selectors[3] = RecordsHandler.sign.selector;
        selectors[4] = RecordsHandler.withdrawBatch.selector;
        selectors[5] = RecordsHandler.withdraw.selector;
        selectors[6] = RecordsHandler.erase.selector;
        selectors[7] = RecordsHandler.supersede.selector;
        selectors[8] = RecordsHandler.commitOwn.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_R9_signaturesAreThoseOfDistinctPartiesAndCompleteOnce() public view {
        handler.checkSignatures();
    }

    function invariant_R10_marksAreThoseThatWereAllowedAndNeverGoBack() public view {
        handler.checkMarks();
    }

    function invariant_R12_chainsOfCorrectionsEnd() public view {
        handler.checkChains();
    }
}
