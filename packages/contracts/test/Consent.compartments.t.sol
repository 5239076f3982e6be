// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {Base} from "./Base.t.sol";

contract ConsentCompartmentsTest is Base {
    CompartmentId private constant IMAGING = CompartmentId.wrap("imaging");
    bytes private backLink = new bytes(60);

    function _open(uint256 key, uint8 sensitivity, bytes memory recipient) private {
        vm.prank(vm.addr(key));
        consent.openCompartment(IMAGING, sensitivity, recipient);
    }

    function _rotate(uint256 key, uint32 epoch, bytes memory recipient, bytes memory link) private {
        vm.prank(vm.addr(key));
        consent.rotate(LABS, epoch, recipient, link, "wraps");
    }

    function test_C1_aPatientOpensACompartmentInEpochOne() public {
        vm.expectEmit(address(consent));
        emit IConsent.CompartmentOpened(_accountOf(ANA), IMAGING, 5, _recipient());
        _open(ANA, 5, _recipient());
        (uint8 sensitivity, uint32 epoch, bytes32 recipientHash) = consent.compartmentOf(_accountOf(ANA), IMAGING);
        vm.assertEq(sensitivity, 5);
        vm.assertEq(epoch, 1);
        vm.assertEq(recipientHash, keccak256(_recipient()));
    }

    function test_C1_anIdIsUsedOncePerPatient() public {
        _open(ANA, 1, _recipient());
        _open(BEN, 1, _recipient());
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentCompartmentExists.selector, _accountOf(ANA), IMAGING));
        _open(ANA, 2, _recipient());
    }

    function test_C1_onlyPatientsHaveCompartments() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 key = [OSEI, NORTH][i];
            vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentPatientUnknown.selector, _accountOf(key)));
            _open(key, 1, _recipient());
        }
    }

    function test_C1_anAttestedAccountThatIsNotRegisteredOpensNothing() public {
        vm.prank(vm.addr(NORTH));
        directory.attestPatient(_accountOf(MALLORY), "commitment");
        bytes memory data = abi.encodeCall(IConsent.openCompartment, (IMAGING, 1, _recipient()));
        _assertFailed(
            _carry(MALLORY, address(consent), data),
            abi.encodeWithSelector(IConsent.ConsentPatientUnknown.selector, _accountOf(MALLORY))
        );
    }

    function testFuzz_C1_sensitivityIsOneToFive(uint8 sensitivity) public {
        vm.assume(sensitivity == 0 || sensitivity > 5);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentSensitivityInvalid.selector, sensitivity));
        _open(ANA, sensitivity, _recipient());
    }

    function testFuzz_D3_aCompartmentsRecipientHas1216Bytes(uint16 length) public {
        vm.assume(length != 1216);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentRecipientLengthInvalid.selector, length));
        _open(ANA, 1, new bytes(length));
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentRecipientLengthInvalid.selector, length));
        _rotate(ANA, 2, new bytes(length), backLink);
    }

    function test_C5_rotatingStartsTheNextEpoch() public {
        bytes memory next = new bytes(1216);
        next[0] = 0x02;
        vm.expectEmit(address(consent));
        emit IConsent.CompartmentRotated(_accountOf(ANA), LABS, 2, next, backLink, "wraps");
        _rotate(ANA, 2, next, backLink);
        (uint8 sensitivity, uint32 epoch, bytes32 recipientHash) = consent.compartmentOf(_accountOf(ANA), LABS);
        vm.assertEq(sensitivity, 3);
        vm.assertEq(epoch, 2);
        vm.assertEq(recipientHash, keccak256(next));
    }

    function test_C5_twoDevicesCannotBothRotate() public {
        _rotate(ANA, 2, _recipient(), backLink);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentEpochInvalid.selector, 2, 3));
        _rotate(ANA, 2, _recipient(), backLink);
    }

    function testFuzz_C5_anyOtherEpochIsRefused(uint32 epoch) public {
        vm.assume(epoch != 2);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentEpochInvalid.selector, epoch, 2));
        _rotate(ANA, epoch, _recipient(), backLink);
    }

    function test_C5_onlyThePatientRotates() public {
        for (uint256 i = 0; i < 2; ++i) {
            uint256 key = [OSEI, NORTH][i];
            vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentCompartmentUnknown.selector, _accountOf(key), LABS));
            _rotate(key, 2, _recipient(), backLink);
        }
        // Ben's own compartment has the same id and its own epochs.
        _rotate(BEN, 2, _recipient(), backLink);
        (, uint32 epoch,) = consent.compartmentOf(_accountOf(ANA), LABS);
        vm.assertEq(epoch, 1);
    }

    function testFuzz_C5_aBackLinkHas60Bytes(uint16 length) public {
        vm.assume(length != 60);
        vm.expectRevert(abi.encodeWithSelector(IConsent.ConsentBackLinkLengthInvalid.selector, length));
        _rotate(ANA, 2, _recipient(), new bytes(length));
    }

    function test_C5_aRotationLeavesGrantsAsTheyAre() public {
        _grant(ANA, _terms(_accountOf(OSEI)));
        _rotate(ANA, 2, _recipient(), backLink);
        IConsent.Decision decision = consent.decide(_accountOf(OSEI), _accountOf(ANA), LABS, 3, TREAT, NOW);
        vm.assertTrue(decision == IConsent.Decision.Permitted);
    }
}
