/** Writes planned changes all or none: what fails while writing, or after it, leaves every file as it was. */
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { FileChange } from './plan.ts'

/**
 * Writes the changes, then runs `finish`, which may rewrite the files named in `touched`.
 * @throws what failed, after everything is as it was before.
 */
export async function writeChanges(
  root: string,
  changes: readonly FileChange[],
  { touched, finish }: { readonly touched: readonly string[]; readonly finish: () => Promise<void> },
): Promise<void> {
  const undo: (() => Promise<void>)[] = []
  try {
    for (const file of touched) {
      const target = path.join(root, file)
      const before = await readFile(target)
      undo.push(() => writeFile(target, before))
    }
    for (const { file, before, after } of changes) {
      const target = path.join(root, file)
      if (before === null) {
        // The first folder that was not there before goes with what is in it.
        const folder = await mkdir(path.dirname(target), { recursive: true })
        if (folder !== undefined) undo.push(() => rm(folder, { recursive: true, force: true }))
        await using created = await open(target, 'wx')
        undo.push(() => rm(target, { force: true }))
        await created.writeFile(after)
      } else {
        undo.push(() => writeFile(target, before))
        await writeFile(target, after)
      }
    }
    await finish()
  } catch (error) {
    for (const step of undo.toReversed()) await step()
    throw error
  }
}
