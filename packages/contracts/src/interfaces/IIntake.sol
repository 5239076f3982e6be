// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "./IDirectory.sol";

/// @title Intake
/// @notice Carries signed operations from anybody's hands to the exchange's contracts.
/// @dev Rules O1-O10 in spec/operations.md. The account that signed decides; the relay only carries and pays.
interface IIntake {
    /// @notice One state change that an account wants, as it signs it (O3).
    /// @param account Who wants it.
    /// @param target One of the exchange's contracts.
    /// @param data ABI-encoded call of `target`, without the account.
    /// @param nonce Any number the account has not used; neighbours share a storage word, so counting up is cheapest.
    /// @param deadline Unix seconds; the last second in which it may be carried.
    /// @param gasLimit Gas that the call gets, exactly; at most `OPERATION_GAS_MAX`.
    struct Operation {
        address account;
        address target;
        bytes data;
        uint256 nonce;
        uint48 deadline;
        uint32 gasLimit;
    }

    /// @param signer The account's present signer (O6). Until it is replaced, the one that the account commits to.
    /// @param signature By the account's signer, over `hashOperation(operation)`.
    struct SignedOperation {
        Operation operation;
        bytes signer;
        bytes signature;
    }

    /// @param applied Whether the call succeeded.
    /// @param reason Why not: the encoded error, cut at 512 bytes. Empty when applied.
    struct Outcome {
        bool applied;
        bytes reason;
    }

    /// @notice What the Intake does with operations for a contract (O10).
    enum TargetState {
        Unknown,
        Open,
        Paused
    }

    /// @notice The operation was called and succeeded; its nonce is spent.
    event OperationApplied(address indexed account, uint256 nonce);

    /// @notice The operation was called and failed; its nonce is spent and nothing else changed.
    event OperationFailed(address indexed account, uint256 nonce, bytes reason);

    /// @notice The operation at `index` of a submission by `relay` was not called; no nonce is spent.
    /// @dev Names the relay and not the account: nobody has proved to speak for the account, and a forged failure in
    /// an account's history would tell its owner to sign again.
    event OperationRefused(address indexed relay, uint256 index, bytes reason);

    /// @notice The account gave up `nonce` before anybody carried it.
    event NonceCancelled(address indexed account, uint256 nonce);

    /// @notice The Intake forwards to `target` from now on.
    event TargetAdded(address indexed target);

    /// @notice The Intake forwards nothing to `target` until it is resumed; or does again.
    event TargetPaused(address indexed target, bool paused);

    /// @notice A submission holds at most `countMax` operations. Submit fewer.
    error IntakeTooManyOperations(uint256 count, uint256 countMax);
    /// @notice The relay gave too little gas for what an account signed. Submit again with more.
    error IntakeInsufficientGas(uint256 required, uint256 available);
    /// @notice The operation came after its deadline. Sign a new one.
    error IntakeExpired(uint48 deadline, uint256 timestamp);
    /// @notice The Intake does not forward to `target`.
    error IntakeTargetUnknown(address target);
    /// @notice The organisations have paused the changes of `target`. No nonce is spent: submit again later.
    error IntakeTargetPaused(address target);
    /// @notice `target` is the Intake itself, or a target already.
    error IntakeTargetInvalid(address target);
    /// @notice Only the Consortium adds and pauses targets.
    error IntakeNotPermitted(address caller);
    /// @notice No operation may ask for more than `gasLimitMax`, as it could then stop every submission it is part of.
    error IntakeGasLimitTooHigh(uint256 gasLimit, uint256 gasLimitMax);
    /// @notice The nonce is spent: the operation was carried before, replaced or cancelled.
    error IntakeNonceUsed(address account, uint256 nonce);
    /// @notice The signer sent along is not the present one of `account`.
    error IntakeSignerUnknown(address account);
    /// @notice The signature is not one of `account`'s present signer over this operation.
    error IntakeSignatureInvalid(address account);

    /// @notice Carries `operations` in order. Anybody may call.
    /// @dev O4-O8. A failing or refused operation never reverts its neighbours. A relay gives, for each operation, its
    /// `gasLimit` and, when the signer is a contract, `SIGNATURE_GAS`; an `eth_call` tells the outcomes beforehand.
    /// @param operations At most `OPERATIONS_MAX`.
    /// @return outcomes One per operation, in the same order.
    /// @custom:reverts IntakeTooManyOperations(count, countMax)
    /// @custom:reverts IntakeInsufficientGas(required, available)
    /// @custom:emits OperationApplied(account, nonce), OperationFailed(account, nonce, reason) or
    /// OperationRefused(relay, index, reason), one per operation
    function submit(SignedOperation[] calldata operations) external returns (Outcome[] memory outcomes);

    /// @notice Spends the caller's nonce, so that an operation signed with it can no longer be carried.
    /// @dev For wallets that call directly. Without gas: sign any other operation with the same nonce.
    /// @custom:reverts AccountUnknown(wallet)
    /// @custom:reverts IntakeNonceUsed(account, nonce)
    /// @custom:emits NonceCancelled(account, nonce)
    function cancel(uint256 nonce) external;

    /// @notice Lets operations reach one more contract, for good. The Consortium calls this after a vote.
    /// @custom:reverts IntakeNotPermitted(caller)
    /// @custom:reverts IntakeTargetInvalid(target)
    /// @custom:emits TargetAdded(target)
    function addTarget(address target) external;

    /// @notice Stops carrying to `target`, or begins again. The Consortium calls this after a vote.
    /// @custom:reverts IntakeNotPermitted(caller)
    /// @custom:reverts IntakeTargetUnknown(target)
    /// @custom:emits TargetPaused(target, paused)
    function setPaused(address target, bool paused) external;

    /// @notice Whether `account` has spent `nonce` (O4).
    function isNonceUsed(address account, uint256 nonce) external view returns (bool);

    /// @notice The EIP-712 digest that the account's signer signs (O3).
    function hashOperation(Operation calldata operation) external view returns (bytes32);

    /// @notice Whether `signer` is the present one of `account`, and `signature` over `hash` one of its; false for unknown
    /// accounts.
    /// @custom:reverts IntakeInsufficientGas(required, available) - a contract signer could not be given its gas
    function isValidSignature(address account, bytes calldata signer, bytes32 hash, bytes calldata signature)
        external
        view
        returns (bool);

    /// @notice Whether `signature` over `hash` is one of `signer`, whoever it belongs to.
    /// @dev The Intake calls this on itself, so that a contract signer spends gas and memory in a frame of its own.
    function checkSignature(bytes calldata signer, bytes32 hash, bytes calldata signature) external view returns (bool);

    /// @notice Whether `target` is one of the exchange's contracts (O10).
    function isTarget(address target) external view returns (bool);

    /// @notice Whether `target` takes no changes at present (O10).
    function isPaused(address target) external view returns (bool);

    /// @notice The contract that may add and pause targets.
    function consortium() external view returns (address);

    /// @notice The block of deployment. The Intake is the first contract of an exchange, so no event is older: followers
    /// start here.
    function deploymentBlock() external view returns (uint256);

    /// @notice The Directory that knows each account's signer.
    function directory() external view returns (IDirectory);
}
