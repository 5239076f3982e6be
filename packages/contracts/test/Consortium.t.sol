// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {ITransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {Consortium} from "../src/Consortium.sol";
import {ExchangeProxy} from "../src/ExchangeProxy.sol";
import {AccountContext} from "../src/AccountContext.sol";
import {IConsent} from "../src/interfaces/IConsent.sol";
import {IConsortium} from "../src/interfaces/IConsortium.sol";
import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {IDirectoryGuardians} from "../src/interfaces/IDirectoryGuardians.sol";
import {IIntake} from "../src/interfaces/IIntake.sol";
import {ROLE_ADMINISTRATOR} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";
import {ConsentNext} from "./mocks/ConsentNext.sol";

contract ConsortiumTest is Base {
    uint256 private constant WEST = 0x04;
    uint48 private constant WAIT = 7 days;

    address private code;

    function setUp() public override {
        super.setUp();
        code = address(new ConsentNext(address(intake), directory));
    }

    function _voteUpgrade(uint256 key, bytes32 name, address implementation, bytes memory data) private {
        vm.prank(vm.addr(key));
        consortium.voteUpgrade(name, implementation, data);
    }

    function _agree(bytes32 name, address implementation, bytes memory data) private {
        _voteUpgrade(NORTH, name, implementation, data);
        _voteUpgrade(SOUTH, name, implementation, data);
        _voteUpgrade(EAST, name, implementation, data);
    }

    function _votePause(uint256 key, bytes32 name, bool paused) private {
        vm.prank(vm.addr(key));
        consortium.votePause(name, paused);
    }

    function _pause(bytes32 name) private {
        _votePause(NORTH, name, true);
        _votePause(SOUTH, name, true);
    }

    function _voteRejection(uint256 key, bytes32 name) private {
        vm.prank(vm.addr(key));
        consortium.voteRejection(name);
    }

    function _voteEnrolment(uint256 key, bytes32 name, address target, address admin) private {
        vm.prank(vm.addr(key));
        consortium.voteEnrolment(name, target, admin);
    }

    function _ready(uint48 readyAt) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IConsortium.ConsortiumNotReady.selector, readyAt);
    }

    function test_M1_theListNamesEveryContract() public view {
        bytes32[] memory names = consortium.names();
        vm.assertEq(names.length, 8);
        vm.assertEq(names[3], "Directory");
        IConsortium.Listing memory listing = consortium.listingOf("Consent");
        vm.assertEq(listing.name, "Consent");
        vm.assertEq(listing.target, address(consent));
        vm.assertEq(listing.proxyAdmin, _proxyAdminOf(address(consent)));
        vm.assertTrue(listing.pausable);
        vm.assertEq(consortium.listingOf("Intake").proxyAdmin, address(0));
    }

    function test_M1_anUnknownNameIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNameUnknown.selector, bytes32("Nobody")));
        consortium.listingOf("Nobody");
    }

    function test_M3_newCodeTakesTheWaitAndKeepsEverything() public {
        _grant(ANA, _terms(_accountOf(OSEI)));
        bytes memory data = abi.encodeCall(ConsentNext.setAddedValue, (7));
        vm.expectEmit(address(consortium));
        emit IConsortium.UpgradeVoted("Consent", code, _accountOf(NORTH), data, 1, 3);
        _voteUpgrade(NORTH, "Consent", code, data);
        _voteUpgrade(SOUTH, "Consent", code, data);
        (uint32 votes, uint32 threshold, uint48 readyAt) = consortium.upgradeVotes("Consent", code, data);
        vm.assertEq(votes, 2);
        vm.assertEq(threshold, 3);
        vm.assertEq(readyAt, 0);
        vm.expectRevert(_ready(0));
        consortium.executeUpgrade("Consent", code, data);
        vm.expectEmit(address(consortium));
        emit IConsortium.UpgradeReady("Consent", code, data, NOW + WAIT);
        _voteUpgrade(EAST, "Consent", code, data);
        vm.warp(NOW + WAIT - 1);
        vm.expectRevert(_ready(NOW + WAIT));
        consortium.executeUpgrade("Consent", code, data);
        vm.warp(NOW + WAIT);
        vm.expectEmit(address(consortium));
        emit IConsortium.UpgradeExecuted("Consent", code, 1);
        vm.prank(vm.addr(MALLORY));
        consortium.executeUpgrade("Consent", code, data);
        vm.assertEq(ConsentNext(address(consent)).addedValue(), 7);
        vm.assertEq(consortium.versionOf("Consent"), 1);
        IConsent.Grant memory held = consent.grantOf(_accountOf(ANA), _accountOf(OSEI), LABS);
        vm.assertEq(held.until, NOW + 365 days);
    }

    function test_M3_anAdministratorVotesForTheOrganisationAndOnlyOnce() public {
        _join(WEST, NORTH, ROLE_ADMINISTRATOR);
        _voteUpgrade(WEST, "Consent", code, "");
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyVoted.selector, _accountOf(NORTH)));
        _voteUpgrade(NORTH, "Consent", code, "");
    }

    function test_M3_aDoctorAPatientAndAStrangerCannotVote() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotPermitted.selector, _accountOf(OSEI)));
        _voteUpgrade(OSEI, "Consent", code, "");
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotPermitted.selector, _accountOf(ANA)));
        _votePause(ANA, "Consent", true);
        vm.expectRevert(abi.encodeWithSelector(AccountContext.AccountUnknown.selector, vm.addr(MALLORY)));
        _voteRejection(MALLORY, "Consent");
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotPermitted.selector, _accountOf(OSEI)));
        _voteEnrolment(OSEI, "Study", code, address(0));
    }

    function test_M3_anExecutedUpgradeCannotBeExecutedAgain() public {
        _agree("Consent", code, "");
        vm.warp(NOW + WAIT);
        consortium.executeUpgrade("Consent", code, "");
        vm.expectRevert(_ready(0));
        consortium.executeUpgrade("Consent", code, "");
        // And none of its votes counts for bringing that code back later.
        _voteUpgrade(NORTH, "Consent", code, "");
        (uint32 votes,, uint48 readyAt) = consortium.upgradeVotes("Consent", code, "");
        vm.assertEq(votes, 1);
        vm.assertEq(readyAt, 0);
    }

    function test_M3_votesAreForTheCodeThatWasReadAndNotForItsAddress() public {
        _agree("Consent", code, "");
        vm.warp(NOW + WAIT);
        vm.etch(code, address(records).code);
        vm.expectRevert(_ready(0));
        consortium.executeUpgrade("Consent", code, "");
    }

    function test_M3_votesAreForOneContractAndOneCall() public {
        _agree("Consent", code, "");
        vm.warp(NOW + WAIT);
        vm.expectRevert(_ready(0));
        consortium.executeUpgrade("Records", code, "");
        vm.expectRevert(_ready(0));
        consortium.executeUpgrade("Consent", code, abi.encodeCall(ConsentNext.setAddedValue, (1)));
    }

    function test_M3_aReadyUpgradeLapsesAndIsVotedOnAnew() public {
        _agree("Consent", code, "");
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyReady.selector, NOW + WAIT));
        _voteUpgrade(NORTH, "Consent", code, "");
        vm.warp(NOW + WAIT + 30 days);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumExpired.selector, NOW + WAIT + 30 days));
        consortium.executeUpgrade("Consent", code, "");
        _voteUpgrade(NORTH, "Consent", code, "");
        (uint32 votes,,) = consortium.upgradeVotes("Consent", code, "");
        vm.assertEq(votes, 1);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumExpired.selector, NOW + WAIT + 30 days));
        consortium.executeUpgrade("Consent", code, "");
        _voteUpgrade(SOUTH, "Consent", code, "");
        _voteUpgrade(EAST, "Consent", code, "");
        vm.warp(block.timestamp + WAIT + 30 days - 1);
        consortium.executeUpgrade("Consent", code, "");
    }

    function test_M3_aSuspensionVoidsTheVotesBefore() public {
        _agree("Consent", code, "");
        for (uint256 key = NORTH; key <= SOUTH; ++key) {
            vm.prank(vm.addr(key));
            directory.voteStanding(_accountOf(EAST), IDirectory.StandingChange.Suspend);
        }
        vm.warp(NOW + WAIT);
        vm.expectRevert(_ready(0));
        consortium.executeUpgrade("Consent", code, "");
    }

    function test_M2_theIntakeTheAccessLogAndTheConsortiumAreNeverReplaced() public {
        bytes32[3] memory names = [bytes32("Intake"), "Access", "Consortium"];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotUpgradeable.selector, names[i]));
            _voteUpgrade(NORTH, names[i], code, "");
            vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotUpgradeable.selector, names[i]));
            consortium.executeUpgrade(names[i], code, "");
        }
    }

    function test_M3_anAddressWithoutCodeIsRefused() public {
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumCodeInvalid.selector, vm.addr(MALLORY)));
        _voteUpgrade(NORTH, "Consent", vm.addr(MALLORY), "");
    }

    function test_M2_nobodyReplacesCodePastTheVote() public {
        ProxyAdmin admin = ProxyAdmin(_proxyAdminOf(address(consent)));
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, vm.addr(NORTH)));
        vm.prank(vm.addr(NORTH));
        admin.upgradeAndCall(ITransparentUpgradeableProxy(address(consent)), code, "");
        // To everybody but its admin the proxy has no function of its own: this reaches the Consent, which has none.
        vm.expectRevert();
        vm.prank(vm.addr(NORTH));
        ITransparentUpgradeableProxy(address(consent)).upgradeToAndCall(code, "");
    }

    function test_M4_moreThanHalfRejectWhatIsReady() public {
        _agree("Consent", code, "");
        _voteRejection(NORTH, "Consent");
        (uint32 votes, uint32 threshold) = consortium.rejectionVotes("Consent");
        vm.assertEq(votes, 1);
        vm.assertEq(threshold, 2);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyVoted.selector, _accountOf(NORTH)));
        _voteRejection(NORTH, "Consent");
        vm.expectEmit(address(consortium));
        emit IConsortium.UpgradesRejected("Consent", 1);
        _voteRejection(EAST, "Consent");
        vm.warp(NOW + WAIT);
        vm.expectRevert(_ready(0));
        consortium.executeUpgrade("Consent", code, "");
        (votes,) = consortium.rejectionVotes("Consent");
        vm.assertEq(votes, 0);
    }

    function test_M5_aFurtherContractIsReachedAfterTheWait() public {
        ExchangeProxy study = new ExchangeProxy(code, address(consortium), "");
        address admin = _proxyAdminOf(address(study));
        _voteEnrolment(NORTH, "Study", address(study), admin);
        _voteEnrolment(SOUTH, "Study", address(study), admin);
        vm.expectEmit(address(consortium));
        emit IConsortium.EnrolmentReady("Study", address(study), admin, NOW + WAIT);
        _voteEnrolment(EAST, "Study", address(study), admin);
        vm.expectRevert(_ready(NOW + WAIT));
        consortium.executeEnrolment("Study", address(study), admin);
        (uint32 votes, uint32 threshold, uint48 readyAt) = consortium.enrolmentVotes("Study", address(study), admin);
        vm.assertEq(votes, threshold);
        vm.warp(readyAt);
        consortium.executeEnrolment("Study", address(study), admin);
        vm.assertTrue(intake.isTarget(address(study)));
        vm.assertEq(consortium.listingOf("Study").proxyAdmin, admin);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNameTaken.selector, bytes32("Study")));
        consortium.executeEnrolment("Study", address(study), admin);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNameTaken.selector, bytes32("Study")));
        _voteEnrolment(NORTH, "Study", address(study), admin);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNameTaken.selector, bytes32("")));
        _voteEnrolment(NORTH, "", address(study), admin);
    }

    function test_M5_aContractIsEnrolledOnce() public {
        _voteEnrolment(NORTH, "Again", address(consent), address(0));
        _voteEnrolment(SOUTH, "Again", address(consent), address(0));
        _voteEnrolment(EAST, "Again", address(consent), address(0));
        vm.warp(NOW + WAIT);
        vm.expectRevert(abi.encodeWithSelector(IIntake.IntakeTargetInvalid.selector, address(consent)));
        consortium.executeEnrolment("Again", address(consent), address(0));
    }

    function test_M5_aProxyThatSomebodyElseReplacesIsRefused() public {
        ExchangeProxy trap = new ExchangeProxy(code, vm.addr(MALLORY), "");
        address admin = _proxyAdminOf(address(trap));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumCodeInvalid.selector, admin));
        _voteEnrolment(NORTH, "Study", address(trap), admin);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumCodeInvalid.selector, vm.addr(MALLORY)));
        _voteEnrolment(NORTH, "Study", address(trap), vm.addr(MALLORY));
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumCodeInvalid.selector, vm.addr(MALLORY)));
        _voteEnrolment(NORTH, "Study", vm.addr(MALLORY), address(0));
    }

    function test_M1_theListEndsAtItsMaximum() public {
        IConsortium.Listing[] memory listings = new IConsortium.Listing[](64);
        for (uint256 i = 0; i < 64; ++i) {
            listings[i] = IConsortium.Listing(bytes32(i + 1), address(consent), address(0), true);
        }
        consortium = new Consortium(address(intake), directory, listings);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumListFull.selector, 64));
        _voteEnrolment(NORTH, "Study", code, address(0));
    }

    function test_M6_aPauseStopsChangesAndNeverReads() public {
        IIntake.SignedOperation memory signed =
            _signed(ANA, address(consent), abi.encodeCall(IConsent.grant, (_terms(_accountOf(OSEI)))));
        _grant(ANA, _terms(_accountOf(LIN)));
        _votePause(NORTH, "Consent", true);
        (uint32 votes, uint32 threshold) = consortium.pauseVotes("Consent", true);
        vm.assertEq(votes, 1);
        vm.assertEq(threshold, 2);
        vm.expectEmit(address(consortium));
        emit IConsortium.PauseChanged("Consent", true);
        _votePause(EAST, "Consent", true);
        vm.assertTrue(intake.isPaused(address(consent)));
        _assertFailed(_submit(signed), abi.encodeWithSelector(IIntake.IntakeTargetPaused.selector, address(consent)));
        vm.expectRevert(abi.encodeWithSelector(AccountContext.ContractPaused.selector));
        _grant(ANA, _terms(_accountOf(OSEI)));
        IConsent.Decision decision = consent.decide(_accountOf(LIN), _accountOf(ANA), LABS, 3, TREAT, NOW);
        vm.assertTrue(decision == IConsent.Decision.Permitted);
        // Resumed, the operation that was refused is still good: no nonce was spent.
        _votePause(NORTH, "Consent", false);
        _votePause(SOUTH, "Consent", false);
        _assertApplied(_submit(signed));
    }

    function test_M6_aPausedDirectoryTakesNoRegistrationAndNoRecovery() public {
        vm.prank(vm.addr(NORTH));
        directory.attestPatient(_accountOf(WEST), "identity");
        _pause("Directory");
        vm.expectRevert(abi.encodeWithSelector(AccountContext.ContractPaused.selector));
        this.register(WEST);
        vm.expectRevert(abi.encodeWithSelector(AccountContext.ContractPaused.selector));
        directory.executeRecovery(_accountOf(ANA), _signer(WEST), _recipient(), "");
        // The votes themselves go on.
        _votePause(NORTH, "Directory", false);
        _votePause(SOUTH, "Directory", false);
        _register(WEST);
    }

    function register(uint256 key) external {
        _register(key);
    }

    function test_M6_votesForAnEarlierPauseDoNotPauseAgain() public {
        _pause("Consent");
        _votePause(NORTH, "Consent", false);
        _votePause(SOUTH, "Consent", false);
        _votePause(EAST, "Consent", true);
        vm.assertFalse(intake.isPaused(address(consent)));
    }

    function test_M6_nothingThatIsNotAPauseIsVotedFor() public {
        vm.expectRevert(
            abi.encodeWithSelector(IConsortium.ConsortiumPauseUnchanged.selector, bytes32("Consent"), false)
        );
        _votePause(NORTH, "Consent", false);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotPausable.selector, bytes32("Consortium")));
        _votePause(NORTH, "Consortium", true);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNotPausable.selector, bytes32("Emergency")));
        _votePause(NORTH, "Emergency", true);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumNameUnknown.selector, bytes32("Nobody")));
        _votePause(NORTH, "Nobody", true);
        _votePause(NORTH, "Consent", true);
        vm.expectRevert(abi.encodeWithSelector(IConsortium.ConsortiumAlreadyVoted.selector, _accountOf(NORTH)));
        _votePause(NORTH, "Consent", true);
    }

    function test_O10_onlyTheConsortiumAddsAndPausesTargets() public {
        bytes memory refusal = abi.encodeWithSelector(IIntake.IntakeNotPermitted.selector, vm.addr(NORTH));
        vm.expectRevert(refusal);
        vm.prank(vm.addr(NORTH));
        intake.addTarget(code);
        vm.expectRevert(refusal);
        vm.prank(vm.addr(NORTH));
        intake.setPaused(address(consent), true);
        vm.expectRevert(abi.encodeWithSelector(IIntake.IntakeTargetUnknown.selector, code));
        vm.prank(address(consortium));
        intake.setPaused(code, true);
        vm.expectRevert(abi.encodeWithSelector(IIntake.IntakeTargetInvalid.selector, address(intake)));
        vm.prank(address(consortium));
        intake.addTarget(address(intake));
    }

    function test_M7_votesAreCarriedByTheIntakeToo() public {
        bytes memory data = abi.encodeCall(IConsortium.votePause, ("Consent", true));
        _assertApplied(_carry(NORTH, address(consortium), data));
        _assertApplied(_carry(SOUTH, address(consortium), data));
        vm.assertTrue(intake.isPaused(address(consent)));
    }
}
