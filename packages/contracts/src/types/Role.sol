// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// @dev What a member does for its organisation (spec/directory.md D6). Zero is no role.
type Role is uint8;

Role constant ROLE_NONE = Role.wrap(0);
Role constant ROLE_ADMINISTRATOR = Role.wrap(1);
Role constant ROLE_DOCTOR = Role.wrap(2);
Role constant ROLE_NURSE = Role.wrap(3);
Role constant ROLE_LAB_TECHNICIAN = Role.wrap(4);
Role constant ROLE_PHARMACIST = Role.wrap(5);
Role constant ROLE_RESEARCHER = Role.wrap(6);
Role constant ROLE_CLAIMS_OFFICER = Role.wrap(7);
Role constant ROLE_AUDITOR = Role.wrap(8);

/// @dev Several roles: bit n stands for role n, so bit 0 stays free and asking about "no role" is always false.
type RoleSet is uint16;

/// @dev Administrators only (D4, D6, D9).
RoleSet constant ROLES_ADMINISTERING = RoleSet.wrap(1 << 1);

/// @dev Administrator, doctor and nurse check a patient's identity (D8).
RoleSet constant ROLES_ATTESTING = RoleSet.wrap((1 << 1) | (1 << 2) | (1 << 3));

/// @dev Administrator, doctor, nurse, lab technician and pharmacist write records (spec/records.md R3).
RoleSet constant ROLES_AUTHORING = RoleSet.wrap((1 << 1) | (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5));

/// @dev Doctor and nurse declare an emergency (spec/emergency.md B3).
RoleSet constant ROLES_DECLARING = RoleSet.wrap((1 << 2) | (1 << 3));

/// @dev Auditors alone review an emergency and speak for their organisation at the Notary (B11, N1).
RoleSet constant ROLES_AUDITING = RoleSet.wrap(1 << 8);

using {isAssignable, isIn, equals as ==} for Role global;

/// @dev Whether `role` can be given to a member.
function isAssignable(Role role) pure returns (bool) {
    return Role.unwrap(role) != 0 && Role.unwrap(role) <= Role.unwrap(ROLE_AUDITOR);
}

function isIn(Role role, RoleSet set) pure returns (bool) {
    return (uint256(RoleSet.unwrap(set)) >> Role.unwrap(role)) & 1 == 1;
}

function equals(Role a, Role b) pure returns (bool) {
    return Role.unwrap(a) == Role.unwrap(b);
}
