#!/usr/bin/env node
// The hre command from a checkout: installs what is missing, then runs it.
import { runHre } from './run-hre.mjs'

runHre(process.argv.slice(2))
