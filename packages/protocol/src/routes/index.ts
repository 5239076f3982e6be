import { askRoutes } from './asks.ts'
import { chainRoutes } from './chain.ts'
import { consentRoutes } from './consent.ts'
import { copyRoutes } from './copies.ts'
import { delegationRoutes } from './delegations.ts'
import { directoryRoutes } from './directory.ts'
import { frontDeskRoutes } from './front-desk.ts'
import { emergencyRoutes } from './emergency.ts'
import { keystoreRoutes } from './keystore.ts'
import { integrityRoutes } from './integrity.ts'
import { notificationRoutes } from './notifications.ts'
import { operationRoutes } from './operations.ts'
import { ownRecordRoutes } from './own-records.ts'
import { passkeyRoutes } from './passkeys.ts'
import { peerRoutes } from './peer.ts'
import { recordRoutes } from './records.ts'
import { recoveryRoutes } from './recovery.ts'
import { sessionRoutes } from './session.ts'
import { signatureRoutes } from './signatures.ts'
import { statusRoutes } from './status.ts'

/** The routes by what they are about. */
export const routeGroups = {
  Sessions: sessionRoutes,
  Passkeys: passkeyRoutes,
  Operations: operationRoutes,
  Directory: directoryRoutes,
  Consent: consentRoutes,
  Delegations: delegationRoutes,
  Records: recordRoutes,
  'What patients add': ownRecordRoutes,
  Signatures: signatureRoutes,
  Emergencies: emergencyRoutes,
  Recovery: recoveryRoutes,
  'Kept keys': keystoreRoutes,
  'Front desk': frontDeskRoutes,
  Asks: askRoutes,
  Notifications: notificationRoutes,
  'The chain': chainRoutes,
  Integrity: integrityRoutes,
  Copies: copyRoutes,
  'Between gateways': peerRoutes,
  Status: statusRoutes,
} as const

/** Every route of a gateway, by name. */
export const routes = {
  ...sessionRoutes,
  ...passkeyRoutes,
  ...operationRoutes,
  ...directoryRoutes,
  ...consentRoutes,
  ...delegationRoutes,
  ...recordRoutes,
  ...ownRecordRoutes,
  ...signatureRoutes,
  ...emergencyRoutes,
  ...recoveryRoutes,
  ...keystoreRoutes,
  ...peerRoutes,
  ...statusRoutes,
  ...integrityRoutes,
  ...copyRoutes,
  ...frontDeskRoutes,
  ...askRoutes,
  ...notificationRoutes,
  ...chainRoutes,
}
export type Routes = typeof routes
export type RouteName = keyof Routes

export * from './asks.ts'
export * from './chain.ts'
export * from './consent.ts'
export * from './copies.ts'
export * from './delegations.ts'
export * from './directory.ts'
export * from './front-desk.ts'
export * from './emergency.ts'
export * from './keystore.ts'
export * from './integrity.ts'
export * from './operations.ts'
export * from './notifications.ts'
export * from './own-records.ts'
export * from './page.ts'
export * from './passkeys.ts'
export * from './peer.ts'
export * from './records.ts'
export * from './recovery.ts'
export * from './route.ts'
export * from './session.ts'
export * from './signatures.ts'
export * from './status.ts'
