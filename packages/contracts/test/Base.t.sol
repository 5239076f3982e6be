// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Access} from "../src/Access.sol";
import {Consent} from "../src/Consent.sol";
import {Consortium} from "../src/Consortium.sol";
import {Directory} from "../src/Directory.sol";
import {Emergency} from "../src/Emergency.sol";
import {Intake} from "../src/Intake.sol";
import {Notary} from "../src/Notary.sol";
import {Records} from "../src/Records.sol";
import {IConsent} from "../src/interfaces/IConsent.sol";
import {IConsortium} from "../src/interfaces/IConsortium.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {RIGHT_READ} from "../src/types/Rights.sol";
import {ROLE_DOCTOR, ROLE_LAB_TECHNICIAN, Role} from "../src/types/Role.sol";
import {accountOfFirstSigner} from "../src/types/Signer.sol";
import {Vm} from "./Vm.sol";

/// @dev Three founders, two patients with a compartment each, two members, and Mallory whom nobody expects.
/// People are named by their private keys; a wallet is `vm.addr(key)`, an account is `_accountOf(key)`.
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    uint256 internal constant NORTH = 0x01; // hospital, founder
    uint256 internal constant SOUTH = 0x02; // laboratory, founder
    uint256 internal constant EAST = 0x03; // insurer, founder
    uint256 internal constant OSEI = 0x11; // doctor at the hospital
    uint256 internal constant LIN = 0x12; // technician at the laboratory
    uint256 internal constant ANA = 0x21; // patient
    uint256 internal constant BEN = 0x22; // patient
    uint256 internal constant MALLORY = 0x99;

    uint8 internal constant HOSPITAL = 1;
    uint8 internal constant LABORATORY = 2;
    uint8 internal constant INSURER = 3;
    uint8 internal constant TREAT = 0;
    uint48 internal constant NOW = 1_750_000_000;
    uint32 internal constant GAS = 1_000_000;

    CompartmentId internal constant LABS = CompartmentId.wrap("labs of somebody");

    Intake internal intake;
    Consortium internal consortium;
    Directory internal directory;
    Consent internal consent;
    Records internal records;
    Access internal access;
    Emergency internal emergency;
    Notary internal notary;

    uint256 private _nextNonce;

    function setUp() public virtual {
        vm.warp(NOW);
        _deploy();
        _join(OSEI, NORTH, ROLE_DOCTOR);
        _join(LIN, SOUTH, ROLE_LAB_TECHNICIAN);
        _becomePatient(ANA);
        _becomePatient(BEN);
        vm.prank(vm.addr(ANA));
        consent.openCompartment(LABS, 3, _recipient());
        vm.prank(vm.addr(BEN));
        consent.openCompartment(LABS, 3, _recipient());
    }

    function _deploy() private {
        // The three codes come between the two that know everybody's address and the proxies.
        uint256 nonce = vm.getNonce(address(this));
        address consortiumAt = vm.computeCreateAddress(address(this), nonce + 1);
        address accessAt = vm.computeCreateAddress(address(this), nonce + 2);
        address[] memory targets = new address[](7);
        for (uint256 i = 0; i < 3; ++i) {
            targets[i] = vm.computeCreateAddress(address(this), nonce + 6 + i);
        }
        (targets[3], targets[4]) = (accessAt, consortiumAt);
        targets[5] = vm.computeCreateAddress(address(this), nonce + 9);
        targets[6] = vm.computeCreateAddress(address(this), nonce + 10);
        intake = Intake(_create("Intake", abi.encode(targets[0], consortiumAt, targets)));
        IConsortium.Listing[] memory listings = new IConsortium.Listing[](8);
        listings[0] = IConsortium.Listing("Intake", address(intake), address(0), false);
        listings[1] = IConsortium.Listing("Consortium", consortiumAt, address(0), false);
        listings[2] = IConsortium.Listing("Access", accessAt, address(0), true);
        listings[3] = IConsortium.Listing("Directory", targets[0], _proxyAdminOf(targets[0]), true);
        listings[4] = IConsortium.Listing("Consent", targets[1], _proxyAdminOf(targets[1]), true);
        listings[5] = IConsortium.Listing("Records", targets[2], _proxyAdminOf(targets[2]), true);
        listings[6] = IConsortium.Listing("Emergency", targets[5], address(0), false);
        listings[7] = IConsortium.Listing("Notary", targets[6], address(0), true);
        consortium = Consortium(_create("Consortium", abi.encode(intake, targets[0], listings)));
        access = Access(_create("Access", abi.encode(intake, targets[0])));
        address directoryCode = _create("Directory", abi.encode(intake));
        address consentCode = _create("Consent", abi.encode(intake, targets[0]));
        address recordsCode = _create("Records", abi.encode(intake, targets[0]));
        directory = Directory(_proxyOf(directoryCode, abi.encodeCall(IDirectory.initialize, (_founders()))));
        consent = Consent(_proxyOf(consentCode, ""));
        records = Records(_proxyOf(recordsCode, ""));
        emergency = Emergency(_create("Emergency", abi.encode(intake, directory, consent)));
        notary = Notary(_create("Notary", abi.encode(intake, directory)));
    }

    function _founders() internal pure returns (IDirectory.Founder[] memory founders) {
        founders = new IDirectory.Founder[](3);
        founders[0] = IDirectory.Founder(_signer(NORTH), _recipient(), HOSPITAL, "CH", "https://north.example");
        founders[1] = IDirectory.Founder(_signer(SOUTH), _recipient(), LABORATORY, "DE", "");
        founders[2] = IDirectory.Founder(_signer(EAST), _recipient(), INSURER, "FR", "");
    }

    function _proxyOf(address code, bytes memory data) internal returns (address) {
        return _create("ExchangeProxy", abi.encode(code, consortium, data));
    }

    /// @dev The code that is deployed, byte for byte, as scripts/compile.ts wrote it. `new` would compile every contract
    /// again into each test that uses it; only coverage does, to see the lines.
    function _create(string memory name, bytes memory arguments) internal returns (address created) {
        bool measured = vm.envOr("HRE_COVERAGE", false);
        string memory path =
            measured ? string.concat(name, ".sol:", name) : string.concat("artifacts/", name, ".json");
        bytes memory code = bytes.concat(vm.getCode(path), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
            if iszero(created) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
    }

    /// @dev A proxy creates its admin first of all.
    function _proxyAdminOf(address proxy) internal pure returns (address) {
        return vm.computeCreateAddress(proxy, 1);
    }

    function _becomePatient(uint256 key) internal {
        vm.prank(vm.addr(NORTH));
        directory.attestPatient(_accountOf(key), keccak256(abi.encode("identity", key)));
        _register(key);
    }

    function _join(uint256 key, uint256 organisationKey, Role role) internal {
        vm.prank(vm.addr(organisationKey));
        directory.addMember(_accountOf(key), role);
        _register(key);
    }

    function _register(uint256 key) internal {
        bytes memory signer = _signer(key);
        vm.prank(vm.addr(key));
        directory.register(signer, _recipient());
    }

    /// @dev One year of reading for treatment, up to sensitivity 3.
    function _terms(address reader) internal pure returns (IConsent.GrantTerms memory) {
        return IConsent.GrantTerms(reader, LABS, RIGHT_READ, 1, 3, NOW, NOW + 365 days, "wrap");
    }

    function _grant(uint256 key, IConsent.GrantTerms memory terms) internal {
        vm.prank(vm.addr(key));
        consent.grant(terms);
    }

    function _operation(uint256 key, address target, bytes memory data)
        internal
        returns (IIntake.Operation memory operation)
    {
        return IIntake.Operation(_accountOf(key), target, data, _nextNonce++, NOW + 600, GAS);
    }

    function _sign(uint256 key, IIntake.Operation memory operation)
        internal
        view
        returns (IIntake.SignedOperation memory)
    {
        return IIntake.SignedOperation(operation, _signer(key), _signature(key, intake.hashOperation(operation)));
    }

    function _signed(uint256 key, address target, bytes memory data) internal returns (IIntake.SignedOperation memory) {
        return _sign(key, _operation(key, target, data));
    }

    function _submit(IIntake.SignedOperation memory operation) internal returns (IIntake.Outcome memory) {
        return intake.submit(_batch(operation))[0];
    }

    function _carry(uint256 key, address target, bytes memory data) internal returns (IIntake.Outcome memory) {
        return _submit(_signed(key, target, data));
    }

    function _assertApplied(IIntake.Outcome memory outcome) internal pure {
        vm.assertTrue(outcome.applied, "applied");
        vm.assertEq(outcome.reason, "");
    }

    function _assertFailed(IIntake.Outcome memory outcome, bytes memory reason) internal pure {
        vm.assertFalse(outcome.applied, "not applied");
        vm.assertEq(outcome.reason, reason);
    }

    function _signature(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    function _signer(uint256 key) internal pure returns (bytes memory) {
        return abi.encodePacked(vm.addr(key));
    }

    function _accountOf(uint256 key) internal pure returns (address) {
        return accountOfFirstSigner(_signer(key));
    }

    function _recipient() internal pure returns (bytes memory) {
        return new bytes(1216);
    }

    function _batch(IIntake.SignedOperation memory a) internal pure returns (IIntake.SignedOperation[] memory batch) {
        batch = new IIntake.SignedOperation[](1);
        batch[0] = a;
    }

    function _batch(
        IIntake.SignedOperation memory a,
        IIntake.SignedOperation memory b,
        IIntake.SignedOperation memory c
    ) internal pure returns (IIntake.SignedOperation[] memory batch) {
        batch = new IIntake.SignedOperation[](3);
        (batch[0], batch[1], batch[2]) = (a, b, c);
    }
}
