export * from './gatewayClient.ts'
export * from './session.ts'
