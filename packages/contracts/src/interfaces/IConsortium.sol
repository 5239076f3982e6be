// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Consortium
/// @notice The list of the exchange's contracts, and what the organisations together may change about them.
/// @dev Rules M1-M8 in spec/consortium.md. An active organisation, by its own account or an administrator, has one vote.
/// The Consortium itself, the Intake and the Access log are never replaced.
interface IConsortium {
    /// @notice A contract of the exchange.
    /// @param target Where it is called, for good.
    /// @param proxyAdmin What replaces its code; zero when nothing does.
    /// @param pausable Whether a vote may stop its changes. Never emergency access, and never the votes themselves.
    struct Listing {
        bytes32 name;
        address target;
        address proxyAdmin;
        bool pausable;
    }

    /// @notice `name` is called at `target`; `proxyAdmin` replaces its code, if that is not zero.
    event ContractEnrolled(bytes32 indexed name, address indexed target, address proxyAdmin, bool pausable);
    event EnrolmentVoted(
        bytes32 indexed name,
        address indexed target,
        address indexed voter,
        address proxyAdmin,
        uint32 votes,
        uint32 threshold
    );
    /// @notice Enough have voted; from `readyAt`, in Unix seconds, anybody may execute it.
    event EnrolmentReady(bytes32 indexed name, address indexed target, address proxyAdmin, uint48 readyAt);
    event UpgradeVoted(
        bytes32 indexed name,
        address indexed implementation,
        address indexed voter,
        bytes data,
        uint32 votes,
        uint32 threshold
    );
    /// @notice Enough have voted; from `readyAt`, in Unix seconds, anybody may execute it. Until then all can read the code.
    event UpgradeReady(bytes32 indexed name, address indexed implementation, bytes data, uint48 readyAt);
    /// @notice The code of `name` is `implementation` from now on; its `version` counts from zero.
    event UpgradeExecuted(bytes32 indexed name, address indexed implementation, uint32 version);
    event RejectionVoted(bytes32 indexed name, address indexed voter, uint32 votes, uint32 threshold);
    /// @notice No vote so far for another code of `name` counts any more, nor what was ready.
    event UpgradesRejected(bytes32 indexed name, uint32 version);
    event PauseVoted(bytes32 indexed name, address indexed voter, bool paused, uint32 votes, uint32 threshold);
    /// @notice `name` takes no changes from now on, or takes them again. Reading it never stops.
    event PauseChanged(bytes32 indexed name, bool paused);

    /// @notice `account` is no active organisation and no administrator of one.
    error ConsortiumNotPermitted(address account);
    /// @notice There is no contract of this name.
    error ConsortiumNameUnknown(bytes32 name);
    /// @notice There is a contract of this name, or the name is empty.
    error ConsortiumNameTaken(bytes32 name);
    /// @notice The list is full.
    error ConsortiumListFull(uint256 countMax);
    /// @notice The contract of this name is never replaced.
    error ConsortiumNotUpgradeable(bytes32 name);
    /// @notice The contract of this name cannot be paused.
    error ConsortiumNotPausable(bytes32 name);
    /// @notice Nothing would change.
    error ConsortiumPauseUnchanged(bytes32 name, bool paused);
    /// @notice There is no code at `target`, or it is not what it is said to be.
    error ConsortiumCodeInvalid(address target);
    /// @notice The organisation has voted for this.
    error ConsortiumAlreadyVoted(address voter);
    /// @notice Enough have voted: wait for `readyAt`, then execute.
    error ConsortiumAlreadyReady(uint48 readyAt);
    /// @notice Too few have voted (`readyAt` is zero), or the waiting period is not over.
    error ConsortiumNotReady(uint48 readyAt);
    /// @notice Nobody executed it in time. Vote again.
    error ConsortiumExpired(uint48 until);

    /// @notice Votes for replacing the code of `name`; more than two thirds of the active organisations start the wait.
    /// @dev M3. `data` is called on the contract with the new code, in the same transaction; empty for nothing.
    /// @custom:reverts ConsortiumNotPermitted(account), ConsortiumNameUnknown(name), ConsortiumNotUpgradeable(name),
    /// ConsortiumCodeInvalid(implementation), ConsortiumAlreadyReady(readyAt), ConsortiumAlreadyVoted(voter)
    /// @custom:emits UpgradeVoted(name, implementation, voter, data, votes, threshold)
    /// @custom:emits UpgradeReady(name, implementation, data, readyAt)
    function voteUpgrade(bytes32 name, address implementation, bytes calldata data) external;

    /// @notice Replaces the code, after the wait. Anybody may call.
    /// @custom:reverts ConsortiumNameUnknown(name), ConsortiumNotUpgradeable(name), ConsortiumNotReady(readyAt),
    /// ConsortiumExpired(until)
    /// @custom:emits UpgradeExecuted(name, implementation, version)
    function executeUpgrade(bytes32 name, address implementation, bytes calldata data) external;

    /// @notice Votes against every replacement of `name` that is open or ready; more than half end them all.
    /// @dev M4.
    /// @custom:reverts ConsortiumNotPermitted(account), ConsortiumNameUnknown(name), ConsortiumAlreadyVoted(voter)
    /// @custom:emits RejectionVoted(name, voter, votes, threshold)
    /// @custom:emits UpgradesRejected(name, version)
    function voteRejection(bytes32 name) external;

    /// @notice Votes for a further contract that the Intake forwards to; more than two thirds start the wait.
    /// @dev M5. `proxyAdmin` belongs to the Consortium and is the one of `target`, or is zero.
    /// @custom:reverts ConsortiumNotPermitted(account), ConsortiumNameTaken(name), ConsortiumListFull(countMax),
    /// ConsortiumCodeInvalid(target), ConsortiumAlreadyReady(readyAt), ConsortiumAlreadyVoted(voter)
    /// @custom:emits EnrolmentVoted(name, target, voter, proxyAdmin, votes, threshold)
    /// @custom:emits EnrolmentReady(name, target, proxyAdmin, readyAt)
    function voteEnrolment(bytes32 name, address target, address proxyAdmin) external;

    /// @notice Lists the contract, after the wait. Anybody may call.
    /// @custom:reverts ConsortiumNameTaken(name), ConsortiumListFull(countMax), ConsortiumNotReady(readyAt),
    /// ConsortiumExpired(until)
    /// @custom:emits ContractEnrolled(name, target, proxyAdmin, pausable)
    function executeEnrolment(bytes32 name, address target, address proxyAdmin) external;

    /// @notice Votes for stopping the changes of `name`, or for taking them again; more than half do it at once.
    /// @dev M6.
    /// @custom:reverts ConsortiumNotPermitted(account), ConsortiumNameUnknown(name), ConsortiumNotPausable(name),
    /// ConsortiumPauseUnchanged(name, paused), ConsortiumAlreadyVoted(voter)
    /// @custom:emits PauseVoted(name, voter, paused, votes, threshold)
    /// @custom:emits PauseChanged(name, paused)
    function votePause(bytes32 name, bool paused) external;

    /// @notice The contract of this name.
    /// @custom:reverts ConsortiumNameUnknown(name)
    function listingOf(bytes32 name) external view returns (Listing memory);

    /// @notice The names of all contracts, in the order in which they were listed; at most `NAMES_MAX`.
    function names() external view returns (bytes32[] memory);

    /// @notice How often the code of `name` was replaced, or its replacements rejected.
    function versionOf(bytes32 name) external view returns (uint32);

    /// @notice Votes for this replacement in the present round, how many it takes, and when it can be executed (or zero).
    function upgradeVotes(bytes32 name, address implementation, bytes calldata data)
        external
        view
        returns (uint32 votes, uint32 threshold, uint48 readyAt);

    /// @notice Votes for this further contract in the present round, how many it takes, and when it can be executed (or zero).
    function enrolmentVotes(bytes32 name, address target, address proxyAdmin)
        external
        view
        returns (uint32 votes, uint32 threshold, uint48 readyAt);

    /// @notice Votes against every replacement of `name` in the present round, and how many it takes.
    function rejectionVotes(bytes32 name) external view returns (uint32 votes, uint32 threshold);

    /// @notice Votes for pausing or resuming `name` in the present round, and how many it takes.
    function pauseVotes(bytes32 name, bool paused) external view returns (uint32 votes, uint32 threshold);
}
