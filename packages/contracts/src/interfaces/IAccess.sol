// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Access
/// @notice Each organisation's log of accesses, anchored so that it can only grow.
/// @dev Rules A3, A4 and A8 in spec/access.md. Roots are in events, not in storage: an anchor is checked against the log of the
/// chain, and the head in storage proves that the log is whole.
interface IAccess {
    /// @notice One access, or one refusal, as an organisation's log holds it (A3).
    /// @param index Of the receipt in the organisation's log, from 0.
    /// @param recordsHash Keccak-256 of the concatenated record ids.
    /// @param purpose Bit number (C9).
    /// @param decision Number of the decision (C6).
    /// @param loggedAt Unix seconds.
    /// @param requestHash EIP-712 digest of what the reader signed (A1).
    /// @param salt 32 random bytes, so that nobody guesses a receipt from a root.
    struct Receipt {
        address organisation;
        uint64 index;
        address reader;
        address patient;
        bytes32 recordsHash;
        uint8 purpose;
        uint8 decision;
        uint48 loggedAt;
        bytes32 requestHash;
        bytes32 salt;
    }

    /// @notice What an anchor added.
    struct Anchor {
        bytes32 root;
        uint32 count;
    }

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

    /// @notice Whether `receipt` is in its organisation's log, by what the chain holds now.
    /// @dev A8. The log is one hash in storage, so the proof walks from the receipt's anchor to the head: all of it is in
    /// the events `AccessAnchored`, and a few hundred gas each. False for anything else, never a revert.
    /// @param proof From the receipt's hash to the root of its anchor, sorted pairs.
    /// @param sequence Of that anchor.
    /// @param previous The head before it.
    /// @param anchors That anchor and all that came after it, in order.
    function verifyReceipt(
        Receipt calldata receipt,
        bytes32[] calldata proof,
        uint64 sequence,
        bytes32 previous,
        Anchor[] calldata anchors
    ) external view returns (bool);

    /// @notice The leaf of a receipt (A3): hashed twice, so that no inner node is one.
    function hashReceipt(Receipt calldata receipt) external pure returns (bytes32);

    /// @notice The head of `organisation`'s log and the number its next anchor must have.
    function headOf(address organisation) external view returns (bytes32 head, uint64 next);
}
