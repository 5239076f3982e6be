// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IAccess} from "../src/interfaces/IAccess.sol";
import {IConsent} from "../src/interfaces/IConsent.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IDirectoryGuardians} from "../src/interfaces/IDirectoryGuardians.sol";
import {IDirectoryKeys} from "../src/interfaces/IDirectoryKeys.sol";
import {IEmergency} from "../src/interfaces/IEmergency.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {INotary} from "../src/interfaces/INotary.sol";
import {IRecords} from "../src/interfaces/IRecords.sol";
import {BatchId, batchIdOf} from "../src/types/BatchId.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {ROLE_AUDITOR, ROLE_NURSE} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

/// @dev What each operation costs as a transaction of its own, carried through the Intake, and the size of each
/// contract. Kept in snapshots/; `scripts/test.ts --update-snapshots` rewrites them. Each nonce word has been used before, as
/// with every account that counts its nonces up. Calls run as transactions, so the 21,000 and cold storage are in.
/// forge-config: default.isolate = true
contract GasTest is Base {
    uint256 private constant CARLA = 0x23;
    uint256 private constant WEST = 0x04;
    uint256 private constant RUIZ = 0x14;

    function _measure(uint256 key, address target, bytes memory data, string memory name) private {
        // Spends another nonce of the word, and fails.
        _carry(key, address(directory), "");
        IIntake.SignedOperation[] memory batch = _batch(_signed(key, target, data));
        _assertApplied(intake.submit(batch)[0]);
        vm.snapshotGasLastCall("operations", name);
    }

    /// @dev As many bytes that are not zero as a real key has: zeros are cheaper.
    function _realRecipient() private pure returns (bytes memory recipient) {
        for (uint256 i = 0; i < 38; ++i) {
            recipient = bytes.concat(recipient, keccak256(abi.encode(i)));
        }
    }

    function test_directory() public {
        address target = address(directory);
        _measure(
            NORTH, target, abi.encodeCall(IDirectory.voteAdmission, (_accountOf(WEST), 1, "IT")), "voteAdmission first"
        );
        _measure(
            SOUTH, target, abi.encodeCall(IDirectory.voteAdmission, (_accountOf(WEST), 1, "IT")), "voteAdmission last"
        );
        _measure(NORTH, target, abi.encodeCall(IDirectory.addMember, (_accountOf(CARLA), ROLE_NURSE)), "addMember");
        _measure(CARLA, target, abi.encodeCall(IDirectory.register, (_signer(CARLA), _realRecipient())), "register");
        _measure(NORTH, target, abi.encodeCall(IDirectory.removeMember, (_accountOf(CARLA))), "removeMember");
        _measure(
            NORTH, target, abi.encodeCall(IDirectory.attestPatient, (_accountOf(CARLA), "identity")), "attestPatient"
        );
        _measure(SOUTH, target, abi.encodeCall(IDirectory.setEndpoint, ("https://south.example")), "setEndpoint");
    }

    function test_standing() public {
        address target = address(directory);
        bytes memory data =
            abi.encodeCall(IDirectory.voteStanding, (_accountOf(EAST), IDirectory.StandingChange.Suspend));
        _measure(NORTH, target, data, "voteStanding first");
        _measure(SOUTH, target, data, "voteStanding last");
        data = abi.encodeCall(IDirectory.setAttributes, (_accountOf(OSEI), 394_579_002, NOW + 365 days));
        _measure(NORTH, target, data, "setAttributes");
    }

    function test_keys() public {
        address target = address(directory);
        bytes memory signer = _signer(WEST);
        bytes memory possession = _signature(WEST, directory.hashSignerReplacement(_accountOf(ANA), signer));
        address[] memory guardians = new address[](3);
        (guardians[0], guardians[1], guardians[2]) = (_accountOf(BEN), _accountOf(OSEI), _accountOf(LIN));
        _measure(ANA, target, abi.encodeCall(IDirectoryGuardians.setGuardians, (guardians, 2)), "setGuardians");
        bytes32 recovery = directory.hashRecovery(signer, _realRecipient());
        bytes memory approval = abi.encodeCall(IDirectoryGuardians.approveRecovery, (_accountOf(ANA), recovery));
        _measure(BEN, target, approval, "approveRecovery first");
        _measure(LIN, target, approval, "approveRecovery last");
        bytes memory data =
            abi.encodeCall(IDirectoryGuardians.setDelegate, (_accountOf(OSEI), 1, uint48(block.timestamp) + 30 days));
        _measure(ANA, target, data, "setDelegate");
        vm.warp(NOW + 3 days);
        directory.executeRecovery(_accountOf(ANA), signer, _realRecipient(), possession);
        vm.snapshotGasLastCall("operations", "executeRecovery, called directly");
        vm.warp(NOW);
        possession = _signature(WEST + 1, directory.hashSignerReplacement(_accountOf(BEN), _signer(WEST + 1)));
        data = abi.encodeCall(IDirectoryKeys.replaceSigner, (_signer(WEST + 1), possession));
        _measure(BEN, target, data, "replaceSigner");
        _measure(LIN, target, abi.encodeCall(IDirectoryKeys.replaceRecipient, (_realRecipient())), "replaceRecipient");
        _measure(LIN, target, abi.encodeCall(IDirectoryGuardians.vetoRecovery, ()), "vetoRecovery");
        _measure(NORTH, target, abi.encodeCall(IDirectory.cutOff, (_accountOf(OSEI))), "cutOff");
    }

    function test_consent() public {
        address target = address(consent);
        CompartmentId id = CompartmentId.wrap("imaging");
        _measure(ANA, target, abi.encodeCall(IConsent.openCompartment, (id, 3, _realRecipient())), "openCompartment");
        _measure(ANA, target, abi.encodeCall(IConsent.grant, (_terms(_accountOf(OSEI)))), "grant");
        _measure(ANA, target, abi.encodeCall(IConsent.grant, (_terms(_accountOf(OSEI)))), "grant again");
        _measure(ANA, target, abi.encodeCall(IConsent.revoke, (_accountOf(OSEI), LABS)), "revoke");
        bytes memory backLink = abi.encodePacked(keccak256("a"), bytes28(keccak256("b")));
        _measure(ANA, target, abi.encodeCall(IConsent.rotate, (LABS, 2, _realRecipient(), backLink, "wraps")), "rotate");
    }

    function test_consentFurther() public {
        address target = address(consent);
        IConsent.GrantTerms memory terms = _terms(_accountOf(OSEI));
        IConsent.Conditions memory conditions = IConsent.Conditions(394_579_002, "CH", true);
        _measure(ANA, target, abi.encodeCall(IConsent.grantOn, (terms, conditions)), "grantOn");
        _measure(ANA, target, abi.encodeCall(IConsent.grantRecord, (keccak256("record"), terms)), "grantRecord");
        bytes memory data = abi.encodeCall(IConsent.revokeRecord, (_accountOf(OSEI), LABS, keccak256("record")));
        _measure(ANA, target, data, "revokeRecord");
        vm.prank(vm.addr(ANA));
        directory.setDelegate(_accountOf(BEN), 1, NOW + 100);
        _grant(ANA, _terms(_accountOf(BEN)));
        terms.reader = _accountOf(LIN);
        _measure(BEN, target, abi.encodeCall(IConsent.grantFor, (_accountOf(ANA), terms)), "grantFor");
        _measure(ANA, target, abi.encodeCall(IConsent.setInbox, (LABS)), "setInbox");
        IConsent.Grant memory left = IConsent.Grant(1, 1, 2, NOW, NOW + 300 days);
        _measure(ANA, target, abi.encodeCall(IConsent.narrow, (terms.reader, LABS, left)), "narrow");
        data = abi.encodeCall(IConsent.renew, (terms.reader, LABS, 1, left.until, left.until + 1));
        _measure(ANA, target, data, "renew");
        data = abi.encodeCall(IConsent.revokeFor, (_accountOf(ANA), _accountOf(LIN), LABS));
        _measure(BEN, target, data, "revokeFor");
        terms = _terms(_accountOf(NORTH));
        terms.rights = 2;
        _measure(ANA, target, abi.encodeCall(IConsent.grant, (terms)), "grant to write alone");
        _measure(ANA, target, abi.encodeCall(IConsent.revokeFiling, (terms.reader, LABS)), "revokeFiling");
    }

    function test_records() public {
        address target = address(records);
        bytes32 manifest = keccak256("manifest");
        _measure(LIN, target, abi.encodeCall(IRecords.commitBatch, (keccak256("2"), 1, manifest)), "commitBatch of 1");
        _measure(
            LIN, target, abi.encodeCall(IRecords.commitBatch, (keccak256("3"), 1e5, manifest)), "commitBatch of 100000"
        );
        bytes memory data = abi.encodeCall(IRecords.commitOwn, (keccak256("4"), 1, manifest, _accountOf(NORTH)));
        _measure(ANA, target, data, "commitOwn");
    }

    function test_recordsOfTwoParties() public {
        address target = address(records);
        bytes32 manifest = keccak256("manifest");
        _carry(LIN, target, abi.encodeCall(IRecords.commitBatch, (keccak256("0"), 1, manifest)));
        IRecords.Leaf memory leaf = IRecords.Leaf(
            _accountOf(ANA), LABS, 1, keccak256("record"), keccak256("content"), keccak256("c"), 3, 1, _accountOf(LIN)
        );
        IRecords.Leaf memory next = IRecords.Leaf(
            _accountOf(ANA), LABS, 1, keccak256("next"), keccak256("content"), keccak256("c"), 3, 1, _accountOf(LIN)
        );
        bytes32 root = records.hashLeaf(leaf);
        bytes memory data =
            abi.encodeCall(IRecords.commitTwoParty, (root, 1, manifest, _accountOf(LIN), _accountOf(ANA)));
        _measure(LIN, target, data, "commitTwoParty by a party");
        BatchId batch = batchIdOf(_accountOf(SOUTH), root);
        _measure(ANA, target, abi.encodeCall(IRecords.sign, (batch)), "sign as second party");
        _carry(LIN, target, abi.encodeCall(IRecords.commitBatch, (records.hashLeaf(next), 1, manifest)));
        IRecords.ProvenLeaf memory old = IRecords.ProvenLeaf(_accountOf(SOUTH), leaf, new bytes32[](0));
        IRecords.ProvenLeaf memory successor = IRecords.ProvenLeaf(_accountOf(SOUTH), next, new bytes32[](0));
        _measure(LIN, target, abi.encodeCall(IRecords.supersede, (old, successor)), "supersede");
        _measure(LIN, target, abi.encodeCall(IRecords.withdraw, (successor)), "withdraw");
        _measure(ANA, target, abi.encodeCall(IRecords.erase, (old)), "erase");
        _measure(LIN, target, abi.encodeCall(IRecords.withdrawBatch, (root)), "withdrawBatch");
    }

    /// @dev A technician commits fifty batches of one record, and each patient signs their own: fifty operations in one
    /// transaction, twice. A record of two parties costs a fiftieth of both together.
    function test_aHundredOperationsOfTwoParties() public {
        IIntake.SignedOperation[] memory commits = new IIntake.SignedOperation[](50);
        IIntake.SignedOperation[] memory signatures = new IIntake.SignedOperation[](50);
        _carry(LIN, address(directory), "");
        for (uint256 i = 0; i < 50; ++i) {
            uint256 patient = 0x1000 + i;
            _becomePatient(patient);
            _carry(patient, address(directory), "");
            bytes32 root = keccak256(abi.encode(i));
            bytes memory data = abi.encodeCall(
                IRecords.commitTwoParty, (root, 1, keccak256("m"), _accountOf(LIN), _accountOf(patient))
            );
            commits[i] = _signed(LIN, address(records), data);
            BatchId batch = batchIdOf(_accountOf(SOUTH), root);
            signatures[i] = _signed(patient, address(records), abi.encodeCall(IRecords.sign, (batch)));
        }
        IIntake.Outcome[] memory outcomes = intake.submit(commits);
        vm.snapshotGasLastCall("operations", "submission of 50 commitTwoParty");
        for (uint256 i = 0; i < 50; ++i) {
            _assertApplied(outcomes[i]);
        }
        outcomes = intake.submit(signatures);
        vm.snapshotGasLastCall("operations", "submission of 50 signatures");
        for (uint256 i = 0; i < 50; ++i) {
            _assertApplied(outcomes[i]);
        }
    }

    function test_access() public {
        address target = address(access);
        _measure(NORTH, target, abi.encodeCall(IAccess.anchor, (0, 0, keccak256("1"), 9)), "anchor first");
        (bytes32 head,) = access.headOf(_accountOf(NORTH));
        _measure(NORTH, target, abi.encodeCall(IAccess.anchor, (1, head, keccak256("2"), 9)), "anchor");
    }

    function test_emergency() public {
        address target = address(emergency);
        _found(9);
        bytes memory data = abi.encodeCall(IEmergency.setTrustees, (LABS, 1, _organisations(3), 2, "shares"));
        _measure(ANA, target, data, "setTrustees of 3");
        data = abi.encodeCall(IEmergency.setTrustees, (LABS, 1, _organisations(9), 9, "shares"));
        _measure(BEN, target, data, "setTrustees of 9");
        _join(RUIZ, EAST, ROLE_AUDITOR);
        vm.prank(vm.addr(NORTH));
        directory.setAttributes(_accountOf(OSEI), 0, NOW + 365 days);
        data = abi.encodeCall(IEmergency.declare, (_accountOf(ANA), 1, "reason", 0));
        _measure(OSEI, target, data, "declare");
        data = abi.encodeCall(IEmergency.declare, (_accountOf(BEN), 1, "reason", 0));
        _measure(OSEI, target, data, "declare again");
        _measure(NORTH, target, abi.encodeCall(IEmergency.markRelease, (1, LABS, "share")), "markRelease first");
        data = abi.encodeCall(IEmergency.markRelease, (2, LABS, "share"));
        _carry(SOUTH, target, data);
        // The last of nine is looked for longest.
        _measure(0x108, target, data, "markRelease by the last of 9");
        emergency.decide(_accountOf(OSEI), _accountOf(ANA), LABS, NOW);
        vm.snapshotGasLastCall("operations", "decide in an emergency");
        _measure(OSEI, target, abi.encodeCall(IEmergency.close, (1)), "close");
        data = abi.encodeCall(IEmergency.review, (1, IEmergency.Outcome.Unjustified, "report"));
        _measure(RUIZ, target, data, "review");
        _measure(ANA, target, abi.encodeCall(IEmergency.contest, (1, "statement")), "contest");
        _measure(BEN, target, abi.encodeCall(IEmergency.clearTrustees, (LABS)), "clearTrustees of 9");
    }

    function test_notary() public {
        address target = address(notary);
        bytes32 subject = keccak256("leaf");
        INotary.Kind kind = INotary.Kind.Record;
        bytes memory data = abi.encodeCall(INotary.attest, (kind, subject, INotary.Result.Intact, "report"));
        _measure(NORTH, target, data, "attest first");
        _measure(NORTH, target, data, "attest again");
    }

    /// @dev The three founders, and after them accounts 0x103 and on.
    function _organisations(uint256 count) private pure returns (address[] memory organisations) {
        organisations = new address[](count);
        for (uint256 i = 0; i < count; ++i) {
            organisations[i] = _accountOf(_organisationAt(i));
        }
    }

    function _organisationAt(uint256 i) private pure returns (uint256) {
        return i < 3 ? [NORTH, SOUTH, EAST][i] : 0x100 + i;
    }

    /// @dev Until there are `count` active organisations.
    function _found(uint256 count) private {
        for (uint256 i = 3; i < count; ++i) {
            uint256 key = _organisationAt(i);
            for (uint256 voter = 0; voter <= i / 2; ++voter) {
                vm.prank(vm.addr(_organisationAt(voter)));
                directory.voteAdmission(_accountOf(key), HOSPITAL, "IT");
            }
            _register(key);
        }
    }

    function test_submission() public {
        IIntake.SignedOperation[] memory batch = new IIntake.SignedOperation[](100);
        for (uint256 i = 0; i < batch.length; ++i) {
            IConsent.GrantTerms memory terms = _terms(_accountOf(i % 2 == 0 ? OSEI : LIN));
            batch[i] = _signed(i % 4 < 2 ? ANA : BEN, address(consent), abi.encodeCall(IConsent.grant, (terms)));
        }
        intake.submit(batch);
        vm.snapshotGasLastCall("operations", "submission of 100 grants, 96 of them again");
        batch = _batch(batch[0]);
        intake.submit(batch);
        vm.snapshotGasLastCall("operations", "replay refused");
    }

    function test_decide() public {
        _grant(ANA, _terms(_accountOf(NORTH)));
        consent.decide(_accountOf(OSEI), _accountOf(ANA), LABS, 3, TREAT, NOW);
        vm.snapshotGasLastCall("operations", "decide by the organisation's grant");
    }

    function test_sizes() public {
        vm.snapshotValue("sizes", "Intake", address(intake).code.length);
        vm.snapshotValue("sizes", "Consortium", address(consortium).code.length);
        vm.snapshotValue("sizes", "Directory", _create("Directory", abi.encode(intake)).code.length);
        vm.snapshotValue("sizes", "Consent", _create("Consent", abi.encode(intake, directory)).code.length);
        vm.snapshotValue("sizes", "Records", _create("Records", abi.encode(intake, directory)).code.length);
        vm.snapshotValue("sizes", "Access", address(access).code.length);
        vm.snapshotValue("sizes", "ExchangeProxy", address(directory).code.length);
        vm.snapshotValue("sizes", "Emergency", address(emergency).code.length);
        vm.snapshotValue("sizes", "Notary", address(notary).code.length);
    }
}
