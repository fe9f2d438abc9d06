/** Whom the development issuer of a data folder knows: written when it starts, so that `mandate token` knows the same. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { DemoIdentity } from './demo-identities.ts'

const identities = z.array(
  z.strictObject({
    name: z.string(),
    id: z.string(),
    kind: z.enum(['agent', 'person', 'service']),
    roles: z.array(z.string()),
    title: z.string(),
  }),
)

function fileIn(dataFolder: string): string {
  return path.join(dataFolder, 'identities.json')
}

/** Writes the list, whole or not at all. */
export async function writeKnownIdentities(dataFolder: string, known: readonly DemoIdentity[]): Promise<void> {
  const file = fileIn(dataFolder)
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, `${JSON.stringify(known, null, 2)}\n`)
  await rename(draft, file)
}

/** Reads the list; null where no issuer has written one. */
export async function readKnownIdentities(dataFolder: string): Promise<readonly DemoIdentity[] | null> {
  const text = await readFile(fileIn(dataFolder), 'utf8').catch(() => null)
  return text === null ? null : (identities.parse(JSON.parse(text)) as unknown as readonly DemoIdentity[])
}
