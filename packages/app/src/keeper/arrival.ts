/** A chunk of its own: needed once on a device. */
export { acceptInvitation, recallKeys } from '@hre/sdk'
