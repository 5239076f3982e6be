export { FilesBlobStore } from './blobs/files.ts'
export { startGateway, type RunningGateway } from './app.ts'
export { configSchema, ConfigError, loadConfig, type GatewayConfig } from './config.ts'
