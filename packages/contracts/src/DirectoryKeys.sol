// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {AccountContext} from "./AccountContext.sol";
import {IDirectory} from "./interfaces/IDirectory.sol";
import {IDirectoryKeys} from "./interfaces/IDirectoryKeys.sol";
import {RECIPIENT_BYTES} from "./types/Recipient.sol";
import {SIGNER_BYTES_MAX, SIGNER_BYTES_MIN, accountOfFirstSigner} from "./types/Signer.sol";

/// @title DirectoryKeys
/// @dev The part of the Directory that keeps signers and recipients. Documentation, events and errors: IDirectoryKeys.
abstract contract DirectoryKeys is IDirectory, AccountContext, EIP712 {
    bytes32 private constant REPLACEMENT_TYPEHASH =
        keccak256("SignerReplacement(address account,bytes signer,uint256 replacements)");

    /// @dev In the place of a hash: nothing is known that hashes to it.
    bytes32 private constant FIRST_SIGNER = 0;
    bytes32 private constant NOBODY = bytes32(uint256(1));

    /// @dev In use before `until`, and since the one before.
    struct FormerSigner {
        uint48 until;
        bytes32 hash;
    }

    struct FormerRecipient {
        uint48 until;
        bytes32 hash;
    }

    /// @dev keccak-256 of the present signer. The first one is not stored: the account commits to it. Whoever asks brings
    /// the signer along, because the key of a smartcard would take ten words here.
    mapping(address account => bytes32) private _signerHashes;
    mapping(address account => bytes32) private _recipientHashes;
    mapping(address account => FormerSigner[]) private _formerSigners;
    mapping(address account => FormerRecipient[]) private _formerRecipients;

    /// @dev By keccak-256 of the signer. First signers are not in it: they commit to their account.
    mapping(bytes32 signerHash => address) private _accountOfReplacement;

    /// @dev Room for later state, so that none of what stands on top moves on an upgrade.
    uint256[45] private __gap;

    /// @inheritdoc IDirectoryKeys
    function replaceSigner(bytes calldata signer, bytes calldata possession) external {
        _replaceSigner(_knownAccount(), signer, possession);
    }

    /// @inheritdoc IDirectoryKeys
    function replaceRecipient(bytes calldata recipient) external {
        _replaceRecipient(_knownAccount(), recipient);
    }

    /// @inheritdoc IDirectoryKeys
    function revokeSigner() external {
        _revokeSigner(_knownAccount());
    }

    /// @inheritdoc IDirectoryKeys
    function hashSignerReplacement(address account, bytes calldata signer) external view returns (bytes32) {
        return _hashReplacement(account, signer);
    }

    /// @inheritdoc IDirectoryKeys
    function isSignerOf(address account, bytes calldata signer) external view returns (bool) {
        return _isSigner(account, signer, _isRekeyed(account) ? _signerHashes[account] : FIRST_SIGNER);
    }

    /// @inheritdoc IDirectoryKeys
    function isSignerAt(address account, bytes calldata signer, uint48 time) external view returns (bool) {
        if (time < _registeredAt(account)) return false;
        FormerSigner[] storage former = _formerSigners[account];
        // The first that was replaced after `time`; halving, so that a long history costs little.
        (uint256 low, uint256 high) = (0, former.length);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (former[middle].until > time) high = middle;
            else low = middle + 1;
        }
        return _isSigner(account, signer, low == former.length ? _signerHashes[account] : former[low].hash);
    }

    /// @inheritdoc IDirectoryKeys
    function recipientHashAt(address account, uint48 time) external view returns (bytes32) {
        if (time < _registeredAt(account)) return 0;
        FormerRecipient[] storage former = _formerRecipients[account];
        (uint256 low, uint256 high) = (0, former.length);
        while (low < high) {
            uint256 middle = (low + high) / 2;
            if (former[middle].until > time) high = middle;
            else low = middle + 1;
        }
        return low == former.length ? _recipientHashes[account] : former[low].hash;
    }

    /// @dev Unix seconds; the largest number when `account` is not registered.
    function _registeredAt(address account) internal view virtual returns (uint48);

    /// @dev Whether `account` has another signer than its first, or none. Kept in the word that every decision reads.
    function _isRekeyed(address account) internal view virtual returns (bool);

    function _setRekeyed(address account) internal virtual;

    function _recipientHashOf(address account) internal view returns (bytes32) {
        return _recipientHashes[account];
    }

    function _setFirstKeys(address account, bytes memory signer, bytes memory recipient) internal {
        _requireSigner(signer);
        _requireRecipient(recipient);
        address holder = _accountOfSigner(signer);
        if (holder != address(0)) revert DirectorySignerTaken(holder);
        _recipientHashes[account] = keccak256(recipient);
    }

    /// @dev Without the proof anybody could take a signer before its holder registers, and block the registration.
    function _replaceSigner(address account, bytes calldata signer, bytes calldata possession) internal {
        _requireSigner(signer);
        address holder = _accountOfSigner(signer);
        if (holder != address(0)) revert DirectorySignerTaken(holder);
        if (!SignatureChecker.isValidSignatureNow(signer, _hashReplacement(account, signer), possession)) {
            revert DirectoryPossessionUnproven(account);
        }
        bytes32 signerHash = keccak256(signer);
        _retireSigner(account, signerHash);
        _accountOfReplacement[signerHash] = account;
        emit SignerReplaced(account, signer);
    }

    function _replaceRecipient(address account, bytes calldata recipient) internal {
        _requireRecipient(recipient);
        _formerRecipients[account].push(FormerRecipient(uint48(block.timestamp), _recipientHashes[account]));
        _recipientHashes[account] = keccak256(recipient);
        emit RecipientReplaced(account, recipient);
    }

    function _revokeSigner(address account) internal {
        if (_isRevoked(account)) revert DirectorySignerIsRevoked(account);
        _retireSigner(account, NOBODY);
        emit SignerRevoked(account);
    }

    function _isRevoked(address account) internal view returns (bool) {
        return _signerHashes[account] == NOBODY;
    }

    /// @dev The registered account whose present signer is `signer`, or zero.
    function _accountOfSigner(bytes memory signer) internal view returns (address account) {
        bytes32 signerHash = keccak256(signer);
        account = _accountOfReplacement[signerHash];
        if (account != address(0) && _signerHashes[account] == signerHash) return account;
        account = accountOfFirstSigner(signer);
        bool isFirst = _registeredAt(account) != type(uint48).max && !_isRekeyed(account);
        return isFirst ? account : address(0);
    }

    function _accountOfWallet(address wallet) internal view override returns (address) {
        return _accountOfSigner(abi.encodePacked(wallet));
    }

    /// @dev Who calls. The Intake also carries for an account that is yet to be registered; it has no keys to replace.
    function _knownAccount() internal view returns (address account) {
        account = _account();
        if (_registeredAt(account) == type(uint48).max) revert DirectoryNotPermitted(account);
    }

    function _retireSigner(address account, bytes32 next) private {
        _formerSigners[account].push(FormerSigner(uint48(block.timestamp), _signerHashes[account]));
        _signerHashes[account] = next;
        _setRekeyed(account);
    }

    function _isSigner(address account, bytes calldata signer, bytes32 hash) private pure returns (bool) {
        return hash == FIRST_SIGNER ? accountOfFirstSigner(signer) == account : keccak256(signer) == hash;
    }

    /// @dev The count makes each agreement good for one replacement.
    function _hashReplacement(address account, bytes calldata signer) private view returns (bytes32) {
        uint256 replacements = _formerSigners[account].length;
        return _hashTypedDataV4(keccak256(abi.encode(REPLACEMENT_TYPEHASH, account, keccak256(signer), replacements)));
    }

    function _requireSigner(bytes memory signer) private pure {
        if (signer.length < SIGNER_BYTES_MIN || signer.length > SIGNER_BYTES_MAX) {
            revert DirectorySignerLengthInvalid(signer.length);
        }
    }

    function _requireRecipient(bytes memory recipient) private pure {
        if (recipient.length != RECIPIENT_BYTES) revert DirectoryRecipientLengthInvalid(recipient.length);
    }
}
