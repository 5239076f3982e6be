import type { Command } from 'commander'
import { addCard } from './card.ts'
import { addDeclare } from './declare.ts'
import { addJudge } from './judge.ts'
import { addListEmergencies } from './list.ts'
import { addMark } from './mark.ts'
import { addOpenEmergency } from './open.ts'

/** `hre emergency ...`: what a patient prepares, what a clinician does, what is made of it afterwards. */
export function addEmergency(program: Command): void {
  const emergency = program
    .command('emergency')
    .description('break the glass: prepare for it, do it, review it (see `hre emergency --help`)')
  for (const add of [addMark, addCard, addDeclare, addOpenEmergency, addListEmergencies, addJudge])
    add(emergency)
}
