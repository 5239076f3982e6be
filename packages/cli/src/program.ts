import { Command, Option } from 'commander'
import { addAdd } from './commands/add.ts'
import { addBackup } from './commands/backup.ts'
import { addNarrow, addRenew } from './commands/change-grant.ts'
import { addCountries } from './commands/countries.ts'
import { addDeleteAccount } from './commands/delete-account.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEmergency } from './commands/emergency/index.ts'
import { addExport } from './commands/export.ts'
import { addGrant } from './commands/grant.ts'
import { addGrants } from './commands/grants.ts'
import { addHelper } from './commands/helper.ts'
import { addImport } from './commands/import.ts'
import { addGuardians } from './commands/keys/guardians.ts'
import { addKeys } from './commands/keys/keys.ts'
import { addRecover } from './commands/keys/recover.ts'
import { addLicense } from './commands/license.ts'
import { addInvite } from './commands/invite.ts'
import { addLog } from './commands/log.ts'
import { addNotifications } from './commands/notifications.ts'
import { addOpen } from './commands/open.ts'
import { addOrganisation } from './commands/organisation.ts'
import { addPeople } from './commands/people.ts'
import { addProve } from './commands/prove.ts'
import { addRecords } from './commands/records.ts'
import { addRestore } from './commands/restore.ts'
import { addRevoke } from './commands/revoke.ts'
import { addSign } from './commands/sign.ts'
import { addStart } from './commands/start.ts'
import { addStatus } from './commands/status.ts'
import { addVerify } from './commands/verify.ts'
import { exitCodes } from './errors.ts'

const help = `
Exit codes:
  ${exitCodes.ok}   done
  ${exitCodes.failed}   refused, or failed
  ${exitCodes.usage}   wrong usage: nothing was done
  ${exitCodes.notRunning}   the exchange is not running
  ${exitCodes.tryLater}  try again later

Examples:
  hre start
  hre grant dr-osei labs --as ana --for 24h
  hre open ana --as dr-osei
  hre log --as ana

PATIENT and READER are a name of the demonstration (\`hre people\`) or an account (0x...).`

const commands = [
  addStart,
  addStatus,
  addPeople,
  addImport,
  addAdd,
  addRecords,
  addOpen,
  addExport,
  addGrants,
  addGrant,
  addNarrow,
  addRenew,
  addRevoke,
  addCountries,
  addInvite,
  addLog,
  addNotifications,
  addEmergency,
  addLicense,
  addKeys,
  addGuardians,
  addHelper,
  addRecover,
  addDeleteAccount,
  addSign,
  addProve,
  addVerify,
  addDoctor,
  addOrganisation,
  addBackup,
  addRestore,
]

/** The whole command line; `main.ts` runs it. */
export function createProgram(): Command {
  const program = new Command('hre')
    .description(
      'Healthcare Records Exchange: records that a patient shares between hospitals, and nobody else.',
    )
    .addOption(new Option('--data <folder>', 'data folder of the exchange').env('HRE_DATA'))
    .option('--json', 'answer in JSON on standard output, and nothing else there')
    .version('0.1.0', '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain the command')
    .helpCommand('help [command]', 'explain a command')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', help)
  for (const add of commands) add(program)
  return program
}
