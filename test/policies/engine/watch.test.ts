/** Edits while the gateway runs: a good one takes effect as a whole, a bad one is refused loudly and changes nothing. */
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { decide } from '../../../gateway/policy/decide.ts'
import { loadPolicies } from '../../../policies/engine/load.ts'
import { PolicyError, watchPolicies, type PolicySource } from '../../../policies/engine/watch.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import { contractIndex, readContracts } from '../../../schema/contract.ts'
import { callerWith, wednesday } from '../../support/policies.ts'

const root = path.resolve(import.meta.dirname, '..', '..', '..')
const index = contractIndex(readContracts(path.join(root, 'schema')))

/** A copy of the policies that a test may edit, without the engine: there is one for all. */
async function copyPolicies() {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mandate-policies-'))
  const folder = path.join(home, 'policies')
  const source = path.join(root, 'policies')
  await cp(source, folder, { recursive: true, filter: (file) => !file.startsWith(path.join(source, 'engine')) })
  const edit = async (file: string, from: string | RegExp, to: string) => {
    const target = path.join(folder, file)
    const before = await readFile(target, 'utf8')
    const after = before.replace(from, to)
    expect(after).not.toBe(before)
    await writeFile(target, after)
  }
  return { folder, edit, [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }) }
}

interface LogLine {
  readonly level: 'info' | 'error'
  readonly message: string
}

function quietLog() {
  const lines: LogLine[] = []
  const note = (level: LogLine['level']) => (_details: object, message: string) => void lines.push({ level, message })
  return { lines, log: { info: note('info'), error: note('error') } }
}

async function openCopy(pollMs = 300) {
  const copy = await copyPolicies()
  const { lines, log } = quietLog()
  const source = await watchPolicies({ folder: copy.folder, index, log, watch: true, settleMs: 20, pollMs })
  return {
    ...copy,
    lines,
    source,
    async [Symbol.asyncDispose]() {
      await source.close()
      await copy[Symbol.asyncDispose]()
    },
  }
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 8000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not happen in time')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function outcome(source: PolicySource, coordinate: Coordinate, scopes: Parameters<typeof callerWith>[0]) {
  const operation = { fields: [{ coordinate, args: {}, path: ['x'] }] }
  return (await decide(operation, callerWith(scopes), source.current(), wednesday)).outcome
}

describe('a good edit', () => {
  test('of a table is obeyed by the next request', async () => {
    await using stage = await openCopy()
    const before = stage.source.current()
    expect(await outcome(stage.source, 'Account.name', ['crm:read'])).toBe('allow')
    await stage.edit(
      'crm.ts',
      "annualRevenue: any(write, ownRecord('ownerId')),",
      'annualRevenue: write, name: contact,',
    )
    await until(() => stage.source.current() !== before)
    expect(await outcome(stage.source, 'Account.name', ['crm:read'])).toBe('deny')
    expect(await outcome(stage.source, 'Account.name', ['crm:read', 'crm:contact'])).toBe('allow')
    expect(stage.lines.at(-1)).toEqual({
      level: 'info',
      message: `Policies: revision ${stage.source.current().id} is in force.`,
    })
  })

  test('of the vocabulary takes effect with the tables that use it', async () => {
    await using stage = await openCopy()
    const before = stage.source.current()
    await stage.edit('vocabulary.ts', 'authority.scopes.includes(scope) ? allow', 'false ? allow')
    await until(() => stage.source.current() !== before)
    expect(await outcome(stage.source, 'Account.name', ['crm:read'])).toBe('deny')
  })

  test('of a scope and a role takes effect too', async () => {
    await using stage = await openCopy()
    const before = stage.source.current()
    await stage.edit('roles/developer.ts', "scopes: ['explorer:all', ", "scopes: ['explorer:all', 'crm:read', ")
    await stage.edit('scopes.ts', "owner: 'sales operations'", "owner: 'the sales desk'")
    await until(() => stage.source.current().scopes.get('crm:read')?.owner === 'the sales desk')
    await until(() => stage.source.current().roles.get('developer')?.scopes.includes('crm:read') === true)
    expect(before.roles.get('developer')?.scopes).toEqual(['explorer:all', 'workflow:read'])
  })

  test('that replaces the file, as git does, is seen without waiting for the comparison', async () => {
    await using copy = await openCopy(600_000)
    const file = path.join(copy.folder, 'crm.ts')
    const original = await readFile(file, 'utf8')
    const first = copy.source.current().id
    for (const text of [`${original}// one\n`, original, `${original}// two\n`, original]) {
      const before = copy.source.current().id
      await writeFile(`${file}.new`, text)
      await rename(`${file}.new`, file)
      await until(() => copy.source.current().id !== before)
      await rm(file)
      await writeFile(file, `${text}// again\n`)
      const renamed = copy.source.current().id
      await until(() => copy.source.current().id !== renamed)
    }
    expect(copy.source.current().id).not.toBe(first)
  })

  test('taken back is the revision that it was', async () => {
    await using stage = await openCopy()
    const before = stage.source.current().id
    await stage.edit('crm.ts', 'contactByEmail: contact', 'contactByEmail: write')
    await until(() => stage.source.current().id !== before)
    expect(stage.source.revision(before)?.id).toBe(before)
    await stage.edit('crm.ts', 'contactByEmail: write', 'contactByEmail: contact')
    await until(() => stage.source.current().id === before)
    expect(stage.source.current().rules.get('Query.contactByEmail')?.scopes).toEqual(['crm:contact', 'crm:read'])
  })
})

describe('a bad edit (row 39)', () => {
  test.each<[string, string, string | RegExp, string, RegExp]>([
    [
      'a misspelt field',
      'crm.ts',
      'contactByEmail: contact',
      'contactByEmial: contact',
      /policies\/crm\.ts:\d+ {2}The field `Query\.contactByEmial` is in no contract\.\n {6}Correct the name \(did you mean `contactByEmail`\?\)/u,
    ],
    [
      'a name that is not exported',
      'crm.ts',
      '  ownRecord,',
      '  ownRecrod as ownRecord,',
      /policies\/crm\.ts:\d+ {2}The file does not load: .*ownRecrod/u,
    ],
    [
      'a broken brace',
      'finance.ts',
      'Query: {',
      'Query: {{',
      /policies\/finance\.ts(?::\d+)? {2}The file does not load/u,
    ],
    [
      'an exception',
      'itsm.ts',
      'export const itsm',
      "throw new Error('oops')\nexport const itsm",
      /policies\/itsm\.ts:\d+ {2}The file does not load: oops/u,
    ],
    [
      'a scope that is taken away',
      'scopes.ts',
      "'finance:bank:read'",
      "'finance:iban:read'",
      /The scope `finance:bank:read` is not in policies\/scopes\.ts\./u,
    ],
    ['a table that is not listed', 'index.ts', '  itsm,\n', '', /The subgraph `itsm` has no table\./u],
    ['no policies at all', 'index.ts', 'export const policies', 'const policies', /exports no `policies`/u],
  ])('%s is refused with its place, and the old revision stays', async (_title, file, from, to, message) => {
    await using stage = await openCopy()
    const before = stage.source.current()
    await stage.edit(file, from, to)
    await until(() => stage.lines.some(({ level }) => level === 'error'))
    expect(stage.source.current()).toBe(before)
    expect(stage.source.problems()).not.toEqual([])
    const said = stage.lines.find(({ level }) => level === 'error')?.message ?? ''
    expect(said).toContain(`The edited policies are refused; revision ${before.id} stays in force.`)
    expect(said).toMatch(message)
    expect(said).not.toContain('?revision=')
    expect(await outcome(stage.source, 'Account.name', ['crm:read'])).toBe('allow')
  })

  test('that is mended is forgotten', async () => {
    await using stage = await openCopy()
    await stage.edit('crm.ts', 'contactByEmail: contact', 'contactByEmial: contact')
    await until(() => stage.source.problems().length > 0)
    await stage.edit('crm.ts', 'contactByEmial: contact', 'contactByEmail: write')
    await until(() => stage.source.problems().length === 0)
    expect(stage.source.current().rules.get('Query.contactByEmail')?.scopes).toEqual(['crm:read', 'crm:write'])
  })

  test('at the start is an error with every problem', async () => {
    await using copy = await copyPolicies()
    await copy.edit('crm.ts', 'contactByEmail: contact', 'contactByEmial: contact')
    await copy.edit('itsm.ts', "  Query: { '*': read },", '')
    const opening = watchPolicies({ folder: copy.folder, index, log: quietLog().log, watch: false })
    const error: unknown = await opening.then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(PolicyError)
    expect((error as PolicyError).problems.map(({ coordinate }) => coordinate)).toEqual([
      'Query.contactByEmial',
      'Query.incident',
    ])
  })

  test('a folder that is not there is a problem, not a crash', async () => {
    expect(await loadPolicies({ folder: '/nowhere/policies', index })).toMatchObject({
      outcome: 'refused',
      problems: [{ where: '/nowhere/policies' }],
    })
  })
})

describe('the watch', () => {
  test('keeps the last few revisions and forgets older ones', async () => {
    await using copy = await copyPolicies()
    await using source = await watchPolicies({ folder: copy.folder, index, log: quietLog().log, watch: false })
    const first = source.current().id
    for (let round = 0; round < 11; round += 1) {
      await writeFile(path.join(copy.folder, 'roles', 'note.ts'), `export const note = ${String(round)}\n`)
      await source.reload()
    }
    expect(source.revision(first)).toBeNull()
    expect(source.revision(source.current().id)).toBe(source.current())
  }, 60_000)

  test('waits for a revision that another process has seen first, and no longer than it was told', async () => {
    await using copy = await openCopy(600_000)
    await copy.edit('crm.ts', 'contactByEmail: contact', 'contactByEmail: write')
    const { id } = await loadPolicies({ folder: copy.folder, index })
    expect((await copy.source.awaitRevision(id, 8_000))?.id).toBe(id)
    const startedMs = performance.now()
    expect(await copy.source.awaitRevision('0123456789abcdef', 50)).toBeNull()
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(45)
  })

  test('does not wait where edits are not picked up', async () => {
    await using copy = await copyPolicies()
    await using source = await watchPolicies({ folder: copy.folder, index, log: quietLog().log, watch: false })
    expect(await source.awaitRevision('0123456789abcdef', 60_000)).toBeNull()
  })

  test('ends: an edit after closing changes nothing', async () => {
    await using copy = await copyPolicies()
    const source = await watchPolicies({
      folder: copy.folder,
      index,
      log: quietLog().log,
      watch: true,
      settleMs: 10,
      pollMs: 50,
    })
    const before = source.current()
    await source.close()
    await copy.edit('crm.ts', 'contactByEmail: contact', 'contactByEmail: write')
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(source.current()).toBe(before)
  })
})
