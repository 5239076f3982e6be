// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Directory: keys
/// @notice What an account signs with and is sealed to, now and at any time before.
/// @dev Rules D13-D15 in spec/directory.md.
interface IDirectoryKeys {
    /// @notice From this block on `account` signs with `signer` alone.
    event SignerReplaced(address indexed account, bytes signer);
    /// @notice From this block on nobody signs for `account`, until its guardians give it another signer.
    event SignerRevoked(address indexed account);
    /// @notice From this block on one seals to `recipient` for `account`.
    event RecipientReplaced(address indexed account, bytes recipient);

    /// @notice `account` signs with this signer at present.
    error DirectorySignerTaken(address account);
    /// @notice The holder of the new signer has not agreed to it (D13).
    error DirectoryPossessionUnproven(address account);
    /// @notice Nobody signs for `account`.
    error DirectorySignerIsRevoked(address account);

    /// @notice Replaces the caller's signer; the account stays what it is.
    /// @dev D13. Through the Intake, or directly by the wallet that is the present signer.
    /// @param signer O1.
    /// @param possession Signature of the new signer over `hashSignerReplacement(account, signer)`.
    /// @custom:reverts DirectorySignerLengthInvalid(length)
    /// @custom:reverts DirectorySignerTaken(account)
    /// @custom:reverts DirectoryPossessionUnproven(account)
    /// @custom:emits SignerReplaced(account, signer)
    function replaceSigner(bytes calldata signer, bytes calldata possession) external;

    /// @notice Replaces the key that one seals to for the caller.
    /// @dev D13. What was sealed before opens with the key before.
    /// @custom:reverts DirectoryRecipientLengthInvalid(length)
    /// @custom:emits RecipientReplaced(account, recipient)
    function replaceRecipient(bytes calldata recipient) external;

    /// @notice Takes the caller's signer out of use: the device is lost.
    /// @dev D15.
    /// @custom:reverts DirectorySignerIsRevoked(account)
    /// @custom:emits SignerRevoked(account)
    function revokeSigner() external;

    /// @notice The EIP-712 digest by which a new signer agrees to sign for `account`; another one after each replacement.
    function hashSignerReplacement(address account, bytes calldata signer) external view returns (bytes32);

    /// @notice Whether `signer` is the present signer of `account`: until it is replaced, the one that the account commits
    /// to (O2), registered or not.
    function isSignerOf(address account, bytes calldata signer) external view returns (bool);

    /// @notice Whether `signer` was the one of `account` at `time`; false before it was registered.
    /// @dev D14. `Intake.checkSignature` then checks an old signature. Events hold every signer.
    /// @param time Unix seconds.
    function isSignerAt(address account, bytes calldata signer, uint48 time) external view returns (bool);

    /// @notice keccak-256 of the recipient of `account` at `time`; zero before it was registered.
    function recipientHashAt(address account, uint48 time) external view returns (bytes32);
}
