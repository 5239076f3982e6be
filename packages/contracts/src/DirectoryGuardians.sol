// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {DirectoryKeys} from "./DirectoryKeys.sol";
import {IDirectoryGuardians} from "./interfaces/IDirectoryGuardians.sol";
import {SCOPE_CONSENT} from "./types/Scope.sol";

/// @title DirectoryGuardians
/// @dev The part of the Directory about who stands in for an account. Documentation, events and errors:
/// IDirectoryGuardians.
abstract contract DirectoryGuardians is DirectoryKeys {
    /// @notice Guardians of one account: bounds the loop that names them.
    uint256 public constant GUARDIANS_MAX = 9;

    /// @notice Fewest guardians that recover together: one alone would have the account (spec/keyring.md K7).
    uint256 public constant GUARDIANS_THRESHOLD_MIN = 2;

    /// @notice Between enough approvals and new keys, so that an owner who still has the old ones can say no.
    uint48 public constant RECOVERY_WAIT_SECONDS = 3 days;

    /// @notice From the first approval to the last moment of execution.
    uint48 public constant RECOVERY_SECONDS = 30 days;

    /// @dev `term` counts the sets of guardians, `attempt` what voids approvals: both are part of the keys below.
    struct Council {
        uint8 threshold;
        uint32 term;
        uint32 attempt;
    }

    struct Recovery {
        uint8 approvals;
        uint48 startedAt;
        uint48 readyAt;
    }

    struct Delegation {
        uint8 scope;
        uint48 until;
    }

    mapping(address account => Council) private _councils;
    mapping(bytes32 seat => bool) private _isGuardian;
    mapping(bytes32 key => Recovery) private _recoveries;
    mapping(bytes32 key => mapping(address guardian => bool)) private _hasApproved;
    mapping(address patient => mapping(address delegate => Delegation)) private _delegations;

    /// @dev Room for later state, so that none of the Directory's moves on an upgrade.
    uint256[45] private __gap;

    /// @inheritdoc IDirectoryGuardians
    function setGuardians(address[] calldata guardians, uint8 threshold) external {
        address account = _knownAccount();
        uint256 count = guardians.length;
        bool none = count == 0 && threshold == 0;
        bool bounded = count <= GUARDIANS_MAX && threshold >= GUARDIANS_THRESHOLD_MIN && threshold <= count;
        if (!none && !bounded) revert DirectoryGuardiansInvalid(count, threshold);
        Council storage council = _councils[account];
        council.threshold = threshold;
        ++council.term;
        ++council.attempt;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 seat = _seatOf(account, guardians[i]);
            bool registered = _registeredAt(guardians[i]) != type(uint48).max;
            // Somebody named twice would approve once and count for two seats.
            if (!registered || guardians[i] == account || _isGuardian[seat]) {
                revert DirectoryGuardiansInvalid(count, threshold);
            }
            _isGuardian[seat] = true;
        }
        emit GuardiansSet(account, guardians, threshold);
    }

    /// @inheritdoc IDirectoryGuardians
    function approveRecovery(address account, bytes32 recovery) external {
        address guardian = _account();
        if (!_isGuardian[_seatOf(account, guardian)]) revert DirectoryNotGuardian(account, guardian);
        bytes32 key = _keyOf(account, recovery);
        if (_hasApproved[key][guardian]) revert DirectoryAlreadyApproved(account, guardian);
        _hasApproved[key][guardian] = true;
        Recovery storage stored = _recoveries[key];
        if (stored.startedAt == 0) stored.startedAt = uint48(block.timestamp);
        _requireUnderWay(account, stored);
        uint8 approvals = ++stored.approvals;
        uint8 threshold = _councils[account].threshold;
        emit RecoveryApproved(account, guardian, recovery, approvals, threshold);
        if (approvals != threshold) return;
        stored.readyAt = uint48(block.timestamp) + RECOVERY_WAIT_SECONDS;
        emit RecoveryReady(account, recovery, stored.readyAt);
    }

    /// @inheritdoc IDirectoryGuardians
    function vetoRecovery() external {
        address account = _knownAccount();
        ++_councils[account].attempt;
        emit RecoveryVetoed(account);
    }

    /// @inheritdoc IDirectoryGuardians
    function executeRecovery(
        address account,
        bytes calldata signer,
        bytes calldata recipient,
        bytes calldata possession
    ) external {
        _requireNotPaused();
        bytes32 recovery = hashRecovery(signer, recipient);
        Recovery storage stored = _recoveries[_keyOf(account, recovery)];
        uint48 readyAt = stored.readyAt;
        if (readyAt == 0 || block.timestamp < readyAt) revert DirectoryRecoveryNotReady(account, readyAt);
        _requireUnderWay(account, stored);
        // Executed once: the key of the recovery is another one from here on.
        ++_councils[account].attempt;
        _replaceSigner(account, signer, possession);
        _replaceRecipient(account, recipient);
        emit RecoveryExecuted(account, recovery);
    }

    /// @inheritdoc IDirectoryGuardians
    function setDelegate(address delegate, uint8 scope, uint48 until) external {
        address patient = _knownAccount();
        bool ends = scope == 0 && until == 0;
        if (!ends && (scope != SCOPE_CONSENT || until <= block.timestamp)) {
            revert DirectoryDelegationInvalid(scope, until);
        }
        _delegations[patient][delegate] = Delegation(scope, until);
        emit DelegateSet(patient, delegate, scope, until);
    }

    /// @inheritdoc IDirectoryGuardians
    function hashRecovery(bytes calldata signer, bytes calldata recipient) public pure returns (bytes32) {
        return keccak256(abi.encode(keccak256(signer), keccak256(recipient)));
    }

    /// @inheritdoc IDirectoryGuardians
    function recoveryOf(address account, bytes32 recovery) external view returns (uint8 approvals, uint48 readyAt) {
        Recovery storage stored = _recoveries[_keyOf(account, recovery)];
        return (stored.approvals, stored.readyAt);
    }

    /// @inheritdoc IDirectoryGuardians
    function guardianshipOf(address account, address guardian)
        external
        view
        returns (bool isGuardian, uint8 threshold)
    {
        return (_isGuardian[_seatOf(account, guardian)], _councils[account].threshold);
    }

    /// @inheritdoc IDirectoryGuardians
    function delegationOf(address patient, address delegate) external view returns (uint8 scope, uint48 until) {
        Delegation storage held = _delegations[patient][delegate];
        return (held.scope, held.until);
    }

    function _requireUnderWay(address account, Recovery storage stored) private view {
        uint48 until = stored.startedAt + RECOVERY_SECONDS;
        if (block.timestamp >= until) revert DirectoryRecoveryOver(account, until);
    }

    function _seatOf(address account, address guardian) private view returns (bytes32) {
        return keccak256(abi.encode(account, _councils[account].term, guardian));
    }

    function _keyOf(address account, bytes32 recovery) private view returns (bytes32) {
        return keccak256(abi.encode(account, _councils[account].attempt, recovery));
    }
}
