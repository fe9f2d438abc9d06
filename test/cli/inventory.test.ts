/** `mandate inventory`: through the whole product, as a person. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command, CommanderError } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addInventoryCommands } from '../../cli/inventory.ts'
import { realWorld } from '../../lib/world.ts'
import { type Stack, startStack } from '../support/stack.ts'

const root = path.resolve(import.meta.dirname, '../..')
const headings = 'name,department,businessOwner,purpose,systems'

describe('mandate inventory', () => {
  let stack: Stack
  let folder: string
  const tokens = new Map<string, string>()

  beforeAll(async () => {
    stack = await startStack({ company: 'none', settings: (config) => ({ ...config, demoData: false }) })
    folder = await mkdtemp(path.join(tmpdir(), 'mandate-inventory-'))
    for (const name of ['omar.haddad', 'support-agent', 'lena.fischer']) tokens.set(name, await stack.app.mint!(name))
  }, 120_000)
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  /** What the command writes, and how it ends. */
  async function run(args: readonly string[], as = 'omar.haddad') {
    let [out, err] = ['', '']
    const program = new Command('mandate').exitOverride().configureOutput({ writeErr: (text) => (err += text) })
    addInventoryCommands(program, {
      env: { MANDATE_TOKEN: tokens.get(as) },
      folder,
      root,
      world: realWorld,
      fetch: async (_url, init) => {
        const payload = init?.body as string
        const headers = { ...(init?.headers as Record<string, string>) }
        const response = await stack.app.server.inject({ method: 'POST', url: '/graphql', headers, payload })
        return new Response(response.body, { status: response.statusCode })
      },
      write: (text) => (out += text),
      writeError: (text) => (err += text),
      progress: { isTerminal: true },
    })
    let code = 0
    try {
      await program.parseAsync(['node', 'mandate', 'inventory', ...args])
    } catch (error) {
      code = error instanceof CommanderError ? error.exitCode : 1
      if (!(error instanceof CommanderError)) err += error instanceof Error ? error.message : String(error)
    }
    return { out, err, code }
  }
  const file = async (name: string, content: string | Uint8Array) => {
    await writeFile(path.join(folder, name), content)
    return name
  }

  test('a file with a mistake imports nothing, and is told line, column and mend', async () => {
    const name = await file(
      'bad.csv',
      `${headings}\nA,Sales,person:a,Does it.,SAP\nB,Sales,Maria Keller,Does it.,SAP\n`,
    )
    const { out, code } = await run(['import', name])
    expect(code).toBe(1)
    expect(out).toContain(
      'line 3, column 3 (businessOwner): `businessOwner` is `Maria Keller`. Write a person like `person:maria.keller`.',
    )
    expect(out).toContain('Nothing was imported from `bad.csv`: 1 new, 0 changed, 0 known already, 1 with problems.')
    expect((await run(['import', name, '--good-rows'])).out).toContain('Imported from `bad.csv`: 1 new')
    expect((await run(['list', '--json'])).out).toContain('"name":"A"')
  })

  test('a person who may only read imports nothing; an agent is told nothing', async () => {
    const name = await file('more.csv', `${headings}\nC,Sales,person:a,Does it.,SAP\n`)
    expect((await run(['import', name], 'lena.fischer')).code).toBe(1)
    expect((await run(['import', name], 'support-agent')).err).toContain('refused')
    expect((await run(['list', '--search', 'C', '--json'])).out).toBe('[]\n')
    expect((await run(['list'], 'support-agent')).err).not.toContain('inventory:read')
  })

  test('a large file goes in parts, and all of it in one', async () => {
    const rows = Array.from(
      { length: 400 },
      (_, n) => `Large ${n},Dept ${n % 7},person:a,"${`word${n} „größer“ `.repeat(60)}",S${n}`,
    )
    const name = await file('large.csv', `\ufeff${headings}\r\n${rows.join('\r\n')}\r\n`)
    const dry = await run(['import', name, '--dry-run'])
    expect(dry.out).toContain('this was a dry run. In `large.csv`: 400 new')
    expect(dry.err).toMatch(/Sending part 1 of \d+/)
    expect((await run(['import', name])).out).toContain('400 new')
    expect((await run(['import', name])).out).toContain('0 new, 0 changed, 400 known already')
  })

  test.each([
    [
      'another encoding',
      'latin.csv',
      Buffer.from(`${headings}\nGr\u00fcn,Sales,person:a,x,y`, 'latin1'),
      'line 2 has bytes that are no text',
    ],
    ['a file that is too large', 'huge.csv', new Uint8Array(17_000_000), 'has 17000000 bytes'],
    ['another kind of file', 'pilots.xlsx', 'x', 'ends neither in .csv nor in .json'],
  ])('%s is refused here', async (_, name, content, message) => {
    const { err, code } = await run(['import', await file(name, content)])
    expect(err).toContain(message)
    expect(code).toBe(1)
  })

  test('the list as CSV is imported again without a change, and opens no formula', async () => {
    await run([
      'import',
      await file(
        'formula.json',
        JSON.stringify([
          { name: '=cmd|/c calc', department: 'Sales', businessOwner: 'person:a', purpose: '@SUM', systems: ['-1'] },
        ]),
      ),
    ])
    const { out } = await run(['list', '--csv'])
    expect(out).toContain("'=cmd|/c calc")
    expect(out.split('\r\n').filter((line) => /(^|,)"?[=@+-]/.test(line))).toEqual([])
    expect((await run(['import', await file('again.csv', out)])).out).toMatch(
      /0 new, 0 changed, \d+ known already, 0 with problems/,
    )
  })

  test('findings say why', async () => {
    const purpose = 'Writes minutes of customer calls and files them.'
    await run([
      'import',
      await file(
        'twice.csv',
        `${headings}\nMinutes A,Sales,person:a,${purpose},Teams\nMinutes B,Service,person:a,${purpose},Microsoft Teams\n`,
      ),
    ])
    const { out } = await run(['duplicates', '--state', 'open', '--limit', '5'])
    expect(out).toMatch(
      /1\.00 LIKELY OPEN {2}.*Minutes A \(Sales\).*Minutes B \(Service\)|1\.00 LIKELY OPEN {2}.*Minutes B.*Minutes A/,
    )
    expect(out).toMatch(/systems +1\.00 × 0\.50 {2}both: (?:Microsoft )?Teams/)
    expect(out).toContain('capabilities not compared: one of the two says nothing')
  })

  test('the requests stand in the ledger, the content of a file as its hash', async () => {
    const { items } = await stack.ledger.trail('person:omar.haddad', { limit: 100 })
    const imports = items.filter(({ operation }) => operation.name === 'InventoryImport')
    expect(imports.length).toBeGreaterThan(5)
    for (const { args } of imports) expect(JSON.stringify(args)).toMatch(/"content":"hmac:/)
  })

  test('evaluate prints precision and recall with the weights', async () => {
    const { out, code } = await run(['evaluate'])
    expect(code).toBe(0)
    expect(out).toContain('Held-out half, weights in force')
    expect(out).toContain('weights: capabilities 0.35, systems 0.25, text 0.25, steps 0.15')
    expect(out).toMatch(/duplicates +0\.60 +1\.000 +0\.\d{3}/)
    expect(await readFile(path.join(root, 'docs', 'inventory.md'), 'utf8')).toContain(
      out.slice(0, out.indexOf('Where the weights in force')).trim(),
    )
  })
})
