// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IConsent} from "../src/interfaces/IConsent.sol";
import {CompartmentId} from "../src/types/CompartmentId.sol";
import {Role} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";

/// @dev Two patients, four readers, two compartments each; people grant, revoke, rotate, join and leave while time
/// passes. The ghost ledger is the list of everything that was said, in order; it is read from the end, so it shares
/// no logic with the contract's storage.
contract ConsentHandler is Base {
    enum Act {
        Granted,
        Revoked
    }

    struct Said {
        Act act;
        uint256 patient;
        bool isFiling;
        IConsent.GrantTerms terms;
    }

    Said[] private _ledger;
    mapping(uint256 key => uint256 organisationKey) private _employer;
    uint256 private _asked;
    uint48 public time = NOW;
    uint256 public permitted;
    uint256 public refused;
    uint256 public filing;

    constructor() {
        setUp();
        _employer[OSEI] = NORTH;
        _employer[LIN] = SOUTH;
        CompartmentId[2] memory ids = _compartments();
        vm.prank(vm.addr(ANA));
        consent.openCompartment(ids[1], 1, _recipient());
        vm.prank(vm.addr(BEN));
        consent.openCompartment(ids[1], 1, _recipient());
    }

    function _compartments() private pure returns (CompartmentId[2] memory) {
        return [LABS, CompartmentId.wrap("imaging")];
    }

    function _patientAt(uint256 seed) private pure returns (uint256) {
        return [ANA, BEN][seed % 2];
    }

    function _readerAt(uint256 seed) private pure returns (uint256) {
        return [OSEI, LIN, NORTH, SOUTH][seed % 4];
    }

    function grant(uint256 seed, uint48 from, uint32 lastsSeconds, uint16 purposes, uint8 rights) external {
        uint256 patient = _patientAt(seed);
        IConsent.GrantTerms memory terms = _terms(_accountOf(_readerAt(seed >> 8)));
        terms.compartment = _compartments()[(seed >> 16) % 2];
        terms.rights = 1 + rights % 3;
        terms.purposes = purposes | 1;
        terms.ceiling = uint8(1 + (seed >> 24) % 5);
        terms.from = time + from % 2 days;
        terms.until = terms.from + 1 + lastsSeconds % 4 days;
        _grant(patient, terms);
        _ledger.push(Said(Act.Granted, patient, terms.rights == 2, terms));
    }

    /// @dev What is left is said anew: the ledger knows no narrowing, so it shares no rule about it with the contract.
    function narrow(uint256 seed, uint16 purposes) external {
        if (_ledger.length == 0) return;
        Said memory said = _ledger[seed % _ledger.length];
        (bool granted, IConsent.GrantTerms memory terms) = _latest(said.patient, said.terms, false);
        if (!granted || terms.until <= time + 1) return;
        if ((seed >> 8) % 2 == 0) terms.purposes &= purposes | uint16(terms.purposes & (~terms.purposes + 1));
        if ((seed >> 9) % 2 == 0 && terms.ceiling > 1) --terms.ceiling;
        if ((seed >> 10) % 2 == 0 && terms.rights == 3) terms.rights = 1 + uint8(seed >> 11) % 2;
        if ((seed >> 12) % 2 == 0 && terms.from + 1 < terms.until) ++terms.from;
        if ((seed >> 13) % 2 == 0 && terms.from + 1 < terms.until) --terms.until;
        vm.prank(vm.addr(said.patient));
        consent.narrow(
            terms.reader,
            terms.compartment,
            IConsent.Grant(terms.rights, terms.purposes, terms.ceiling, terms.from, terms.until)
        );
        _ledger.push(Said(Act.Granted, said.patient, false, terms));
    }

    function renew(uint256 seed, uint32 lastsSeconds) external {
        if (_ledger.length == 0) return;
        Said memory said = _ledger[seed % _ledger.length];
        (bool granted, IConsent.GrantTerms memory terms) = _latest(said.patient, said.terms, false);
        if (!granted || terms.until <= time) return;
        (, uint32 epoch,) = consent.compartmentOf(_accountOf(said.patient), terms.compartment);
        uint48 until = terms.until + 1 + lastsSeconds % 4 days;
        vm.prank(vm.addr(said.patient));
        consent.renew(terms.reader, terms.compartment, epoch, terms.until, until);
        terms.until = until;
        _ledger.push(Said(Act.Granted, said.patient, false, terms));
    }

    function revoke(uint256 seed) external {
        if (_ledger.length == 0) return;
        Said memory said = _ledger[seed % _ledger.length];
        (bool granted,) = _latest(said.patient, said.terms, said.isFiling);
        if (!granted) return;
        vm.prank(vm.addr(said.patient));
        if (said.isFiling) consent.revokeFiling(said.terms.reader, said.terms.compartment);
        else consent.revoke(said.terms.reader, said.terms.compartment);
        _ledger.push(Said(Act.Revoked, said.patient, said.isFiling, said.terms));
    }

    function rotate(uint256 seed) external {
        uint256 patient = _patientAt(seed);
        (, uint32 epoch,) = consent.compartmentOf(_accountOf(patient), LABS);
        vm.prank(vm.addr(patient));
        consent.rotate(LABS, epoch + 1, _recipient(), new bytes(60), "wraps");
    }

    function changeEmployer(uint256 seed, uint8 role) external {
        uint256 person = [OSEI, LIN][seed % 2];
        if (_employer[person] != 0) {
            vm.prank(vm.addr(_employer[person]));
            directory.removeMember(_accountOf(person));
            _employer[person] = 0;
        } else {
            _employer[person] = [NORTH, SOUTH][(seed >> 8) % 2];
            vm.prank(vm.addr(_employer[person]));
            directory.addMember(_accountOf(person), Role.wrap(1 + role % 8));
        }
    }

    function pass(uint32 duration) external {
        time += duration % 1 days;
        vm.warp(time);
    }

    /// @dev The next 16 of 64 questions about both patients, every reader, both compartments and some purposes.
    function check() external {
        for (uint256 end = _asked + 16; _asked < end; ++_asked) {
            uint256 i = _asked;
            uint256 patient = _patientAt(i);
            uint256 reader = _readerAt(i >> 1);
            CompartmentId compartment = _compartments()[(i >> 3) % 2];
            uint8 purpose = uint8((i >> 4) % 4);
            uint8 sensitivity = uint8(1 + i % 5);
            bool isPermitted = consent.decide(
                _accountOf(reader), _accountOf(patient), compartment, sensitivity, purpose, time
            ) == IConsent.Decision.Permitted;
            bool expected = _mayRead(patient, _accountOf(reader), compartment, sensitivity, purpose)
                || (_employer[reader] != 0
                    && _mayRead(patient, _accountOf(_employer[reader]), compartment, sensitivity, purpose));
            vm.assertTrue(isPermitted == expected, "decision and ledger");
            if (isPermitted) ++permitted;
            else ++refused;
            uint256 organisation = reader == NORTH || reader == SOUTH ? reader : _employer[reader];
            bool files = consent.canWrite(_accountOf(reader), _accountOf(patient), compartment, time);
            vm.assertTrue(files == _mayWrite(patient, organisation, compartment), "filing and ledger");
            if (files) ++filing;
        }
    }

    function _latest(uint256 patient, IConsent.GrantTerms memory terms, bool isFiling)
        private
        view
        returns (bool, IConsent.GrantTerms memory)
    {
        return _latest(patient, terms.reader, terms.compartment, isFiling);
    }

    function _latest(uint256 patient, address reader, CompartmentId compartment, bool isFiling)
        private
        view
        returns (bool, IConsent.GrantTerms memory none)
    {
        for (uint256 i = _ledger.length; i > 0; --i) {
            Said storage said = _ledger[i - 1];
            bool same = said.patient == patient && said.terms.reader == reader && said.isFiling == isFiling
                && CompartmentId.unwrap(said.terms.compartment) == CompartmentId.unwrap(compartment);
            if (same) return (said.act == Act.Granted, said.terms);
        }
        return (false, none);
    }

    function _mayRead(uint256 patient, address reader, CompartmentId compartment, uint8 sensitivity, uint8 purpose)
        private
        view
        returns (bool)
    {
        (bool granted, IConsent.GrantTerms memory terms) = _latest(patient, reader, compartment, false);
        bool live = granted && terms.from <= time && time < terms.until;
        uint8 least = CompartmentId.unwrap(compartment) == CompartmentId.unwrap(LABS) ? 3 : 1;
        if (sensitivity < least) sensitivity = least;
        bool fits = terms.rights % 2 == 1 && (terms.purposes / 2 ** purpose) % 2 == 1 && sensitivity <= terms.ceiling;
        return live && fits;
    }

    function _mayWrite(uint256 patient, uint256 organisation, CompartmentId compartment) private view returns (bool) {
        if (organisation == 0) return false;
        for (uint256 i = 0; i < 2; ++i) {
            (bool granted, IConsent.GrantTerms memory terms) =
                _latest(patient, _accountOf(organisation), compartment, i == 1);
            if (granted && terms.rights >= 2 && terms.from <= time && time < terms.until) return true;
        }
        return false;
    }
}

contract ConsentInvariantsTest is Base {
    ConsentHandler private handler;

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function setUp() public override {
        vm.warp(NOW);
        handler = new ConsentHandler();
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](7);
        selectors[0] = ConsentHandler.grant.selector;
        selectors[1] = ConsentHandler.revoke.selector;
        selectors[2] = ConsentHandler.rotate.selector;
        selectors[3] = ConsentHandler.changeEmployer.selector;
        selectors[4] = ConsentHandler.pass.selector;
        selectors[5] = ConsentHandler.narrow.selector;
        selectors[6] = ConsentHandler.renew.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_C6_C7_nobodyIsPermittedWithoutALiveGrant() public {
        handler.check();
    }

    /// @dev The invariant would hold of a contract that always refuses; this run shows that it does not.
    function test_theLedgerSeesPermissions() public {
        for (uint256 i = 0; i < 16; ++i) {
            handler.grant(i << 8 | i >> 2 | i << 14, 0, 3 days, 1, uint8(1 + i / 4 % 2));
        }
        for (uint256 i = 0; i < 4; ++i) {
            handler.check();
        }
        vm.assertLt(0, handler.permitted());
        vm.assertLt(0, handler.refused());
        vm.assertLt(0, handler.filing());
    }
}
