// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IIntake} from "../../src/interfaces/IIntake.sol";

/// @dev Everything a call can do to those beside it. The Intake's real targets do none of this.
contract HostileTarget {
    error HostileRefusal(uint256 code);

    uint256 public wellBehavedCalls;
    bytes public lastData;
    IIntake.Outcome[] public inner;

    function behave() external {
        ++wellBehavedCalls;
        lastData = msg.data;
    }

    function refuse(uint256 code) external pure {
        revert HostileRefusal(code);
    }

    function burn() external pure {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function loop() external view {
        while (gasleft() > 0) {}
    }

    /// @dev 100,000 bytes of reason.
    function bomb() external pure {
        assembly {
            revert(0, 100000)
        }
    }

    /// @dev 100,000 bytes of result.
    function bombOnSuccess() external pure {
        assembly {
            return(0, 100000)
        }
    }

    /// @dev Submits again from inside, and keeps what came of it.
    function reenter(IIntake intake, IIntake.SignedOperation[] calldata operations) external {
        IIntake.Outcome[] memory outcomes = intake.submit(operations);
        for (uint256 i = 0; i < outcomes.length; ++i) {
            inner.push(outcomes[i]);
        }
    }

    /// @dev Fails when it does not get what was signed for.
    function needGas(uint256 gasLeft) external {
        require(gasleft() >= gasLeft, "too little gas");
        ++wellBehavedCalls;
    }
}
