// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IEmergency} from "../src/interfaces/IEmergency.sol";
import {Vm} from "./Vm.sol";
import {EmergencyBase} from "./EmergencyBase.t.sol";

/// @dev Two nurses' and doctors' emergencies with two patients; people declare, close, release, review and contest in
/// any order, rightly and wrongly, while compartments are marked and rotated and time passes. The ghost is an indexer: it
/// knows nothing but the events, keeps them as lists and reads those from the end, so it shares no logic with the
/// contract's storage, and shows that events are enough to rebuild everything.
contract EmergencyHandler is EmergencyBase {
    struct Seen {
        address member;
        address patient;
        address organisation;
        uint48 from;
        uint48 until;
        bool closed;
        bool contested;
        uint256 reviews;
        IEmergency.Outcome outcome;
    }

    struct Mark {
        address patient;
        uint32 epoch;
        uint32 series;
        uint256 threshold;
        address[] trustees;
    }

    struct Release {
        uint256 declaration;
        uint32 series;
        address trustee;
    }

    Seen[] private _seen;
    Mark[] private _marks;
    Release[] private _released;
    mapping(address patient => uint32) private _epochs;
    mapping(address member => uint48) private _licensedUntil;
    uint48 public time = NOW;
    uint256 public permitted;
    uint256 public reviews;
    uint256 public releases;
    uint256 public refusals;

    constructor() {
        setUp();
        (_epochs[_accountOf(ANA)], _epochs[_accountOf(BEN)]) = (1, 1);
        (_licensedUntil[_accountOf(OSEI)], _licensedUntil[_accountOf(NOOR)]) = (LICENSED_UNTIL, LICENSED_UNTIL);
    }

    function declare(uint256 seed, uint32 durationSeconds) external {
        uint256 key = _memberAt(seed);
        address patient = _accountOf(_patientAt(seed >> 8));
        durationSeconds = durationSeconds % 4 == 0 ? 0 : durationSeconds % 70 minutes;
        bool fits = durationSeconds == 0 || (durationSeconds >= 5 minutes && durationSeconds <= 60 minutes);
        bool expected = fits && time < _licensedUntil[_accountOf(key)] && _openOf(_accountOf(key), patient) == 0;
        _try(key, abi.encodeCall(IEmergency.declare, (patient, 1, "reason", durationSeconds)), expected);
    }

    function close(uint256 seed) external {
        uint256 declaration = _declarationAt(seed);
        uint256 key = _personAt(seed >> 8);
        bool expected = _known(declaration) && _isOpen(declaration) && _seenAt(declaration).member == _accountOf(key);
        _try(key, abi.encodeCall(IEmergency.close, (declaration)), expected);
    }

    function mark(uint256 seed, uint8 threshold) external {
        uint256 key = _patientAt(seed);
        uint32 epoch = _epochs[_accountOf(key)] - uint32(seed >> 8) % 2;
        uint256 count = (seed >> 16) % 4;
        threshold = threshold % 5;
        bool expected = epoch == _epochs[_accountOf(key)] && threshold >= 2 && threshold <= count;
        bytes memory data = abi.encodeCall(IEmergency.setTrustees, (LABS, epoch, _trustees(count), threshold, "shares"));
        _try(key, data, expected);
    }

    function clear(uint256 seed) external {
        uint256 key = _patientAt(seed);
        (bool found,) = _markOf(_accountOf(key));
        _try(key, abi.encodeCall(IEmergency.clearTrustees, (LABS)), found);
    }

    function rotate(uint256 seed) external {
        uint256 key = _patientAt(seed);
        _rotate(key);
        ++_epochs[_accountOf(key)];
    }

    function license(uint256 seed, uint32 secondsFromNow) external {
        uint256 key = _memberAt(seed);
        uint48 until = time + secondsFromNow % 3 hours;
        _license(key, NORTH, until);
        _licensedUntil[_accountOf(key)] = until;
    }

    function release(uint256 seed) external {
        uint256 declaration = _declarationAt(seed);
        uint256 key = [NORTH, SOUTH, EAST, OSEI][(seed >> 8) % 4];
        bool expected = _mayRelease(declaration, _accountOf(key));
        _try(key, abi.encodeCall(IEmergency.markRelease, (declaration, LABS, "share")), expected);
        if (expected) ++releases;
    }

    function review(uint256 seed) external {
        uint256 declaration = _declarationAt(seed);
        uint256 key = _personAt(seed >> 8);
        IEmergency.Outcome outcome = IEmergency.Outcome((seed >> 16) % 4);
        bool expected = key == RUIZ && _known(declaration) && !_isOpen(declaration) && _seenAt(declaration).reviews == 0
            && outcome != IEmergency.Outcome.Pending;
        _try(key, abi.encodeCall(IEmergency.review, (declaration, outcome, "report")), expected);
        if (expected) ++reviews;
    }

    function contest(uint256 seed) external {
        uint256 declaration = _declarationAt(seed);
        uint256 key = _personAt(seed >> 8);
        bool expected =
            _known(declaration) && _seenAt(declaration).patient == _accountOf(key) && !_seenAt(declaration).contested;
        _try(key, abi.encodeCall(IEmergency.contest, (declaration, "statement")), expected);
    }

    function pass(uint32 duration) external {
        time += duration % 20 minutes;
        vm.warp(time);
    }

    /// @dev Everything that the contract says, against what its events said.
    function check() external {
        vm.assertEq(emergency.declarationCount(), _seen.length);
        for (uint256 i = 0; i < 4; ++i) {
            address member = _accountOf(_memberAt(i));
            address patient = _accountOf(_patientAt(i >> 1));
            _checkDecisions(member, patient);
            vm.assertEq(emergency.openDeclarationOf(member, patient), _openOf(member, patient));
        }
        _checkCounters(_accountOf(OSEI));
        _checkCounters(_accountOf(NOOR));
        for (uint256 declaration = 1; declaration <= _seen.length; ++declaration) {
            _checkDeclaration(declaration);
            _checkReleases(declaration);
        }
    }

    function _checkDecisions(address member, address patient) private {
        uint48[5] memory times = [time, time - 1, time + 1, time + 30 minutes, time - 10 minutes];
        for (uint256 i = 0; i < times.length; ++i) {
            bool isPermitted = emergency.decide(member, patient, LABS, times[i]) == IEmergency.Answer.Permitted;
            vm.assertTrue(isPermitted == _mayRead(member, patient, times[i]), "decision and events");
            if (isPermitted) ++permitted;
        }
    }

    function _checkCounters(address member) private view {
        IEmergency.Counters memory counters = emergency.countersOf(member);
        uint256[4] memory expected;
        for (uint256 i = 0; i < _seen.length; ++i) {
            Seen storage seen = _seen[i];
            if (seen.member != member) continue;
            ++expected[0];
            expected[1] += seen.reviews;
            if (seen.outcome == IEmergency.Outcome.Justified) ++expected[2];
            if (seen.outcome == IEmergency.Outcome.Unjustified) ++expected[3];
        }
        vm.assertEq(counters.declared, expected[0]);
        vm.assertEq(counters.reviewed, expected[1]);
        vm.assertEq(counters.justified, expected[2]);
        vm.assertEq(counters.unjustified, expected[3]);
        vm.assertEq(emergency.pendingReviewsOf(member), expected[0] - expected[1]);
    }

    function _checkDeclaration(uint256 declaration) private view {
        Seen memory seen = _seenAt(declaration);
        IEmergency.Declaration memory stored = emergency.declarationOf(declaration);
        vm.assertEq(stored.member, seen.member);
        vm.assertEq(stored.patient, seen.patient);
        vm.assertEq(stored.organisation, seen.organisation);
        vm.assertEq(stored.declaredAt, seen.from);
        vm.assertEq(stored.until, seen.until);
        vm.assertTrue(stored.closed == seen.closed);
        vm.assertTrue(stored.contested == seen.contested);
        vm.assertTrue(stored.outcome == seen.outcome);
        vm.assertTrue(seen.reviews < 2, "reviewed at most once");
        vm.assertTrue(emergency.isOpen(declaration) == _isOpen(declaration));
    }

    function _checkReleases(uint256 declaration) private view {
        (bool found, Mark memory marked) = _markOf(_seenAt(declaration).patient);
        if (!found) return;
        uint256 expected;
        for (uint256 i = 0; i < _released.length; ++i) {
            Release storage given = _released[i];
            if (given.declaration == declaration && given.series == marked.series) ++expected;
        }
        (uint8 released, uint8 threshold) = emergency.releasesOf(declaration, LABS);
        vm.assertEq(released, expected);
        vm.assertEq(threshold, marked.threshold);
        vm.assertTrue(released <= marked.trustees.length, "no more releases than trustees");
    }

    function _try(uint256 key, bytes memory data, bool expected) private {
        vm.recordLogs();
        vm.prank(vm.addr(key));
        (bool done,) = address(emergency).call(data);
        vm.assertTrue(done == expected, "done and expected");
        if (!done) ++refusals;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            _index(logs[i]);
        }
    }

    function _index(Vm.Log memory log) private {
        bytes32 name = log.topics[0];
        if (name == IEmergency.TrusteesSet.selector) {
            Mark storage marked = _marks.push();
            marked.patient = _addressOf(log.topics[1]);
            bytes32 sharesHash;
            (marked.epoch, marked.series, marked.trustees, marked.threshold, sharesHash) =
                abi.decode(log.data, (uint32, uint32, address[], uint256, bytes32));
        } else if (name == IEmergency.TrusteesCleared.selector) {
            _marks.push().patient = _addressOf(log.topics[1]);
        } else if (name == IEmergency.EmergencyDeclared.selector) {
            Seen storage seen = _seen.push();
            vm.assertEq(uint256(log.topics[1]), _seen.length);
            (seen.member, seen.patient) = (_addressOf(log.topics[2]), _addressOf(log.topics[3]));
            seen.from = time;
            (seen.organisation,,, seen.until) = abi.decode(log.data, (address, uint8, bytes32, uint48));
        } else if (name == IEmergency.EmergencyClosed.selector) {
            Seen storage seen = _seen[uint256(log.topics[1]) - 1];
            (seen.closed, seen.until) = (true, time);
        } else if (name == IEmergency.ShareReleased.selector) {
            (uint32 series,,) = abi.decode(log.data, (uint32, bytes32, uint8));
            _released.push(Release(uint256(log.topics[1]), series, _addressOf(log.topics[3])));
        } else if (name == IEmergency.EmergencyReviewed.selector) {
            Seen storage seen = _seen[uint256(log.topics[1]) - 1];
            (seen.outcome,) = abi.decode(log.data, (IEmergency.Outcome, bytes32));
            ++seen.reviews;
        } else {
            vm.assertEq(name, IEmergency.EmergencyContested.selector);
            _seen[uint256(log.topics[1]) - 1].contested = true;
        }
    }

    function _mayRead(address member, address patient, uint48 asked) private view returns (bool) {
        (bool found, Mark memory marked) = _markOf(patient);
        if (!found || marked.epoch != _epochs[patient]) return false;
        for (uint256 i = _seen.length; i > 0; --i) {
            Seen storage seen = _seen[i - 1];
            if (seen.member == member && seen.patient == patient) return seen.from <= asked && asked < seen.until;
        }
        return false;
    }

    function _mayRelease(uint256 declaration, address trustee) private view returns (bool) {
        if (!_known(declaration) || !_isOpen(declaration)) return false;
        address patient = _seenAt(declaration).patient;
        (bool found, Mark memory marked) = _markOf(patient);
        if (!found || marked.epoch != _epochs[patient]) return false;
        for (uint256 i = 0; i < _released.length; ++i) {
            Release storage given = _released[i];
            bool same = given.declaration == declaration && given.series == marked.series;
            if (same && given.trustee == trustee) return false;
        }
        for (uint256 i = 0; i < marked.trustees.length; ++i) {
            if (marked.trustees[i] == trustee) return true;
        }
        return false;
    }

    /// @dev The latest word of the patient; a clearing is a mark of epoch zero.
    function _markOf(address patient) private view returns (bool, Mark memory none) {
        for (uint256 i = _marks.length; i > 0; --i) {
            if (_marks[i - 1].patient == patient) return (_marks[i - 1].epoch != 0, _marks[i - 1]);
        }
        return (false, none);
    }

    function _openOf(address member, address patient) private view returns (uint256 open) {
        for (uint256 declaration = 1; declaration <= _seen.length; ++declaration) {
            Seen storage seen = _seen[declaration - 1];
            if (seen.member != member || seen.patient != patient || !_isOpen(declaration)) continue;
            vm.assertEq(open, 0, "one open declaration at a time");
            open = declaration;
        }
    }

    function _isOpen(uint256 declaration) private view returns (bool) {
        return time < _seenAt(declaration).until;
    }

    function _known(uint256 declaration) private view returns (bool) {
        return declaration > 0 && declaration <= _seen.length;
    }

    function _seenAt(uint256 declaration) private view returns (Seen storage) {
        return _seen[declaration - 1];
    }

    /// @dev Mostly one of the last; at times one that never was.
    function _declarationAt(uint256 seed) private view returns (uint256) {
        uint256 back = (seed >> 128) % 4;
        return back <= _seen.length ? _seen.length + 1 - back : 0;
    }

    function _memberAt(uint256 seed) private pure returns (uint256) {
        return [OSEI, NOOR][seed % 2];
    }

    function _patientAt(uint256 seed) private pure returns (uint256) {
        return [ANA, BEN][seed % 2];
    }

    function _personAt(uint256 seed) private pure returns (uint256) {
        return [OSEI, NOOR, ANA, BEN, RUIZ, WEBER, RUIZ, OSEI][seed % 8];
    }

    function _addressOf(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}

contract EmergencyInvariantsTest is EmergencyBase {
    EmergencyHandler private handler;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public override {
        vm.warp(NOW);
        handler = new EmergencyHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](10);
        selectors[0] = EmergencyHandler.declare.selector;
        selectors[1] = EmergencyHandler.close.selector;
        selectors[2] = EmergencyHandler.mark.selector;
        selectors[3] = EmergencyHandler.clear.selector;
        selectors[4] = EmergencyHandler.rotate.selector;
        selectors[5] = EmergencyHandler.license.selector;
        selectors[6] = EmergencyHandler.release.selector;
        selectors[7] = EmergencyHandler.review.selector;
        selectors[8] = EmergencyHandler.contest.selector;
        selectors[9] = EmergencyHandler.pass.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_B8_B9_B11_B13_whatTheContractSaysIsWhatItsEventsSaid() public {
        handler.check();
    }

    /// @dev The invariants would hold of a contract that refuses everything; this run shows that it does not.
    function test_theIndexerSeesPermissionsReleasesAndReviews() public {
        for (uint256 i = 0; i < 300; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            if (i % 12 == 0) handler.mark(seed, uint8(seed >> 40));
            if (i % 3 == 0) handler.declare(seed, uint32(seed >> 48));
            if (i % 6 == 0) handler.pass(uint32(seed >> 80));
            handler.release(seed);
            handler.review(seed);
            handler.close(seed >> 3);
            handler.contest(seed >> 5);
        }
        handler.check();
        handler.declare(0, 0);
        handler.declare(1, 0);
        handler.mark(3 << 16, 1);
        handler.check();
        vm.assertLt(0, handler.permitted());
        vm.assertLt(0, handler.releases());
        vm.assertLt(0, handler.reviews());
        vm.assertLt(0, handler.refusals());
    }
}
