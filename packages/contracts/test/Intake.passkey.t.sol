// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {ERC7913P256Verifier} from "@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {ROLE_NURSE} from "../src/types/Role.sol";
import {accountOfFirstSigner} from "../src/types/Signer.sol";
import {Base} from "./Base.t.sol";

/// @dev Keys without an address of their own (ERC-7913). Apart from the other signatures, because OpenZeppelin's P256
/// does not compile without the optimizer, which coverage turns off.
contract IntakePasskeyTest is Base {
    /// @dev A private key on P-256.
    uint256 private constant PASSKEY = 0x5eed;
    uint256 private constant P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;

    /// @dev A nurse of the hospital whose signer is `signer`, not registered yet.
    function _expect(bytes memory signer) private returns (address account) {
        account = accountOfFirstSigner(signer);
        vm.prank(vm.addr(NORTH));
        directory.addMember(account, ROLE_NURSE);
    }

    /// @dev The registration of an account with any kind of signer.
    function _registration(bytes memory signer) private returns (IIntake.SignedOperation memory signed) {
        bytes memory data = abi.encodeCall(IDirectory.register, (signer, _recipient()));
        signed.operation = _operation(MALLORY, address(directory), data);
        signed.operation.account = accountOfFirstSigner(signer);
        signed.signer = signer;
    }

    function _signedByPasskey(IIntake.Operation memory operation) private view returns (bytes memory) {
        (bytes32 r, bytes32 s) = vm.signP256(PASSKEY, intake.hashOperation(operation));
        // P256 of OpenZeppelin refuses the higher of the two equivalent values.
        if (uint256(s) > P256_ORDER / 2) s = bytes32(P256_ORDER - uint256(s));
        return abi.encodePacked(r, s);
    }

    function test_O1_aPasskeyRegistersAndActs() public {
        (uint256 x, uint256 y) = vm.publicKeyP256(PASSKEY);
        bytes memory signer = abi.encodePacked(new ERC7913P256Verifier(), x, y);
        address account = _expect(signer);
        IIntake.SignedOperation memory signed = _registration(signer);
        signed.signature = _signedByPasskey(signed.operation);
        _assertApplied(_submit(signed));
        vm.assertTrue(directory.isSignerOf(account, signer));
        vm.assertEq(directory.accountOfSigner(signer), account);
        signed.operation.data = abi.encodeCall(IDirectory.removeMember, (account));
        signed.operation.nonce += 1000;
        signed.signature = _signedByPasskey(signed.operation);
        _assertApplied(_submit(signed));
        vm.assertEq(directory.organisationOf(account), address(0));
    }

    function test_O1_aPasskeysSignatureOverSomethingElseIsRefused() public {
        (uint256 x, uint256 y) = vm.publicKeyP256(PASSKEY);
        bytes memory signer = abi.encodePacked(new ERC7913P256Verifier(), x, y);
        _expect(signer);
        IIntake.SignedOperation memory signed = _registration(signer);
        signed.signature = _signedByPasskey(signed.operation);
        signed.operation.nonce += 1;
        vm.assertFalse(_submit(signed).applied);
    }
}
