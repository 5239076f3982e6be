/** A chunk of its own: needed once in a lifetime. */
export { acceptInvitation } from '@hre/sdk'
