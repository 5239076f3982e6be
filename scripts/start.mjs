// npm start: installs what is missing, then starts the exchange.
import { runHre } from './run-hre.mjs'

runHre(['start', ...process.argv.slice(2)])
