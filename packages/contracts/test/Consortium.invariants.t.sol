// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Records} from "../src/Records.sol";
import {ROLE_ADMINISTRATOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

interface VmLoad {
    function load(address target, bytes32 slot) external view returns (bytes32);
}

/// @dev Three organisations, one of them by its administrator as well, vote on two codes and on a pause while time
/// passes. The ghost is who voted for what since it was last settled: whatever goes through must have been enough.
contract ConsortiumHandler is Base {
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    uint256 private constant ADMINISTRATOR = 0x31;
    bytes32 private constant RECORDS = "Records";
    bytes32 private constant NOTARY = "Notary";

    address[2] private _codes;
    address private _code;
    mapping(uint32 version => mapping(address code => uint256[])) private _votes;
    mapping(uint32 version => mapping(address code => uint256)) private _readyAt;
    mapping(uint256 pauses => mapping(bool paused => uint256[])) private _pauseVotes;
    uint256 private _pauses;
    uint32 private _version;
    bool private _paused;
    uint256 private _time = NOW;

    constructor() {
        setUp();
        _join(ADMINISTRATOR, NORTH, ROLE_ADMINISTRATOR);
        _codes = [address(new Records(address(intake), directory)), address(new Records(address(intake), directory))];
        _code = _implementation();
    }

    function voteUpgrade(uint256 who, uint256 which) external {
        (uint256 key, uint256 organisation) = _voter(who);
        address code = _codes[which % 2];
        uint256[] storage votes = _votes[_version][code];
        bool expected = !_has(votes, organisation) && _readyAt[_version][code] == 0;
        vm.prank(vm.addr(key));
        try consortium.voteUpgrade(RECORDS, code, "") {
            vm.assertTrue(expected, "counted once, and not once it is settled");
            votes.push(organisation);
            if (votes.length * 3 > 3 * 2) _readyAt[_version][code] = _time + 7 days;
        } catch {
            vm.assertFalse(expected, "a vote that counts");
        }
    }

    function execute(uint256 which) external {
        address code = _codes[which % 2];
        uint256 readyAt = _readyAt[_version][code];
        bool expected = readyAt != 0 && _time >= readyAt;
        try consortium.executeUpgrade(RECORDS, code, "") {
            vm.assertTrue(expected, "more than two thirds, and seven days");
            (_code, _version) = (code, _version + 1);
        } catch {
            vm.assertFalse(expected, "what is ready is executed");
        }
    }

    function votePause(uint256 who, bool paused) external {
        (uint256 key, uint256 organisation) = _voter(who);
        uint256[] storage votes = _pauseVotes[_pauses][paused];
        bool expected = paused != _paused && !_has(votes, organisation);
        vm.prank(vm.addr(key));
        try consortium.votePause(NOTARY, paused) {
            vm.assertTrue(expected, "counted once, and only for a change");
            votes.push(organisation);
            if (votes.length * 2 > 3) (_paused, _pauses) = (paused, _pauses + 1);
        } catch {
            vm.assertFalse(expected, "a vote that counts");
        }
    }

    /// @dev Less than a round of 30 days in all, so that no vote lapses: that is another test's subject.
    function pass(uint256 duration) external {
        if (_time > NOW + 26 days) return;
        _time += duration % 3 days;
        vm.warp(_time);
    }

    /// @dev Codes replaced and pauses changed.
    function changes() external view returns (uint256) {
        return _version + _pauses;
    }

    function check() external view {
        vm.assertEq(_implementation(), _code);
        vm.assertEq(consortium.versionOf(RECORDS), _version);
        vm.assertTrue(intake.isPaused(address(notary)) == _paused);
    }

    function _voter(uint256 seed) private pure returns (uint256 key, uint256 organisation) {
        key = [NORTH, SOUTH, EAST, ADMINISTRATOR][seed % 4];
        organisation = key == ADMINISTRATOR ? NORTH : key;
    }

    function _has(uint256[] storage votes, uint256 organisation) private view returns (bool) {
        for (uint256 i = 0; i < votes.length; ++i) {
            if (votes[i] == organisation) return true;
        }
        return false;
    }

    function _implementation() private view returns (address) {
        return address(uint160(uint256(VmLoad(address(vm)).load(address(records), IMPLEMENTATION))));
    }
}

contract ConsortiumInvariantsTest is Base {
    ConsortiumHandler private handler;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public override {
        vm.warp(NOW);
        handler = new ConsortiumHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](4);
        selectors[0] = ConsortiumHandler.voteUpgrade.selector;
        selectors[1] = ConsortiumHandler.execute.selector;
        selectors[2] = ConsortiumHandler.votePause.selector;
        selectors[3] = ConsortiumHandler.pass.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_M3_M6_codeAndPausesFollowTheVotes() public view {
        handler.check();
    }

    /// @dev The invariant would hold of a handler that never gets anything through; this run shows that it does.
    function test_M3_theHandlerReplacesCode() public {
        for (uint256 i = 0; i < 4; ++i) {
            handler.voteUpgrade(i, 0);
        }
        handler.execute(0);
        for (uint256 i = 0; i < 4; ++i) {
            handler.pass(2 days);
        }
        handler.execute(0);
        handler.votePause(0, true);
        handler.votePause(3, true);
        handler.votePause(1, true);
        handler.check();
        vm.assertEq(handler.changes(), 2);
    }
}
