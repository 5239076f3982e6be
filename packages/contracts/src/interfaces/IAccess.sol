// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Access
/// @notice Each organisation's log of accesses, anchored so that it can only grow.
/// @dev Rule A4 in spec/access.md. Roots are in events, not in storage: an anchor is checked against the log of the
/// chain, and the head in storage proves that the log is whole.
interface IAccess {
    /// @notice `count` receipts under `root` were added to `organisation`'s log, after `previous`.
    event AccessAnchored(
        address indexed organisation, uint64 sequence, bytes32 previous, bytes32 root, uint32 count, bytes32 head
    );

    /// @notice `account` is not an active organisation.
    error AccessNotPermitted(address account);
    /// @notice Anchors are consecutive: the next one is `expected`.
    error AccessSequenceInvalid(uint64 sequence, uint64 expected);
    /// @notice An anchor names the present head.
    error AccessPreviousInvalid(bytes32 previous, bytes32 expected);
    /// @notice An anchor holds at least one receipt under a root that is not zero.
    error AccessAnchorEmpty();

    /// @notice Adds a root of receipts to the calling organisation's log.
    /// @dev A4. By the organisation's own account alone.
    /// @param sequence The next number, from 0.
    /// @param previous The present head; zero for the first.
    /// @param root Of the Merkle tree over the receipts.
    /// @param count How many receipts it holds, at least 1.
    /// @custom:reverts AccessNotPermitted(account)
    /// @custom:reverts AccessSequenceInvalid(sequence, expected)
    /// @custom:reverts AccessPreviousInvalid(previous, expected)
    /// @custom:reverts AccessAnchorEmpty()
    /// @custom:emits AccessAnchored(organisation, sequence, previous, root, count, head)
    function anchor(uint64 sequence, bytes32 previous, bytes32 root, uint32 count) external;

    /// @notice The head of `organisation`'s log and the number its next anchor must have.
    function headOf(address organisation) external view returns (bytes32 head, uint64 next);
}
