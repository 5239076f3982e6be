// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @title Directory: guardians and delegates
/// @notice Who may give an account new keys when its owner has lost them, and who may decide for a patient.
/// @dev Rules D16-D18 in spec/directory.md.
interface IDirectoryGuardians {
    /// @notice `threshold` of these accounts may recover `account`. Nobody else from this block on.
    event GuardiansSet(address indexed account, address[] guardians, uint8 threshold);
    /// @notice `approvals` guardians want `recovery` for `account` by now.
    event RecoveryApproved(
        address indexed account, address indexed guardian, bytes32 recovery, uint8 approvals, uint8 threshold
    );
    /// @notice Enough guardians want it. Unless vetoed, it can be executed from `readyAt` on.
    event RecoveryReady(address indexed account, bytes32 recovery, uint48 readyAt);
    /// @notice The account's owner says no: every approval so far is void.
    event RecoveryVetoed(address indexed account);
    /// @notice `account` has the signer and recipient that its guardians wanted.
    event RecoveryExecuted(address indexed account, bytes32 recovery);
    /// @notice Until `until`, `delegate` may do for `patient` what `scope` says; nothing when it is zero.
    event DelegateSet(address indexed patient, address indexed delegate, uint8 scope, uint48 until);

    /// @notice Two to nine different registered accounts other than one's own, and a threshold of 2 to their number.
    error DirectoryGuardiansInvalid(uint256 count, uint8 threshold);
    /// @notice `guardian` is none of `account`.
    error DirectoryNotGuardian(address account, address guardian);
    /// @notice `guardian` has approved this recovery.
    error DirectoryAlreadyApproved(address account, address guardian);
    /// @notice Too few approvals, or the waiting period is not over; zero when too few.
    error DirectoryRecoveryNotReady(address account, uint48 readyAt);
    /// @notice A recovery is over 30 days after its first approval.
    error DirectoryRecoveryOver(address account, uint48 until);
    /// @notice A delegation has a scope of 1, and ends in the future (or both are zero, to end it).
    error DirectoryDelegationInvalid(uint8 scope, uint48 until);

    /// @notice Names who may recover the caller's account. Empty and zero: nobody.
    /// @dev D16. Voids approvals of a recovery under way.
    /// @custom:reverts DirectoryGuardiansInvalid(count, threshold)
    /// @custom:emits GuardiansSet(account, guardians, threshold)
    function setGuardians(address[] calldata guardians, uint8 threshold) external;

    /// @notice Approves a recovery as a guardian; the first approval starts it.
    /// @dev D17.
    /// @param recovery `hashRecovery(signer, recipient)`.
    /// @custom:reverts DirectoryNotGuardian(account, guardian)
    /// @custom:reverts DirectoryAlreadyApproved(account, guardian)
    /// @custom:reverts DirectoryRecoveryOver(account, until)
    /// @custom:emits RecoveryApproved(account, guardian, recovery, approvals, threshold)
    /// @custom:emits RecoveryReady(account, recovery, readyAt) - at the threshold
    function approveRecovery(address account, bytes32 recovery) external;

    /// @notice Voids every approval for recovering the caller's account.
    /// @dev D17. Needs the present signer.
    /// @custom:emits RecoveryVetoed(account)
    function vetoRecovery() external;

    /// @notice Gives `account` the keys that enough of its guardians approved. Anybody may call.
    /// @dev D17.
    /// @param possession As in `replaceSigner`.
    /// @custom:reverts DirectoryRecoveryNotReady(account, readyAt)
    /// @custom:reverts DirectoryRecoveryOver(account, until)
    /// @custom:reverts as replaceSigner and replaceRecipient
    /// @custom:emits SignerReplaced, RecipientReplaced, RecoveryExecuted
    function executeRecovery(
        address account,
        bytes calldata signer,
        bytes calldata recipient,
        bytes calldata possession
    ) external;

    /// @notice Lets `delegate` decide for the calling patient until `until`; zeros end it.
    /// @dev D18. A delegate names neither delegates nor guardians.
    /// @param scope 1: grant and revoke.
    /// @custom:reverts DirectoryDelegationInvalid(scope, until)
    /// @custom:emits DelegateSet(patient, delegate, scope, until)
    function setDelegate(address delegate, uint8 scope, uint48 until) external;

    /// @notice What guardians approve: the keys that the account gets.
    function hashRecovery(bytes calldata signer, bytes calldata recipient) external pure returns (bytes32);

    /// @notice Approvals of `recovery` that count at present; `readyAt` is zero below the threshold.
    function recoveryOf(address account, bytes32 recovery) external view returns (uint8 approvals, uint48 readyAt);

    /// @notice Whether `guardian` is one of `account`, and how many of them it takes.
    function guardianshipOf(address account, address guardian) external view returns (bool isGuardian, uint8 threshold);

    /// @notice What `patient` lets `delegate` do, and until when.
    function delegationOf(address patient, address delegate) external view returns (uint8 scope, uint48 until);
}
