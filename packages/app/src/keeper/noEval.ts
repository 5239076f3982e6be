import { config } from 'zod'

// Zod would otherwise try whether it may make functions from text, which the gateway's policy forbids and reports.
config({ jitless: true })
