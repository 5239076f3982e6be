// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Directory} from "../src/Directory.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IDirectoryKeys} from "../src/interfaces/IDirectoryKeys.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {ROLE_ADMINISTRATOR} from "../src/types/Role.sol";
import {accountOfFirstSigner} from "../src/types/Signer.sol";
import {Base} from "./Base.t.sol";
import {HostileSigner} from "./mocks/HostileSigner.sol";

/// @dev D19: a patient registered by the front desk, with an agreement.
contract DirectoryAgreementTest is Base {
    uint256 private constant CARLA = 0x23;
    uint256 private constant SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    function _agreement(uint256 patient, bytes memory recipient, uint256 organisation)
        private
        view
        returns (bytes memory)
    {
        bytes32 digest = directory.hashPatientRegistration(_accountOf(patient), recipient, _accountOf(organisation));
        return _signature(patient, digest);
    }

    function _admit(uint256 by, bytes memory recipient, bytes memory agreement) private {
        vm.prank(vm.addr(by));
        directory.registerPatient(_signer(CARLA), recipient, "identity", agreement);
    }

    function _expectUnproven(address account) private {
        vm.expectRevert(abi.encodeWithSelector(IDirectoryKeys.DirectoryPossessionUnproven.selector, account));
    }

    function _expectUnproven() private {
        _expectUnproven(_accountOf(CARLA));
    }

    function test_D19_oneOperationOfTheFrontDeskMakesAPatient() public {
        bytes memory agreement = _agreement(CARLA, _recipient(), NORTH);
        vm.expectEmit(address(directory));
        emit IDirectory.PatientAttested(_accountOf(CARLA), _accountOf(NORTH), "identity");
        vm.expectEmit(address(directory));
        emit IDirectory.AccountRegistered(_accountOf(CARLA), _signer(CARLA), _recipient());
        bytes memory data =
            abi.encodeCall(IDirectory.registerPatient, (_signer(CARLA), _recipient(), "identity", agreement));
        _assertApplied(_carry(OSEI, address(directory), data));
        vm.assertTrue(directory.isPatient(_accountOf(CARLA)));
        vm.assertEq(directory.attestationOf(_accountOf(CARLA), _accountOf(NORTH)), "identity");
        vm.assertEq(directory.recipientHashOf(_accountOf(CARLA)), keccak256(_recipient()));
        // The account is the patient's alone: it acts with its own signer, through the Intake and directly.
        vm.prank(vm.addr(CARLA));
        consent.openCompartment(LABS, 3, _recipient());
        data = abi.encodeCall(IDirectoryKeys.replaceRecipient, (_recipient()));
        _assertApplied(_carry(CARLA, address(directory), data));
    }

    function test_D19_theDigestIsThatOfEip712() public view {
        bytes32 typehash = keccak256("PatientRegistration(address patient,bytes recipient,address organisation)");
        bytes32 structHash =
            keccak256(abi.encode(typehash, _accountOf(CARLA), keccak256(_recipient()), _accountOf(NORTH)));
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("HRE Directory"),
                keccak256("1"),
                block.chainid,
                address(directory)
            )
        );
        vm.assertEq(
            directory.hashPatientRegistration(_accountOf(CARLA), _recipient(), _accountOf(NORTH)),
            keccak256(abi.encodePacked(hex"1901", domain, structHash))
        );
    }

    function test_D19_attack_anotherOrganisationUsesTheAgreement() public {
        bytes memory agreement = _agreement(CARLA, _recipient(), NORTH);
        _expectUnproven();
        _admit(SOUTH, _recipient(), agreement);
        // A technician attests nobody, and a patient is no organisation.
        agreement = _agreement(CARLA, _recipient(), SOUTH);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(LIN)));
        _admit(LIN, _recipient(), agreement);
        agreement = _agreement(CARLA, _recipient(), ANA);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryNotPermitted.selector, _accountOf(ANA)));
        _admit(ANA, _recipient(), agreement);
    }

    /// @dev Whoever names the recipient reads what is sealed to the patient.
    function test_D19_attack_theFrontDeskNamesItsOwnRecipient() public {
        bytes memory agreement = _agreement(CARLA, _recipient(), NORTH);
        bytes memory own = _recipient();
        own[1215] = 0x01;
        _expectUnproven();
        _admit(NORTH, own, agreement);
    }

    function test_D19_attack_theFrontDeskNamesItsOwnSigner() public {
        bytes memory agreement = _agreement(CARLA, _recipient(), NORTH);
        _expectUnproven(_accountOf(MALLORY));
        vm.prank(vm.addr(NORTH));
        directory.registerPatient(_signer(MALLORY), _recipient(), "identity", agreement);
    }

    function test_D19_attack_anAgreementForAnotherChainOrContract() public {
        bytes memory agreement = _agreement(CARLA, _recipient(), NORTH);
        uint256 chainId = block.chainid;
        vm.chainId(chainId + 1);
        _expectUnproven();
        _admit(NORTH, _recipient(), agreement);
        vm.chainId(chainId);
        Directory other = Directory(
            _proxyOf(_create("Directory", abi.encode(intake)), abi.encodeCall(IDirectory.initialize, (_founders())))
        );
        _expectUnproven();
        vm.prank(vm.addr(NORTH));
        other.registerPatient(_signer(CARLA), _recipient(), "identity", agreement);
        _admit(NORTH, _recipient(), agreement);
    }

    function test_D19_attack_theAgreementIsUsedTwice() public {
        bytes memory agreement = _agreement(CARLA, _recipient(), NORTH);
        _admit(NORTH, _recipient(), agreement);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDirectory.DirectoryAlreadyAttested.selector, _accountOf(CARLA), _accountOf(NORTH)
            )
        );
        _admit(NORTH, _recipient(), agreement);
        // Also not to undo what the patient has replaced since.
        vm.prank(vm.addr(CARLA));
        directory.revokeSigner();
        agreement = _agreement(CARLA, _recipient(), SOUTH);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryAlreadyRegistered.selector, _accountOf(CARLA)));
        _admit(SOUTH, _recipient(), agreement);
        vm.assertFalse(directory.isSignerOf(_accountOf(CARLA), _signer(CARLA)));
        vm.assertEq(directory.attestationOf(_accountOf(CARLA), _accountOf(SOUTH)), bytes32(0));
    }

    /// @dev The signature's twin (n - s, v flipped) recovers to the same wallet; it is refused all the same.
    function test_D19_attack_aMalleatedAgreement() public {
        bytes32 digest = directory.hashPatientRegistration(_accountOf(CARLA), _recipient(), _accountOf(NORTH));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(CARLA, digest);
        bytes memory twin = abi.encodePacked(r, bytes32(SECP256K1_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        _expectUnproven();
        _admit(NORTH, _recipient(), twin);
    }

    function testFuzz_D19_noOtherBytesAreAnAgreement(bytes memory agreement) public {
        vm.assume(keccak256(agreement) != keccak256(_agreement(CARLA, _recipient(), NORTH)));
        _expectUnproven();
        _admit(NORTH, _recipient(), agreement);
    }

    function test_D19_whatAttestingAndRegisteringRefuseIsRefused() public {
        bytes memory agreement = _agreement(CARLA, new bytes(1215), NORTH);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryRecipientLengthInvalid.selector, 1215));
        _admit(NORTH, new bytes(1215), agreement);
        agreement = _agreement(CARLA, _recipient(), NORTH);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryCommitmentEmpty.selector));
        vm.prank(vm.addr(NORTH));
        directory.registerPatient(_signer(CARLA), _recipient(), 0, agreement);
        agreement = _agreement(SOUTH, _recipient(), NORTH);
        vm.expectRevert(abi.encodeWithSelector(IDirectory.DirectoryAccountIsOrganisation.selector, _accountOf(SOUTH)));
        vm.prank(vm.addr(NORTH));
        directory.registerPatient(_signer(SOUTH), _recipient(), "identity", agreement);
    }

    function test_D19_aSignerThatIsAContractIsAsked() public {
        HostileSigner wallet = new HostileSigner();
        bytes memory signer = abi.encodePacked(wallet);
        vm.prank(vm.addr(NORTH));
        directory.registerPatient(signer, _recipient(), "identity", "");
        vm.assertTrue(directory.isPatient(accountOfFirstSigner(signer)));
        wallet = new HostileSigner();
        wallet.become(HostileSigner.Mood.Refuse);
        signer = abi.encodePacked(wallet);
        _expectUnproven(accountOfFirstSigner(signer));
        vm.prank(vm.addr(NORTH));
        directory.registerPatient(signer, _recipient(), "identity", "");
    }

    /// @dev Somebody already expected elsewhere: as a member of another organisation, or attested there.
    function test_D19_aMemberOrAnAttestedPatientMayComeThisWayToo() public {
        vm.prank(vm.addr(EAST));
        directory.addMember(_accountOf(CARLA), ROLE_ADMINISTRATOR);
        vm.prank(vm.addr(SOUTH));
        directory.attestPatient(_accountOf(CARLA), "identity");
        bytes memory agreement = _agreement(CARLA, _recipient(), NORTH);
        _admit(NORTH, _recipient(), agreement);
        vm.assertTrue(directory.isPatient(_accountOf(CARLA)));
        vm.assertEq(directory.organisationOf(_accountOf(CARLA)), _accountOf(EAST));
    }

    function test_D19_whilePausedItIsRefused() public {
        bytes memory data = abi.encodeCall(
            IDirectory.registerPatient, (_signer(CARLA), _recipient(), "identity", _agreement(CARLA, _recipient(), NORTH))
        );
        vm.prank(address(consortium));
        intake.setPaused(address(directory), true);
        _assertFailed(
            _carry(NORTH, address(directory), data),
            abi.encodeWithSelector(IIntake.IntakeTargetPaused.selector, address(directory))
        );
    }
}
