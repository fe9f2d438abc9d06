/** Names a state of some sources, so that what is made from them is made again only when they change. */
import { createHash } from 'node:crypto'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/** A short hash of `name` and of all files under `sources` (from the root of the repository). */
export async function fingerprint(sources: readonly string[], name: string): Promise<string> {
  const hash = createHash('sha256').update(name)
  for (const source of sources) {
    for (const file of await filesOf(resolve(root, source))) hash.update(file).update(await readFile(file))
  }
  return hash.digest('hex').slice(0, 16)
}

async function filesOf(path: string): Promise<readonly string[]> {
  if ((await stat(path)).isFile()) return [path]
  const entries = await readdir(path, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}
