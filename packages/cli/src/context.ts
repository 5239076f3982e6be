import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { layoutOf, type Layout } from '@hre/exchange/client'
import type { Command } from 'commander'
import { Output } from './output.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))

/** What every command has at hand. */
export interface Context {
  output: Output
  /** The data folder that was asked for, else HRE_DATA, else `data` of the checkout. */
  data: string
  /** Whether somebody chose the folder. */
  dataChosen: boolean
  layout: Layout
}

export function contextOf(command: Command): Context {
  const { json = false, data } = command.optsWithGlobals<{ json?: boolean; data?: string }>()
  const chosen = data ?? (process.env['HRE_DATA'] || undefined)
  const folder = chosen === undefined ? resolve(checkout, 'data') : fromCaller(chosen)
  return {
    output: new Output(json),
    data: folder,
    dataChosen: chosen !== undefined,
    layout: layoutOf(folder),
  }
}

/** A path as the caller meant it: npm runs scripts in the checkout, wherever it was called. */
export function fromCaller(path: string): string {
  const byNpm = ['start', 'hre'].includes(process.env['npm_lifecycle_event'] ?? '')
  return resolve((byNpm && process.env['INIT_CWD']) || process.cwd(), path)
}
