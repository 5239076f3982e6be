import manifest from '../package.json' with { type: 'json' }

/** Of this gateway, as its package says. */
export const version: string = manifest.version
