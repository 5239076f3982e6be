// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccess} from "../src/interfaces/IAccess.sol";
import {IConsent} from "../src/interfaces/IConsent.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {IRecords} from "../src/interfaces/IRecords.sol";
import {batchIdOf} from "../src/types/BatchId.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {ROLE_LAB_TECHNICIAN, ROLE_NURSE} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

/// @dev The prices that are promised: what each act costs as one of fifty in a transaction, by fifty different people and
/// about fifty different ones. Everything is in: a fiftieth of the transaction's 21,000, the call data, the Intake with its
/// check of a real signature, both proxies, every event. Everybody's word of nonces has been used before, as with all but
/// the first operation of a device (O4). Kept in snapshots/prices.json; `npm run gas` measures and explains them.
/// forge-config: default.isolate = true
contract PricesTest is Base {
    uint256 private constant FIFTY = 50;
    uint256 private constant FIRST_PATIENT = 0x1000;
    uint256 private constant FIRST_DOCTOR = 0x2000;
    uint256 private constant FIRST_STAFF = 0x3000;

    mapping(uint256 key => uint256) private _nonces;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < FIFTY; ++i) {
            _join(FIRST_STAFF + i, i % 2 == 0 ? NORTH : SOUTH, i % 2 == 0 ? ROLE_NURSE : ROLE_LAB_TECHNICIAN);
            _open(FIRST_STAFF + i);
        }
    }

    /// @dev Each measurement is a transaction of its own test: nothing is warm from another one.
    function test_registerPatient() public {
        IIntake.SignedOperation[] memory operations = new IIntake.SignedOperation[](FIFTY);
        for (uint256 i = 0; i < FIFTY; ++i) {
            // Nurses alone: every second of the staff.
            uint256 desk = FIRST_STAFF + 2 * (i % 25);
            operations[i] = _by(desk, address(directory), _registration(FIRST_PATIENT + i));
        }
        vm.snapshotValue("prices", "registerPatient", _priceOf(operations));
    }

    function test_grant() public {
        vm.snapshotValue("prices", "grant", _priceOf(_grants()));
    }

    function test_revoke() public {
        intake.submit(_grants());
        IIntake.SignedOperation[] memory operations = new IIntake.SignedOperation[](FIFTY);
        for (uint256 i = 0; i < FIFTY; ++i) {
            bytes memory data = abi.encodeCall(IConsent.revoke, (_accountOf(FIRST_DOCTOR + i), _compartment(i)));
            operations[i] = _by(FIRST_PATIENT + i, address(consent), data);
        }
        vm.snapshotValue("prices", "revoke", _priceOf(operations));
    }

    function test_recordTwoPartyBatch1() public {
        vm.snapshotValue("prices", "recordTwoPartyBatch1", _priceOfTwoParties(1));
    }

    function test_recordTwoPartyBatch100() public {
        vm.snapshotValue("prices", "recordTwoPartyBatch100", _priceOfTwoParties(100) / 100);
    }

    function test_recordTwoPartyBatch10000() public {
        vm.snapshotValue("prices", "recordTwoPartyBatch10000", _priceOfTwoParties(10_000) / 10_000);
    }

    /// @dev Alone in its transaction, as a gateway sends it: the 21,000 are whole.
    function test_anchorReceipts() public {
        _open(NORTH);
        intake.submit(
            _batch(_by(NORTH, address(access), abi.encodeCall(IAccess.anchor, (0, 0, keccak256("first"), 9))))
        );
        (bytes32 head,) = access.headOf(_accountOf(NORTH));
        bytes memory data = abi.encodeCall(IAccess.anchor, (1, head, keccak256("second"), type(uint32).max));
        _assertApplied(intake.submit(_batch(_by(NORTH, address(access), data)))[0]);
        vm.snapshotValue("prices", "anchorReceipts", vm.lastCallGas().gasTotalUsed);
    }

    /// @dev Fifty technicians commit a batch each as one party, and fifty patients sign one each as the other: both halves
    /// of what one batch costs.
    function _priceOfTwoParties(uint32 count) private returns (uint256) {
        IIntake.SignedOperation[] memory commits = new IIntake.SignedOperation[](FIFTY);
        IIntake.SignedOperation[] memory signatures = new IIntake.SignedOperation[](FIFTY);
        for (uint256 i = 0; i < FIFTY; ++i) {
            uint256 patient = FIRST_PATIENT + i;
            uint256 technician = FIRST_STAFF + 2 * (i % 25) + 1;
            _becomePatient(patient);
            _open(patient);
            bytes32 root = keccak256(abi.encode("root", i));
            bytes memory data = abi.encodeCall(
                IRecords.commitTwoParty,
                (root, count, keccak256(abi.encode("manifest", i)), _accountOf(technician), _accountOf(patient))
            );
            commits[i] = _by(technician, address(records), data);
            data = abi.encodeCall(IRecords.sign, (batchIdOf(_accountOf(SOUTH), root)));
            signatures[i] = _by(patient, address(records), data);
        }
        uint256 committed = _priceOf(commits);
        return committed + _priceOf(signatures);
    }

    function _grants() private returns (IIntake.SignedOperation[] memory operations) {
        operations = new IIntake.SignedOperation[](FIFTY);
        for (uint256 i = 0; i < FIFTY; ++i) {
            uint256 patient = FIRST_PATIENT + i;
            _becomePatient(patient);
            _open(patient);
            _join(FIRST_DOCTOR + i, NORTH, ROLE_NURSE);
            vm.prank(vm.addr(patient));
            consent.openCompartment(_compartment(i), 3, _recipient());
            IConsent.GrantTerms memory terms = _terms(_accountOf(FIRST_DOCTOR + i));
            terms.compartment = _compartment(i);
            terms.wrapHash = keccak256(abi.encode("wrap", i));
            operations[i] = _by(patient, address(consent), abi.encodeCall(IConsent.grant, (terms)));
        }
    }

    /// @dev With the patient's agreement.
    function _registration(uint256 patient) private view returns (bytes memory) {
        bytes memory recipient = _realRecipient(patient);
        bytes32 agreed = directory.hashPatientRegistration(_accountOf(patient), recipient, _accountOf(NORTH));
        return abi.encodeCall(
            IDirectory.registerPatient,
            (_signer(patient), recipient, keccak256(abi.encode("identity", patient)), _signature(patient, agreed))
        );
    }

    /// @dev An operation that fails opens the account's word of nonces.
    function _open(uint256 key) private {
        intake.submit(_batch(_by(key, address(directory), "")));
    }

    /// @dev The next in a word of the account's own, at random as a device chooses it.
    function _by(uint256 key, address target, bytes memory data) private returns (IIntake.SignedOperation memory) {
        uint256 nonce = (uint256(keccak256(abi.encode("word", key))) << 8) + _nonces[key]++;
        return _sign(key, IIntake.Operation(_accountOf(key), target, data, nonce, NOW + 600, GAS));
    }

    function _priceOf(IIntake.SignedOperation[] memory operations) private returns (uint256) {
        IIntake.Outcome[] memory outcomes = intake.submit(operations);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        for (uint256 i = 0; i < FIFTY; ++i) {
            _assertApplied(outcomes[i]);
        }
        return gas / FIFTY;
    }

    function _compartment(uint256 i) private pure returns (CompartmentId) {
        return CompartmentId.wrap(bytes16(keccak256(abi.encode("labs", i))));
    }

    /// @dev As many bytes that are not zero as a real key has: zeros are cheaper.
    function _realRecipient(uint256 key) private pure returns (bytes memory recipient) {
        for (uint256 i = 0; i < 38; ++i) {
            recipient = bytes.concat(recipient, keccak256(abi.encode(key, i)));
        }
    }
}
