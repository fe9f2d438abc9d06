/** The files that make up the policies, read once: one snapshot has one revision, whatever happens on disk afterwards. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface PolicyFiles {
  /** The policies folder, absolute. */
  readonly folder: string
  /** SHA-256 over names and contents, the first 16 hexadecimal digits. */
  readonly revision: string
  /** Text by absolute path. */
  readonly texts: ReadonlyMap<string, string>
}

/** The engine belongs to the gateway, not to a revision; cases are tests. */
const outside = new Set(['engine', 'cases'])

/** Reads the policies folder. */
export function readPolicyFiles(folder: string): PolicyFiles {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((name) => !outside.has(name.split(path.sep)[0] ?? '') && !name.startsWith('.'))
    .sort()
  const hash = createHash('sha256')
  const texts = new Map<string, string>()
  for (const name of names) {
    const text = readFileSync(path.join(folder, name), 'utf8')
    texts.set(path.join(folder, name), text)
    hash.update(JSON.stringify([name.split(path.sep).join('/'), text]))
  }
  return { folder, revision: hash.digest('hex').slice(0, 16), texts }
}
