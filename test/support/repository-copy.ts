/** A copy of the whole repository, for a test that changes it as a developer would. Packages are shared with the original. */
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { cleanEnvironment, repository, run } from './process.ts'

export interface RepositoryCopy extends AsyncDisposable {
  readonly folder: string
  /** A hash of each file's text, by its path. */
  fingerprints(): Promise<Readonly<Record<string, string>>>
  /** Runs a Node program of the copy, or of a package: `cli/main.ts`, `node_modules/…`. */
  node(program: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>
}

/** Nobody needs these in a copy. */
const left: ReadonlySet<string> = new Set(['node_modules', '.git', '.mandate', 'coverage'])

/** Copies everything but packages and history into a temporary folder. */
export async function copyRepository(): Promise<RepositoryCopy> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-repository-'))
  const entries = (await readdir(repository)).filter((name) => !left.has(name))
  await Promise.all(
    entries.map((name) => cp(path.join(repository, name), path.join(folder, name), { recursive: true })),
  )
  await symlink(await realpath(path.join(repository, 'node_modules')), path.join(folder, 'node_modules'))
  return {
    folder,
    async fingerprints() {
      const files = await readdir(folder, { recursive: true, withFileTypes: true })
      const hashes = files
        .filter((file) => file.isFile())
        .map(({ parentPath, name }) => path.join(parentPath, name))
        .map(async (file) => {
          const hash = createHash('sha256').update(await readFile(file))
          return [path.relative(folder, file), hash.digest('hex')] as const
        })
      return Object.fromEntries(await Promise.all(hashes))
    },
    node: (program, ...args) =>
      run(process.execPath, [program, ...args], {
        cwd: folder,
        env: {
          ...cleanEnvironment(),
          ...(process.env.DATABASE_URL === undefined ? {} : { DATABASE_URL: process.env.DATABASE_URL }),
        },
      }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
