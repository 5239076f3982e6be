// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {AccountContext} from "./AccountContext.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IIntake} from "./interfaces/IIntake.sol";
import {accountOfFirstSigner} from "./types/Signer.sol";

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
    mapping(address target => bool) public isTarget;

    mapping(address account => BitMaps.BitMap) private _spentNonces;

    /// @param targets The exchange's contracts, for good (O10): the Directory among them, the Intake never.
    constructor(IDirectory directory_, address[] memory targets) EIP712("HRE Intake", "1") {
        directory = directory_;
        for (uint256 i = 0; i < targets.length; ++i) {
            // Calling itself, the Intake would be its own trusted caller.
            if (targets[i] == address(this)) revert IntakeTargetUnknown(targets[i]);
            isTarget[targets[i]] = true;
        }
    }

    /// @inheritdoc IIntake
    function submit(SignedOperation[] calldata operations) external returns (Outcome[] memory outcomes) {
        uint256 count = operations.length;
        if (count > OPERATIONS_MAX) revert IntakeTooManyOperations(count, OPERATIONS_MAX);
        outcomes = new Outcome[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes memory refusal = _refusalOf(operations[i]);
            if (refusal.length == 0) {
                (outcomes[i].applied, outcomes[i].reason) = _carry(operations[i].operation);
            } else {
                outcomes[i].reason = refusal;
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
    function isValidSignature(address account, bytes32 hash, bytes calldata signature) external view returns (bool) {
        bytes memory signer = directory.signerOf(account);
        return signer.length != 0 && _isSignedBy(signer, hash, signature);
    }

    /// @inheritdoc IIntake
    function checkSignature(bytes calldata signer, bytes32 hash, bytes calldata signature)
        external
        view
        returns (bool)
    {
        return SignatureChecker.isValidSignatureNow(signer, hash, signature);
    }

    /// @dev Why the operation must not be called, or nothing. The cheap checks come first, so that carrying a stale
    /// operation costs the relay little.
    function _refusalOf(SignedOperation calldata signed) private view returns (bytes memory) {
        Operation calldata operation = signed.operation;
        address account = operation.account;
        if (block.timestamp > operation.deadline) {
            return abi.encodeWithSelector(IntakeExpired.selector, operation.deadline, block.timestamp);
        }
        if (!isTarget[operation.target]) {
            return abi.encodeWithSelector(IntakeTargetUnknown.selector, operation.target);
        }
        if (operation.gasLimit > OPERATION_GAS_MAX) {
            return abi.encodeWithSelector(IntakeGasLimitTooHigh.selector, operation.gasLimit, OPERATION_GAS_MAX);
        }
        if (isNonceUsed(account, operation.nonce)) {
            return abi.encodeWithSelector(IntakeNonceUsed.selector, account, operation.nonce);
        }
        bytes memory signer = directory.signerOf(account);
        if (signer.length == 0) {
            signer = signed.signer;
            if (accountOfFirstSigner(signer) != account) {
                return abi.encodeWithSelector(IntakeSignerUnknown.selector, account);
            }
        }
        if (!_isSignedBy(signer, hashOperation(operation), signed.signature)) {
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
    function _isSignedBy(bytes memory signer, bytes32 hash, bytes calldata signature) private view returns (bool) {
        if (signer.length == 20) {
            address wallet = address(bytes20(signer));
            if (wallet.code.length == 0) {
                return SignatureChecker.isValidSignatureNowCalldata(wallet, hash, signature);
            }
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
