/** The policy commands as a security engineer uses them: what they print, and what they say when something is wrong. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { addPolicyCommands } from '../../cli/policy.ts'
import { readVariables } from '../../cli/policy/explain.ts'
import { policies } from '../../policies/index.ts'
import { wednesday } from '../support/policies.ts'

const root = path.resolve(import.meta.dirname, '..', '..')

async function run(args: readonly string[], env: Record<string, string> = {}, home = root) {
  const written: string[] = []
  const io = {
    env,
    root: home,
    folder: home,
    world: { now: () => wednesday, newId: () => 'id' },
    write: (text: string) => void written.push(text),
  }
  const program = new Command('mandate').exitOverride()
  addPolicyCommands(program, io)
  const failure = await program.parseAsync(['node', 'mandate', 'policy', ...args]).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  return { text: written.join(''), failure }
}

/** A copy of the policies with one edit, in a folder that is a repository by its links. */
async function edited(file: string, from: string, to: string) {
  const home = await mkdtemp(path.join(os.tmpdir(), 'mandate-cli-'))
  const folder = path.join(home, 'policies')
  await cp(path.join(root, 'policies'), folder, { recursive: true })
  for (const name of ['lib', 'schema', 'node_modules', 'package.json', 'tsconfig.json']) {
    await symlink(path.join(root, name), path.join(home, name))
  }
  const text = await readFile(path.join(folder, file), 'utf8')
  expect(text).toContain(from)
  await writeFile(path.join(folder, file), text.replace(from, to))
  return {
    home,
    env: { MANDATE_POLICIES: folder },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  }
}

describe('check', () => {
  test('says that all is well', async () => {
    const { text, failure } = await run(['check'])
    expect(failure).toBeNull()
    expect(text).toMatch(/^Revision [0-9a-f]{16} is good: \d+ coordinates ruled, \d+ roles, \d+ scopes\.\n$/u)
    const counts = `${String(policies.roles.length)} roles, ${String(Object.keys(policies.scopes).length)} scopes.`
    expect(text).toContain(counts)
  }, 60_000)

  test('names a misspelt field with file, line and mend, and fails', async () => {
    await using copy = await edited('crm.ts', 'contactByEmail: contact', 'contactByEmial: contact')
    const { text, failure } = await run(['check', '--json'], copy.env)
    const { ok, problems } = JSON.parse(text) as {
      ok: boolean
      problems: { where: string; message: string; mend: string }[]
    }
    expect(ok).toBe(false)
    expect(failure).toMatch(/^The policies have /u)
    expect(problems).toContainEqual({
      where: expect.stringMatching(/^policies\/crm\.ts:\d+$/u) as string,
      coordinate: 'Query.contactByEmial',
      message: 'The field `Query.contactByEmial` is in no contract.',
      mend: 'Correct the name (did you mean `contactByEmail`?), or delete the entry.',
    })
  }, 60_000)

  test('names what only the types show', async () => {
    await using copy = await edited(
      'purposes.ts',
      '} as const satisfies',
      "  extra: { titel: 'misspelt' },\n} as const satisfies",
    )
    const { text, failure } = await run(['check'], {}, copy.home)
    expect(failure).toMatch(/^The policies have /u)
    expect(text).toMatch(/policies\/purposes\.ts:\d+ {2}.*titel/u)
  }, 60_000)

  test('does without types where the policies are elsewhere', async () => {
    await using copy = await edited('index.ts', 'policies', 'policies')
    const { text, failure } = await run(['check'], copy.env)
    expect(failure).toBeNull()
    expect(text).toContain('Types were not checked')
  })
})

describe('test', () => {
  test('runs every case and says that every coordinate is covered', async () => {
    const { text, failure } = await run(['test'])
    expect(failure).toBeNull()
    expect(text).toMatch(
      /^(\d+) of \1 cases hold under revision [0-9a-f]{16}\.\nEvery one of the \d+ coordinates is covered\.\n$/u,
    )
  })

  test('names the case that an edit breaks', async () => {
    await using copy = await edited(
      'finance.ts',
      "argumentAtMost('input.amount', 10_000)",
      "argumentAtMost('input.amount', 100_000)",
    )
    const { text, failure } = await run(['test'], copy.env)
    expect(failure).toBe('2 cases do not hold.')
    expect(text).toContain(
      'FAILED  a finance agent asks before it releases a cent more (as finance-agent)\n        expected `ask`, happened `allow`',
    )
  })

  test('names the coordinates that no case covers', async () => {
    await using copy = await edited('cases/index.ts', '  governanceCases,\n', '')
    const { text, failure } = await run(['test'], copy.env)
    expect(failure).toBeNull()
    expect(text).toMatch(/\d+ of \d+ coordinates lack a case:\ncoordinate/u)
    expect(text).toMatch(/^Mutation\.revoke +0 +0 +a case that allows and a case that refuses$/mu)
  })

  test('prints the coverage of all when asked', async () => {
    expect((await run(['test', '--coverage'])).text).toMatch(/^Account\.name +\d+ +\d+$/mu)
  })
})

describe('explain', () => {
  test('a coordinate: the rule, where it stands, what it read, the verdict of each part', async () => {
    const { text } = await run([
      'explain',
      '--as',
      'finance-agent',
      'Mutation.releasePayment',
      '--var',
      'input.amount=10000.01',
    ])
    expect(text).toContain('verdict    ask finance-controller: an agent releases more than 10 000')
    expect(text).toMatch(
      /argumentAtMost\('input\.amount', 10000\) → deny: .* {2}\[read args\.input\.amount; policies\/finance\.ts:\d+\]/u,
    )
    expect(text).toMatch(
      /callerMay\('finance:payment:release'\) → allow {2}\[read caller\.scopes; policies\/finance\.ts:\d+\]/u,
    )
  })

  test('a record rule, with and without the record', async () => {
    const asked = ['explain', '--as', 'lena.fischer', 'Account.annualRevenue']
    expect((await run(asked)).text).toContain('verdict    decided in the subgraph, by the record')
    const own = await run([...asked, '--record', '{"ownerId":"person:lena.fischer"}'])
    expect(own.text).toContain('verdict    allow')
    const other = await run([...asked, '--record', '{"ownerId":"person:maria.keller"}'])
    expect(other.text).toContain('is for the owner of the record')
  })

  test('an operation: the decision, each field, and why the closed ones are closed', async () => {
    const { text } = await run([
      'explain',
      '--as',
      'support-agent',
      '{ supplier(id: "sup-001") { name bankDetails { iban } } }',
    ])
    expect(text).toContain('deny, under revision')
    expect(text).toContain('  Supplier.name: allow\n')
    expect(text).toContain('standing   requestable, missing finance:bank:read')
  })

  test('an operation from a file', async () => {
    await using copy = await edited('index.ts', 'policies', 'policies')
    const file = path.join(copy.env.MANDATE_POLICIES, 'q.graphql')
    await writeFile(file, '{ me { id } }')
    expect((await run(['explain', '--as', 'maria.keller', file])).text).toContain('allow, under revision')
  })

  test('what the caller may not know of', async () => {
    const { text } = await run([
      'explain',
      '--as',
      'agent:support-agent',
      '{ journalEntry(id: "JE-2026-00001") { id } }',
    ])
    expect(text).toContain('answered as if some of it did not exist')
    expect(text).toContain('the caller is told: Cannot query field "journalEntry" on type "Query".')
  })

  test.each<[string, readonly string[], string]>([
    [
      'an unknown identity',
      ['explain', '--as', 'bob', 'Account.name'],
      'There is no identity or role `bob`. Choose one of support-agent, ',
    ],
    [
      'an unknown coordinate',
      ['explain', '--as', 'auditor', 'Account.nme'],
      'No contract has the coordinate `Account.nme`.',
    ],
    [
      'a file that is not there',
      ['explain', '--as', 'auditor', 'nowhere.graphql'],
      '`nowhere.graphql` is neither a coordinate like `Account.name`, nor a file, nor an operation.',
    ],
    [
      'an operation that does not parse',
      ['explain', '--as', 'auditor', '{ account('],
      'The operation cannot be read: Syntax Error',
    ],
    [
      'an operation that does not fit',
      ['explain', '--as', 'auditor', '{ acount { id } }'],
      'The operation does not fit the schema: Cannot query field "acount"',
    ],
    [
      'a time that is none',
      ['explain', '--as', 'auditor', 'Account.name', '--at', 'noon'],
      '`noon` is not a time like 2026-10-28T09:30:00Z.',
    ],
    [
      'a variable that is none',
      ['explain', '--as', 'auditor', 'Account.name', '--var', 'x'],
      '`x` is not a variable; write it like `input.amount=10000`.',
    ],
    [
      'a record that is none',
      ['explain', '--as', 'auditor', 'Account.name', '--record', '7'],
      '`--record` takes a JSON object',
    ],
  ])('%s', async (_title, args, message) => {
    expect((await run(args)).failure).toContain(message)
  })

  test('policies that do not load', async () => {
    await using copy = await edited('crm.ts', 'contactByEmail: contact', 'contactByEmial: contact')
    expect((await run(['explain', '--as', 'auditor', 'Account.name'], copy.env)).failure).toMatch(
      /^The policies do not load:\n {2}policies\/crm\.ts:\d+/u,
    )
  })
})

test('variables are JSON where they can be, and nest by dots', () => {
  expect(readVariables(['input.amount=10', 'input.id=a=b', 'list=["x"]', 'text="7"'])).toEqual({
    input: { amount: 10, id: 'a=b' },
    list: ['x'],
    text: '7',
  })
  expect(() => readVariables(['a=1', 'a.b=2'])).toThrow('`a.b=2` sets a part of what is a plain value.')
  expect(Object.getPrototypeOf(readVariables(['__proto__.polluted=1']))).toBeNull()
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
})
