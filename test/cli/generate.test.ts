/** What is generated is fresh, deterministic, and named when it is stale. */
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { addGenerateCommand, artifacts, generate } from '../../cli/generate.ts'
import { coordinatesFile } from '../../cli/generate/coordinates.ts'
import { errorsDoc } from '../../cli/generate/errors-doc.ts'
import { catalog } from '../../lib/errors.ts'
import { index } from '../support/policies.ts'

const root = path.resolve(import.meta.dirname, '..', '..')

/** A small copy of what is generated from, without what was: two contracts say as much as ten. */
async function copyRepository() {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mandate-generate-'))
  for (const name of ['schema', 'docs', '.prettierrc.json'])
    await cp(path.join(root, name), path.join(home, name), { recursive: true })
  const kept = ['mandate.graphql', 'crm.graphql', 'governance.graphql']
  const schema = path.join(home, 'schema')
  for (const file of await readdir(schema)) {
    if (file.endsWith('.graphql') && !kept.includes(file)) await rm(path.join(schema, file))
  }
  await symlink(path.join(root, 'node_modules'), path.join(home, 'node_modules'))
  return { home, [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) }
}

describe('generate', () => {
  test('is fresh in the repository', async () => {
    expect((await generate({ root, mode: 'check' })).stale).toEqual([])
  }, 60_000)

  test('writes what is stale, and only that; a second time nothing', async () => {
    await using copy = await copyRepository()
    await generate({ root: copy.home, mode: 'write' })
    const file = path.join(copy.home, 'docs', 'errors.md')
    const good = await readFile(file, 'utf8')
    await writeFile(file, `${good}edited by hand\n`)
    expect((await generate({ root: copy.home, mode: 'check' })).stale).toEqual(['docs/errors.md'])
    expect(await readFile(file, 'utf8')).toContain('edited by hand')
    expect((await generate({ root: copy.home, mode: 'write' })).stale).toEqual(['docs/errors.md'])
    expect(await readFile(file, 'utf8')).toBe(good)
    expect((await generate({ root: copy.home, mode: 'write' })).stale).toEqual([])
  }, 60_000)

  test('a change of a contract makes its types stale', async () => {
    await using copy = await copyRepository()
    await generate({ root: copy.home, mode: 'write' })
    const file = path.join(copy.home, 'schema', 'crm.graphql')
    const sdl = await readFile(file, 'utf8')
    await writeFile(
      file,
      sdl.replace(
        '"How many people it employs."',
        '"How many work there."\n  staff: Int\n  "How many people it employs."',
      ),
    )
    const { stale } = await generate({ root: copy.home, mode: 'check' })
    expect(stale).toEqual(expect.arrayContaining(['schema/generated/coordinates.ts']))
  }, 60_000)

  test('the command names the stale file and what to run', async () => {
    await using copy = await copyRepository()
    await generate({ root: copy.home, mode: 'write' })
    await writeFile(path.join(copy.home, 'docs', 'errors.md'), 'old\n')
    const program = new Command('mandate').exitOverride()
    addGenerateCommand(program, { root: copy.home, write: () => undefined })
    await expect(program.parseAsync(['node', 'mandate', 'generate', '--check'])).rejects.toThrow(
      'Stale: docs/errors.md. Run `npm run generate` and commit the result.',
    )
  }, 60_000)

  test('every artifact has a place of its own', () => {
    const files = artifacts(root).map(({ file }) => file)
    expect(new Set(files).size).toBe(files.length)
  })
})

describe('what is written', () => {
  test('coordinates by the contract that may rule them', () => {
    const text = coordinatesFile(index)
    expect(text).toMatch(/readonly bank: \{\nreadonly Customer: 'id' \| 'riskBand' \| 'iban'\n\}/u)
    expect(text).not.toContain("'creditScore' | 'riskBand'")
  })

  test('every code of the catalogue', () => {
    const text = errorsDoc()
    for (const [code, { status, next }] of Object.entries(catalog)) {
      expect(text).toContain(`| \`${code}\` | ${String(status)} |`)
      expect(text).toContain(next)
    }
  })
})
