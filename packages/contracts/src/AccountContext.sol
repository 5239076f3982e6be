// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "./interfaces/IDirectory.sol";
import {IIntake} from "./interfaces/IIntake.sol";

/// @title AccountContext
/// @notice Tells a contract of the exchange on whose account it is called.
/// @dev Rule O9 in spec/operations.md. Both addresses are immutable: whoever could change them could speak for anybody.
abstract contract AccountContext {
    /// @notice No registered account has `wallet` as its signer.
    error AccountUnknown(address wallet);
    /// @notice The organisations have voted for pausing this contract's changes. Nothing is lost: try again later.
    error ContractPaused();

    /// @dev What the Intake appends to the call data: an address, packed.
    uint256 private constant ACCOUNT_BYTES = 20;

    /// @notice The only caller that is believed about the account.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address public immutable intake;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address intake_) {
        intake = intake_;
    }

    /// @dev Who calls. Bytes that anybody but the Intake appends are never read, so they cannot name a victim.
    function _account() internal view returns (address account) {
        if (_isCarried()) return _carriedAccount();
        _requireNotPaused();
        account = _accountOfWallet(msg.sender);
        if (account == address(0)) revert AccountUnknown(msg.sender);
    }

    /// @dev The Intake carries nothing to a paused contract, so only who comes past it has to ask.
    function _requireNotPaused() internal view {
        if (!_isCarried() && IIntake(intake).isPaused(address(this))) revert ContractPaused();
    }

    function _isCarried() internal view returns (bool) {
        return msg.sender == intake;
    }

    /// @dev Only meaningful when `_isCarried()`. The Intake always appends, so the call data is long enough; should it
    /// ever not be, the slice reverts.
    function _carriedAccount() internal pure returns (address) {
        return address(bytes20(msg.data[msg.data.length - ACCOUNT_BYTES:]));
    }

    /// @dev The registered account whose signer is `wallet`, or zero.
    function _accountOfWallet(address wallet) internal view virtual returns (address);
}

/// @title DirectoryClient
/// @notice An `AccountContext` that asks the Directory who a wallet is.
abstract contract DirectoryClient is AccountContext {
    /// @notice The Directory that knows accounts, organisations and patients.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IDirectory public immutable directory;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(address intake_, IDirectory directory_) AccountContext(intake_) {
        directory = directory_;
    }

    function _accountOfWallet(address wallet) internal view override returns (address) {
        return directory.accountOfSigner(abi.encodePacked(wallet));
    }
}
