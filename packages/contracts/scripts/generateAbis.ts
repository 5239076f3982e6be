import type { Artifact } from '../src/artifacts.ts'

/** The TypeScript module with each contract's ABI as a constant, and one with the errors of all of them. */
export function generateAbis(artifacts: readonly Artifact[]): string {
  const errors = new Map(
    artifacts
      .flatMap(({ abi }) => abi)
      .filter((item) => item.type === 'error')
      .map((item) => [`${item.name}(${item.inputs?.map(({ type }) => type).join()})`, item] as const),
  )
  const sortedErrors = [...errors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item)
  return [
    '// Generated from packages/contracts/src/*.sol by packages/contracts/scripts/compile.ts. Do not edit.',
    ...artifacts.map(({ contractName, abi }) => declare(`${contractName.toLowerCase()}Abi`, abi)),
    '/** Every error that a contract of the exchange can answer with. */',
    declare('exchangeErrorsAbi', sortedErrors),
  ].join('\n')
}

function declare(name: string, items: readonly unknown[]): string {
  const lines = items.map((item) => `  ${JSON.stringify(item)},`)
  return [`export const ${name} = [`, ...lines, '] as const', ''].join('\n')
}
