// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {AccountContext} from "./AccountContext.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IIntake} from "./interfaces/IIntake.sol";

/// @title Intake
/// @dev Documentation, events and errors: IIntake.
contract Intake is IIntake, EIP712 {
    using BitMaps for BitMaps.BitMap;

    /// @notice Operations per submission (O7): bounds the loop and the outcomes.
    uint256 public constant OPERATIONS_MAX = 256;

    /// @notice Gas that one operation may ask for. Half of a transaction's cap (EIP-7825), so that whatever an account
    /// signs still fits into a submission of its own together with its signature check.
    uint256 public constant OPERATION_GAS_MAX = 8_000_000;

    /// @notice Gas for the check of a contract signer: P-256 in Solidity, the dearest honest one, takes about 350,000.
    uint256 public constant SIGNATURE_GAS = 500_000;

    /// @dev Kept back from a call: the call itself (2,600), the reason (512 bytes) and its event (under 8,000).
    uint256 private constant REPORT_GAS = 30_000;

    /// @dev Longer reasons are cut, so that a failing call cannot make the relay pay for its memory (O7).
    uint256 private constant REASON_BYTES_MAX = 512;

    bytes32 private constant OPERATION_TYPEHASH =
        keccak256("Operation(address account,address target,bytes data,uint256 nonce,uint48 deadline,uint32 gasLimit)");

    /// @inheritdoc IIntake
    IDirectory public immutable directory;

    /// @inheritdoc IIntake
    address public immutable consortium;

    /// @inheritdoc IIntake
    uint256 public immutable deploymentBlock = block.number;

    mapping(address target => TargetState) private _targets;

    mapping(address account => BitMaps.BitMap) private _spentNonces;

    /// @param targets The exchange's contracts (O10): the Directory among them, the Intake never.
    constructor(IDirectory directory_, address consortium_, address[] memory targets) EIP712("HRE Intake", "1") {
        directory = directory_;
        consortium = consortium_;
        for (uint256 i = 0; i < targets.length; ++i) {
            _addTarget(targets[i]);
        }
    }

    /// @inheritdoc IIntake
    function submit(SignedOperation[] calldata operations) external returns (Outcome[] memory outcomes) {
        uint256 count = operations.length;
        if (count > OPERATIONS_MAX) revert IntakeTooManyOperations(count, OPERATIONS_MAX);
        outcomes = new Outcome[](count);
        for (uint256 i = 0; i < count; ++i) {
            SignedOperation calldata signed = operations[i];
            Outcome memory outcome = outcomes[i];
            bytes memory refusal = _refusalOf(signed);
            if (refusal.length == 0) {
                (outcome.applied, outcome.reason) = _carry(signed.operation);
            } else {
                outcome.reason = refusal;
                emit OperationRefused(msg.sender, i, refusal);
            }
        }
    }

    /// @inheritdoc IIntake
    function cancel(uint256 nonce) external {
        address account = directory.accountOfSigner(abi.encodePacked(msg.sender));
        if (account == address(0)) revert AccountContext.AccountUnknown(msg.sender);
        if (isNonceUsed(account, nonce)) revert IntakeNonceUsed(account, nonce);
        _spentNonces[account].set(nonce);
        emit NonceCancelled(account, nonce);
    }

    /// @inheritdoc IIntake
    function addTarget(address target) external {
        _requireConsortium();
        _addTarget(target);
    }

    /// @inheritdoc IIntake
    function setPaused(address target, bool paused) external {
        _requireConsortium();
        if (!isTarget(target)) revert IntakeTargetUnknown(target);
        _targets[target] = paused ? TargetState.Paused : TargetState.Open;
        emit TargetPaused(target, paused);
    }

    /// @inheritdoc IIntake
    function isTarget(address target) public view returns (bool) {
        return _targets[target] != TargetState.Unknown;
    }

    /// @inheritdoc IIntake
    function isPaused(address target) external view returns (bool) {
        return _targets[target] == TargetState.Paused;
    }

    /// @inheritdoc IIntake
    function isNonceUsed(address account, uint256 nonce) public view returns (bool) {
        return _spentNonces[account].get(nonce);
    }

    /// @inheritdoc IIntake
    function hashOperation(Operation calldata operation) public view returns (bytes32) {
        return _hashTypedDataV4(
            keccak256(
                abi.encode(
                    OPERATION_TYPEHASH,
                    operation.account,
                    operation.target,
                    keccak256(operation.data),
                    operation.nonce,
                    operation.deadline,
                    operation.gasLimit
                )
            )
        );
    }

    /// @inheritdoc IIntake
    function isValidSignature(address account, bytes calldata signer, bytes32 hash, bytes calldata signature)
        external
        view
        returns (bool)
    {
        return directory.isRegistered(account) && directory.isSignerOf(account, signer)
            && _isSignedBy(signer, hash, signature);
    }

    /// @inheritdoc IIntake
    function checkSignature(bytes calldata signer, bytes32 hash, bytes calldata signature)
        external
        view
        returns (bool)
    {
        return SignatureChecker.isValidSignatureNow(signer, hash, signature);
    }

    function _requireConsortium() private view {
        if (msg.sender != consortium) revert IntakeNotPermitted(msg.sender);
    }

    function _addTarget(address target) private {
        // Calling itself, the Intake would be its own trusted caller.
        if (target == address(this) || isTarget(target)) revert IntakeTargetInvalid(target);
        _targets[target] = TargetState.Open;
        emit TargetAdded(target);
    }

    /// @dev Why the operation must not be called, or nothing. The cheap checks come first, so that carrying a stale
    /// operation costs the relay little.
    function _refusalOf(SignedOperation calldata signed) private view returns (bytes memory) {
        Operation calldata operation = signed.operation;
        address account = operation.account;
        if (block.timestamp > operation.deadline) {
            return abi.encodeWithSelector(IntakeExpired.selector, operation.deadline, block.timestamp);
        }
        TargetState state = _targets[operation.target];
        if (state != TargetState.Open) {
            bytes4 refusal = state == TargetState.Paused ? IntakeTargetPaused.selector : IntakeTargetUnknown.selector;
            return abi.encodeWithSelector(refusal, operation.target);
        }
        if (operation.gasLimit > OPERATION_GAS_MAX) {
            return abi.encodeWithSelector(IntakeGasLimitTooHigh.selector, operation.gasLimit, OPERATION_GAS_MAX);
        }
        if (isNonceUsed(account, operation.nonce)) {
            return abi.encodeWithSelector(IntakeNonceUsed.selector, account, operation.nonce);
        }
        if (!directory.isSignerOf(account, signed.signer)) {
            return abi.encodeWithSelector(IntakeSignerUnknown.selector, account);
        }
        if (!_isSignedBy(signed.signer, hashOperation(operation), signed.signature)) {
            return abi.encodeWithSelector(IntakeSignatureInvalid.selector, account);
        }
        return "";
    }

    /// @dev Spends the nonce before the call, so that a reentering submission finds it spent.
    function _carry(Operation calldata operation) private returns (bool applied, bytes memory reason) {
        address account = operation.account;
        uint256 nonce = operation.nonce;
        _spentNonces[account].set(nonce);
        (applied, reason) = _call(operation.target, operation.gasLimit, operation.data, account);
        if (applied) emit OperationApplied(account, nonce);
        else emit OperationFailed(account, nonce, reason);
    }

    /// @dev Calls `target` with exactly `gasLimit` gas and `data` followed by `account`. Assembly, because Solidity
    /// would copy everything that is returned: a bomb of bytes would then burn the neighbours' gas.
    function _call(address target, uint256 gasLimit, bytes calldata data, address account)
        private
        returns (bool success, bytes memory reason)
    {
        // EIP-150 passes at most 63/64 of what is left. Not unchecked, though it cannot overflow: gasLimit is 32 bits.
        uint256 required = (gasLimit * 64) / 63 + REPORT_GAS;
        uint256 available;
        assembly ("memory-safe") {
            // The input lies beyond the free memory pointer and is dropped after the call.
            let input := mload(0x40)
            calldatacopy(input, data.offset, data.length)
            mstore(add(input, data.length), shl(96, account))
            // Read after memory has grown, so that nothing but the call is between this and the call.
            available := gas()
            if iszero(lt(available, required)) {
                success := call(gasLimit, target, 0, input, add(data.length, 20), 0, 0)
            }
        }
        if (available < required) revert IntakeInsufficientGas(required, available);
        if (success) return (true, "");
        assembly ("memory-safe") {
            let size := returndatasize()
            if gt(size, REASON_BYTES_MAX) { size := REASON_BYTES_MAX }
            reason := mload(0x40)
            mstore(reason, size)
            returndatacopy(add(reason, 0x20), 0, size)
            mstore(0x40, and(add(add(reason, 0x3f), size), not(0x1f)))
        }
    }

    /// @dev A wallet's signature costs the same for everybody and is checked here. A contract's check is somebody
    /// else's code: it runs in a frame of its own, with bounded gas, and what it returns is never copied here.
    function _isSignedBy(bytes calldata signer, bytes32 hash, bytes calldata signature) private view returns (bool) {
        if (signer.length == 20) {
            // Nobody has the private key of a contract's address, so a recovered signer needs no look at the code: that
            // would cost 2,600 gas for every account of a submission.
            address wallet = address(bytes20(signer));
            (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(hash, signature);
            if (problem == ECDSA.RecoverError.NoError && recovered == wallet) return true;
            if (wallet.code.length == 0) return false;
        }
        bytes memory input = abi.encodeCall(this.checkSignature, (signer, hash, signature));
        uint256 required = (SIGNATURE_GAS * 64) / 63 + REPORT_GAS;
        uint256 available = gasleft();
        (bool success, bytes memory result) = address(this).staticcall{gas: SIGNATURE_GAS}(input);
        if (success && abi.decode(result, (bool))) return true;
        // With less gas than promised the check may have failed for the relay's sake: no verdict then (O8).
        if (available < required) revert IntakeInsufficientGas(required, available);
        return false;
    }
}
