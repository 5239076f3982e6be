// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Records} from "../src/Records.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {ROLE_ADMINISTRATOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

/// @dev Three organisations, one of them by its administrator as well and one suspended now and then, vote on two codes and
/// on a pause while time passes. The ghost is who voted for what, when the round of 30 days began and when enough had:
/// whatever goes through must have been enough, in one round and by those who had a say throughout.
contract ConsortiumHandler is Base {
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    uint256 private constant ADMINISTRATOR = 0x31;
    bytes32 private constant RECORDS = "Records";
    bytes32 private constant NOTARY = "Notary";

    struct Ballot {
        uint256[] voters;
        uint256 startedAt;
        uint256 readyAt;
    }

    address[2] private _codes;
    address private _code;
    mapping(bytes32 question => Ballot) private _ballots;
    uint256 private _pauses;
    uint32 private _version;
    bool private _paused;
    /// @dev Standings changed: votes of before count no more.
    uint256 private _standings;
    bool private _suspended;
    uint256 private _time = NOW;

    /// @notice Votes that counted in a round after the first, for the same.
    uint256 public laterRounds;

    constructor() {
        setUp();
        _join(ADMINISTRATOR, NORTH, ROLE_ADMINISTRATOR);
        _codes = [address(new Records(address(intake), directory)), address(new Records(address(intake), directory))];
        _code = _implementation();
    }

    function voteUpgrade(uint256 who, uint256 which) external {
        (uint256 key, uint256 organisation) = _voter(who);
        address code = _codes[which % 2];
        Ballot storage ballot = _upgradeOf(code);
        bool settled = ballot.readyAt != 0 && _time < ballot.readyAt + 30 days;
        bool expected = _mayVote(ballot, organisation) && !settled;
        vm.prank(vm.addr(key));
        try consortium.voteUpgrade(RECORDS, code, "") {
            vm.assertTrue(expected, "counted once, by who has a say, and not once it is settled");
            if (_count(ballot, organisation) * 3 > _voices() * 2) ballot.readyAt = _time + 7 days;
        } catch {
            vm.assertFalse(expected, "a vote that counts");
        }
    }

    function execute(uint256 which) external {
        address code = _codes[which % 2];
        uint256 readyAt = _upgradeOf(code).readyAt;
        bool expected = readyAt != 0 && _time >= readyAt && _time < readyAt + 30 days;
        try consortium.executeUpgrade(RECORDS, code, "") {
            vm.assertTrue(expected, "more than two thirds, seven days, and within the thirty that follow");
            (_code, _version) = (code, _version + 1);
        } catch {
            vm.assertFalse(expected, "what is ready is executed");
        }
    }

    function votePause(uint256 who, bool paused) external {
        (uint256 key, uint256 organisation) = _voter(who);
        Ballot storage ballot = _ballots[keccak256(abi.encode(_standings, _pauses, paused))];
        bool expected = paused != _paused && _mayVote(ballot, organisation);
        vm.prank(vm.addr(key));
        try consortium.votePause(NOTARY, paused) {
            vm.assertTrue(expected, "counted once, by who has a say, and only for a change");
            if (_count(ballot, organisation) * 2 > _voices()) (_paused, _pauses) = (paused, _pauses + 1);
        } catch {
            vm.assertFalse(expected, "a vote that counts");
        }
    }

    /// @dev The other two suspend the third, or take it back: now and then, or no votes would last.
    function changeStanding(uint256 seed) external {
        if (seed % 4 != 0) return;
        IDirectory.StandingChange change =
            _suspended ? IDirectory.StandingChange.Reinstate : IDirectory.StandingChange.Suspend;
        vm.prank(vm.addr(NORTH));
        directory.voteStanding(_accountOf(EAST), change);
        vm.prank(vm.addr(SOUTH));
        directory.voteStanding(_accountOf(EAST), change);
        (_suspended, _standings) = (!_suspended, _standings + 1);
    }

    function pass(uint256 duration) external {
        _time += duration % 12 days;
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

    /// @dev Organisations with a say.
    function _voices() private view returns (uint256) {
        return _suspended ? 2 : 3;
    }

    function _upgradeOf(address code) private view returns (Ballot storage) {
        return _ballots[keccak256(abi.encode(_standings, _version, code))];
    }

    function _isOver(Ballot storage ballot) private view returns (bool) {
        return _time >= ballot.startedAt + 30 days;
    }

    function _mayVote(Ballot storage ballot, uint256 organisation) private view returns (bool) {
        if (organisation == EAST && _suspended) return false;
        return _isOver(ballot) || !_has(ballot.voters, organisation);
    }

    /// @return Votes of the round, with this one.
    function _count(Ballot storage ballot, uint256 organisation) private returns (uint256) {
        if (_isOver(ballot)) {
            if (ballot.startedAt != 0) ++laterRounds;
            delete ballot.voters;
            ballot.startedAt = _time;
        }
        ballot.voters.push(organisation);
        return ballot.voters.length;
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
        return address(uint160(uint256(vm.load(address(records), IMPLEMENTATION))));
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
        bytes4[] memory selectors = new bytes4[](5);
        selectors[0] = ConsortiumHandler.voteUpgrade.selector;
        selectors[1] = ConsortiumHandler.execute.selector;
        selectors[2] = ConsortiumHandler.votePause.selector;
        selectors[3] = ConsortiumHandler.pass.selector;
        selectors[4] = ConsortiumHandler.changeStanding.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_M3_M6_D10_codeAndPausesFollowTheVotes() public view {
        handler.check();
    }

    /// @dev The invariant would hold of a handler that never gets anything through; this run shows that it does.
    function test_M3_theHandlerReplacesCode() public {
        for (uint256 i = 0; i < 4; ++i) {
            handler.voteUpgrade(i, 0);
        }
        handler.execute(0);
        handler.pass(7 days);
        handler.execute(0);
        handler.votePause(0, true);
        handler.votePause(3, true);
        handler.votePause(1, true);
        handler.check();
        vm.assertEq(handler.changes(), 2);
    }

    function test_D10_theHandlerSeesRoundsLapse() public {
        handler.voteUpgrade(0, 0);
        handler.voteUpgrade(1, 0);
        for (uint256 i = 0; i < 3; ++i) {
            handler.pass(11 days);
        }
        // The third vote, and the first of its round.
        handler.voteUpgrade(2, 0);
        handler.voteUpgrade(0, 0);
        vm.assertEq(handler.laterRounds(), 1);
        handler.voteUpgrade(1, 0);
        handler.pass(7 days);
        handler.execute(0);
        vm.assertEq(handler.changes(), 1);
    }

    function test_M7_theHandlerSeesVotesEndWithAStanding() public {
        handler.voteUpgrade(2, 0);
        handler.voteUpgrade(0, 0);
        handler.changeStanding(0);
        handler.voteUpgrade(2, 0);
        handler.voteUpgrade(1, 0);
        handler.pass(7 days);
        handler.execute(0);
        vm.assertEq(handler.changes(), 0);
        handler.voteUpgrade(0, 0);
        handler.pass(7 days);
        handler.execute(0);
        vm.assertEq(handler.changes(), 1);
    }
}
