import { roles, type Role } from '@hre/protocol'

export const roleNames = Object.keys(roles) as Role[]
