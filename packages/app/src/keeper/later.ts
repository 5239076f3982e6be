import type { Keeper } from './api.ts'

/** Methods of a journey whose code comes when one of them is first called. */
export function later<Name extends keyof Keeper>(
  names: readonly Name[],
  load: () => Promise<Pick<Keeper, Name>>,
): Pick<Keeper, Name> {
  const call = async (name: Name, args: unknown[]): Promise<unknown> =>
    ((await load())[name] as (...args: unknown[]) => Promise<unknown>)(...args)
  return Object.fromEntries(
    names.map((name) => [name, (...args: unknown[]) => call(name, args)]),
  ) as unknown as Pick<Keeper, Name>
}
