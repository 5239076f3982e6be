// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Ballots
/// @notice Counts the votes for a proposal in rounds of 30 days, one vote per voter and round.
/// @dev Rule D10 in spec/directory.md. Whoever asks decides who may vote, and what the proposal's hash commits to.
library Ballots {
    /// @dev From the first vote of a round; the next vote after it begins another.
    uint40 internal constant ROUND_SECONDS = 30 days;

    struct Tally {
        uint32 votes;
        uint32 round;
        uint40 startedAt;
    }

    struct Box {
        mapping(bytes32 proposal => Tally) tallies;
        mapping(bytes32 ballot => mapping(address voter => bool)) hasVoted;
    }

    /// @dev Counts the vote, in a new round when the last one is over.
    /// @return votes Of this round, with this one; zero when `voter` has voted in it before.
    function cast(Box storage box, bytes32 proposal, address voter) internal returns (uint32 votes) {
        Tally memory tally = box.tallies[proposal];
        if (_isOver(tally)) tally = Tally(0, tally.round + 1, uint40(block.timestamp));
        bytes32 ballot = keccak256(abi.encode(proposal, tally.round));
        if (box.hasVoted[ballot][voter]) return 0;
        box.hasVoted[ballot][voter] = true;
        ++tally.votes;
        box.tallies[proposal] = tally;
        return tally.votes;
    }

    /// @dev Votes of the present round.
    function votesFor(Box storage box, bytes32 proposal) internal view returns (uint32) {
        Tally memory tally = box.tallies[proposal];
        return _isOver(tally) ? 0 : tally.votes;
    }

    /// @dev Also of what nobody has voted for yet.
    function _isOver(Tally memory tally) private view returns (bool) {
        return block.timestamp >= uint256(tally.startedAt) + ROUND_SECONDS;
    }
}
