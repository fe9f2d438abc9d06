/** A copy of the sources that a test may edit while a gateway runs from it. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { repository } from './process.ts'

export interface Sources extends AsyncDisposable {
  readonly folder: string
  /** Replaces `before`, which must be there exactly once, by `after`. */
  edit(file: string, before: string, after: string): Promise<void>
  /** The line, counted from 1, in which `text` first stands. */
  lineOf(file: string, text: string): Promise<number>
}

const folders = [
  'lib',
  'schema',
  'storage',
  'policies',
  'orchestration',
  'workflows',
  'subgraphs',
  'gateway',
  'processes',
  'cli',
]

/** Copies what a gateway needs into a temporary folder; packages are shared with the original. */
export async function copySources(): Promise<Sources> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-sources-'))
  await Promise.all([
    ...folders.map((name) => cp(path.join(repository, name), path.join(folder, name), { recursive: true })),
    cp(path.join(repository, 'package.json'), path.join(folder, 'package.json')),
    symlink(path.join(repository, 'node_modules'), path.join(folder, 'node_modules')),
  ])
  const read = (file: string) => readFile(path.join(folder, file), 'utf8')
  return {
    folder,
    async edit(file, before, after) {
      const text = await read(file)
      if (text.split(before).length !== 2) throw new Error(`\`${before}\` is not in ${file} exactly once.`)
      await writeFile(
        path.join(folder, file),
        text.replace(before, () => after),
      )
    },
    async lineOf(file, text) {
      const line = (await read(file)).split('\n').findIndex((each) => each.includes(text))
      if (line === -1) throw new Error(`\`${text}\` is not in ${file}.`)
      return line + 1
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
