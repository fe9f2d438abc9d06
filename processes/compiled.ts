/**
 * Where the processes of one system keep what Node has compiled of their modules, from one start to the next. Node writes what it did
 * not find there when a process ends, and before it is gone: a second of work that many processes at once make into many.
 */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { PlannedProcess } from './plan.ts'

/**
 * Gives what the environment of each process says of that folder. While it is empty only the first process of each kind has it,
 * which writes for all of its kind.
 */
export function shareCompiled(
  data: string,
  planned: readonly Pick<PlannedProcess, 'name' | 'kind'>[],
): (name: string) => Readonly<Record<string, string>> {
  const folder = path.join(data, 'compiled', process.version)
  const env = { NODE_COMPILE_CACHE: folder }
  if (holdsFiles(folder)) return () => env
  const firstOfKind = new Map(planned.map(({ name, kind }) => [kind, name] as const).reverse())
  const writers = new Set(firstOfKind.values())
  return (name) => (writers.has(name) ? env : {})
}

function holdsFiles(folder: string): boolean {
  return (
    existsSync(folder) && readdirSync(folder, { recursive: true, withFileTypes: true }).some((each) => each.isFile())
  )
}
