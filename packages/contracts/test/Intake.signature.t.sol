// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {ROLE_NURSE} from "../src/types/Role.sol";
import {accountOfFirstSigner} from "../src/types/Signer.sol";
import {Base} from "./Base.t.sol";
import {HostileSigner} from "./mocks/HostileSigner.sol";

/// @dev Signers that are contracts: their code runs inside the check.
contract IntakeSignatureTest is Base {
    HostileSigner private hostile;

    function setUp() public override {
        super.setUp();
        hostile = new HostileSigner();
    }

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

    function _good(uint256 key) private returns (IIntake.SignedOperation memory) {
        return _signed(key, address(directory), abi.encodeCall(IDirectory.setEndpoint, ("https://x")));
    }

    function test_O1_aContractWalletRegistersAndMayCallDirectly() public {
        bytes memory signer = abi.encodePacked(hostile);
        address account = _expect(signer);
        _assertApplied(_submit(_registration(signer)));
        vm.prank(address(hostile));
        directory.removeMember(account);
        vm.assertEq(directory.organisationOf(account), address(0));
    }

    /// @dev Each mood, as a wallet (ERC-1271) and as a verifier (ERC-7913), between two good operations.
    function test_O7_aHostileSignerHarmsNoNeighbour() public {
        bytes memory verifier = abi.encodePacked(hostile, "key");
        bytes memory wallet = abi.encodePacked(hostile);
        _expect(verifier);
        _expect(wallet);
        for (uint8 mood = uint8(HostileSigner.Mood.Refuse); mood <= uint8(HostileSigner.Mood.ShortAnswer); ++mood) {
            hostile.become(HostileSigner.Mood(mood));
            _assertHarmless(_registration(verifier));
            // An answer of 400,000 bytes that begins with the accepted word is an acceptance, and costs only its own gas.
            _assertHarmless(_registration(wallet));
        }
    }

    function _assertHarmless(IIntake.SignedOperation memory hostileOne) private {
        IIntake.SignedOperation[] memory batch = _batch(_good(NORTH), hostileOne, _good(SOUTH));
        // What the neighbours signed for, the hostile operation's own gas, and the gas of its check.
        IIntake.Outcome[] memory outcomes = intake.submit{gas: 2_500_000}(batch);
        _assertApplied(outcomes[0]);
        _assertApplied(outcomes[2]);
        bool bomb = hostile.mood() == HostileSigner.Mood.Bomb;
        if (!bomb) {
            _assertFailed(
                outcomes[1],
                abi.encodeWithSelector(IIntake.IntakeSignatureInvalid.selector, hostileOne.operation.account)
            );
            vm.assertFalse(intake.isNonceUsed(hostileOne.operation.account, hostileOne.operation.nonce));
        }
    }

    /// @dev The Intake never refuses because of the relay: a signer that gets less gas than promised gives no verdict.
    function testFuzz_O8_noAmountOfGasMakesASignatureFail(uint256 gasGiven) public {
        gasGiven = 100_000 + gasGiven % 2_500_000;
        bytes memory signer = abi.encodePacked(hostile);
        _expect(signer);
        hostile.become(HostileSigner.Mood.NeedsGas);
        IIntake.SignedOperation memory signed = _registration(signer);
        (bool success, bytes memory answer) =
            address(intake).call{gas: gasGiven}(abi.encodeCall(IIntake.submit, (_batch(signed))));
        vm.assertTrue(success == directory.isRegistered(signed.operation.account));
        if (success) _assertApplied(abi.decode(answer, (IIntake.Outcome[]))[0]);
    }

    function test_O6_isValidSignatureIsThatOfThePresentSigner() public {
        bytes32 digest = keccak256("receipt");
        vm.assertTrue(intake.isValidSignature(_accountOf(ANA), _signer(ANA), digest, _signature(ANA, digest)));
        vm.assertFalse(intake.isValidSignature(_accountOf(ANA), _signer(ANA), digest, _signature(BEN, digest)));
        vm.assertFalse(intake.isValidSignature(_accountOf(ANA), _signer(ANA), keccak256("other"), _signature(ANA, digest)));
        vm.assertFalse(intake.isValidSignature(_accountOf(MALLORY), _signer(MALLORY), digest, _signature(MALLORY, digest)));
        vm.assertFalse(intake.isValidSignature(_accountOf(ANA), _signer(ANA), digest, ""));
        vm.assertFalse(intake.isValidSignature(_accountOf(ANA), _signer(BEN), digest, _signature(BEN, digest)));
        bytes memory signer = abi.encodePacked(hostile);
        _expect(signer);
        _assertApplied(_submit(_registration(signer)));
        address account = accountOfFirstSigner(signer);
        vm.assertTrue(intake.isValidSignature(account, signer, digest, ""));
        hostile.become(HostileSigner.Mood.Burn);
        vm.assertFalse(intake.isValidSignature{gas: 2_000_000}(account, signer, digest, ""));
        vm.expectRevert();
        intake.isValidSignature{gas: 200_000}(account, signer, digest, "");
    }

    function testFuzz_O1_noShortSignerIsEverValid(bytes memory signer, bytes32 digest, bytes memory signature)
        public
        view
    {
        vm.assume(signer.length < 20);
        vm.assertFalse(intake.checkSignature(signer, digest, signature));
    }
}
