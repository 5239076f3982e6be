// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IDirectory} from "../src/interfaces/IDirectory.sol";
import {ROLE_AUDITOR, ROLE_NONE, Role} from "../src/types/Role.sol";
import {Base} from "./Base.t.sol";
import {Vm} from "./Vm.sol";

/// @dev Four people are added, leave, are removed and cut off, partly by who may not, while one of
/// three organisations is suspended now and then. The ghost knows events alone, as a gateway does: what the Directory
/// answers has to follow from them.
contract DirectoryHandler is Base {
    struct Member {
        address organisation;
        Role role;
    }

    uint256[4] private _people = [OSEI, LIN, ANA, BEN];
    uint256[3] private _organisations = [NORTH, SOUTH, EAST];

    mapping(address account => Member) private _members;
    mapping(address organisation => bool) private _barred;

    /// @notice Members added and removed by events.
    uint256 public changes;

    constructor() {
        vm.recordLogs();
        setUp();
        _follow();
    }

    function add(uint256 who, uint256 whom, uint8 role) external {
        vm.prank(vm.addr(_organisations[who % 3]));
        try directory.addMember(_accountOf(_people[whom % 4]), Role.wrap(1 + role % 8)) {} catch {}
        _follow();
    }

    /// @dev By an organisation, or by one of the people: oneself or a colleague.
    function remove(uint256 who, uint256 whom) external {
        uint256 key = who % 7 < 3 ? _organisations[who % 7] : _people[who % 7 - 3];
        vm.prank(vm.addr(key));
        try directory.removeMember(_accountOf(_people[whom % 4])) {} catch {}
        _follow();
    }

    function cutOff(uint256 who, uint256 whom) external {
        vm.prank(vm.addr(_organisations[who % 3]));
        try directory.cutOff(_accountOf(_people[whom % 4])) {} catch {}
        _follow();
    }

    function changeStanding() external {
        address east = _accountOf(EAST);
        IDirectory.StandingChange change =
            _barred[east] ? IDirectory.StandingChange.Reinstate : IDirectory.StandingChange.Suspend;
        vm.prank(vm.addr(NORTH));
        directory.voteStanding(east, change);
        vm.prank(vm.addr(SOUTH));
        directory.voteStanding(east, change);
        _follow();
    }

    function check() external view {
        uint256[9] memory byEvents;
        uint256[9] memory byViews;
        for (uint256 i = 0; i < _people.length; ++i) {
            address account = _accountOf(_people[i]);
            Member storage member = _members[account];
            bool active = member.organisation != address(0) && !_barred[member.organisation];
            (address organisation, Role role) = directory.affiliationOf(account);
            vm.assertEq(organisation, active ? member.organisation : address(0));
            vm.assertTrue(role == (active ? member.role : ROLE_NONE), "the role that was given last");
            vm.assertTrue(directory.roleOf(account) == role && directory.organisationOf(account) == organisation);
            if (active) ++byEvents[Role.unwrap(member.role)];
            if (organisation != address(0)) ++byViews[Role.unwrap(role)];
        }
        for (uint256 role = 0; role <= Role.unwrap(ROLE_AUDITOR); ++role) {
            vm.assertEq(byViews[role], byEvents[role], "as many in each role as the events tell");
        }
        vm.assertEq(directory.organisationCount(), _barred[_accountOf(EAST)] ? 2 : 3);
    }

    /// @dev Reads what happened since the last time. Nobody is added twice without having left, nor removed twice.
    function _follow() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(directory)) continue;
            bytes32[] memory topics = logs[i].topics;
            if (topics[0] == IDirectory.StandingChanged.selector) {
                IDirectory.StandingChange change = abi.decode(logs[i].data, (IDirectory.StandingChange));
                _barred[_addressIn(topics[1])] = change == IDirectory.StandingChange.Suspend;
            }
            bool added = topics[0] == IDirectory.MemberAdded.selector;
            if (!added && topics[0] != IDirectory.MemberRemoved.selector) continue;
            (address organisation, address account) = (_addressIn(topics[1]), _addressIn(topics[2]));
            vm.assertEq(_members[account].organisation, added ? address(0) : organisation);
            _members[account] =
                added ? Member(organisation, abi.decode(logs[i].data, (Role))) : Member(address(0), ROLE_NONE);
            ++changes;
        }
    }

    function _addressIn(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}

contract DirectoryInvariantsTest is Base {
    DirectoryHandler private handler;

    function setUp() public override {
        vm.warp(NOW);
        handler = new DirectoryHandler();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        bytes4[] memory selectors = new bytes4[](4);
        selectors[0] = DirectoryHandler.add.selector;
        selectors[1] = DirectoryHandler.remove.selector;
        selectors[2] = DirectoryHandler.cutOff.selector;
        selectors[3] = DirectoryHandler.changeStanding.selector;
        targets[0] = FuzzSelector(address(handler), selectors);
    }

    function invariant_D6_D11_rolesFollowFromTheEvents() public view {
        handler.check();
    }

    /// @dev The invariant would hold of a handler that never gets anything through; this run shows that it does.
    function test_D6_theHandlerChangesMembers() public {
        // Osei and Lin have joined already.
        vm.assertEq(handler.changes(), 2);
        handler.add(2, 2, 1);
        handler.changeStanding();
        handler.check();
        handler.changeStanding();
        handler.cutOff(0, 0);
        handler.remove(5, 2);
        handler.add(0, 2, 7);
        handler.check();
        vm.assertEq(handler.changes(), 6);
    }
}
