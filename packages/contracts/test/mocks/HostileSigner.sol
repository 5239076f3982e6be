// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev A contract signer (ERC-1271) and verifier (ERC-7913) that answers as it was told to.
contract HostileSigner {
    enum Mood {
        Accept,
        Refuse,
        Revert,
        Burn,
        Bomb,
        ShortAnswer,
        NeedsGas
    }

    Mood public mood;

    function become(Mood mood_) external {
        mood = mood_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return _answer(this.isValidSignature.selector);
    }

    function verify(bytes calldata, bytes32, bytes calldata) external view returns (bytes4) {
        return _answer(this.verify.selector);
    }

    function _answer(bytes4 accepted) private view returns (bytes4) {
        if (mood == Mood.Accept) return accepted;
        if (mood == Mood.Revert) revert("no");
        if (mood == Mood.Burn) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        if (mood == Mood.Bomb) {
            assembly {
                mstore(0, accepted)
                return(0, 400000)
            }
        }
        if (mood == Mood.ShortAnswer) {
            assembly {
                mstore(0, accepted)
                return(0, 4)
            }
        }
        if (mood == Mood.NeedsGas) return gasleft() > 400_000 ? accepted : bytes4(0xffffffff);
        return 0xffffffff;
    }
}
