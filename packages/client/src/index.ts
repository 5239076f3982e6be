export * from './gatewayClient.ts'
export * from './serverEvents.ts'
export * from './session.ts'
