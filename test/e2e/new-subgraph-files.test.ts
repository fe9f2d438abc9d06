/**
 * `mandate new subgraph` in a copy of the repository: what it makes is green as it is, what it refuses leaves no trace, and
 * neither does what fails half-way. The gateway that answers it is in `test/e2e/new-subgraph.test.ts`.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { readNames } from '../../cli/new-subgraph/names.ts'
import { newSubgraph, type NewSubgraphOptions } from '../../cli/new-subgraph/new-subgraph.ts'
import { planSubgraph } from '../../cli/new-subgraph/plan.ts'
import { writeChanges } from '../../cli/new-subgraph/write-changes.ts'
import { noise } from '../support/noise.ts'
import { copyRepository, type RepositoryCopy } from '../support/repository-copy.ts'

/** Compilers and linters of a whole repository: what they take on an idle machine, stretched on a busy one. */
const patience = 120_000 * noise()

let copy: RepositoryCopy
let original: Readonly<Record<string, string>>
beforeAll(async () => {
  copy = await copyRepository()
  original = await copy.fingerprints()
}, patience)
afterAll(() => copy[Symbol.asyncDispose]())

async function make(options: NewSubgraphOptions): Promise<string> {
  const written: string[] = []
  await newSubgraph({ root: copy.folder, write: (text) => void written.push(text) }, options)
  return written.join('')
}

/** The files that are not as they were, new ones included. */
async function changed(): Promise<readonly string[]> {
  const now = await copy.fingerprints()
  const files = new Set([...Object.keys(original), ...Object.keys(now)])
  return [...files].filter((file) => original[file] !== now[file]).sort()
}

const fieldService = { name: 'field-service', entity: 'WorkOrder' }
const made = [
  'policies/cases/field-service.graphql',
  'policies/cases/field-service.ts',
  'policies/field-service.ts',
  'policies/roles/field-service-agent.ts',
  'schema/field-service.graphql',
  'storage/migrations/NNNN-field-service.ts',
  'storage/tables/field-service.ts',
  'subgraphs/field-service/field-service.ts',
  'subgraphs/field-service/model.ts',
  'subgraphs/field-service/mutations.ts',
  'subgraphs/field-service/queries.ts',
  'subgraphs/field-service/tables.ts',
  'subgraphs/field-service/work-order-states.ts',
  'test/subgraphs/field-service/field-service.test.ts',
]
const listedIn = [
  'gateway/identity/demo-identities.ts',
  'policies/cases/case.ts',
  'policies/cases/index.ts',
  'policies/index.ts',
  'policies/purposes.ts',
  'policies/scopes.ts',
  'storage/migrations/index.ts',
  'storage/tables.ts',
  'subgraphs/index.ts',
  'test/subgraphs/index.test.ts',
]
const generated = ['schema/api.graphql', 'schema/generated/coordinates.ts', 'schema/supergraph.graphql']
/** Lists that have systems only where each is a process of its own. */
const deployed: ReadonlySet<string> = new Set(['docker-compose.yml', 'ops/prometheus.yml'])

describe('nothing is written', () => {
  afterEach(async () => expect(await changed()).toEqual([]))

  test('by a dry run, which shows the files and how the lists would change', async () => {
    const text = await make({ ...fieldService, dryRun: true })
    for (const file of made) expect(text.replace(/\d{4}-field-service/, 'NNNN-field-service')).toContain(`  ${file} `)
    for (const file of listedIn) expect(text).toContain(`--- ${file}\n`)
    expect(text).toContain("+  'field-service': fieldService,\n   governance,")
    expect(text).toMatch(/\+ {2}'\d{4}-field-service': fieldService,/)
    expect(text).toMatch(/Nothing was written\.\n$/)
  })

  test.each<[string, NewSubgraphOptions, string]>([
    ['a name that is none', { name: 'Fleet' }, '`Fleet` is not a name for a subgraph'],
    ['a system that is there', { name: 'crm', entity: 'Thing' }, 'is there already: choose another name'],
    ['a file of the policies', { name: 'scopes', entity: 'Thing' }, 'policies/scopes.ts is there already'],
    ['a role that is there', { name: 'sales', entity: 'Lead' }, 'policies/roles/sales-agent.ts is there already'],
    [
      'a constant of a list',
      { name: 'policies', entity: 'Thing' },
      '`policies` is taken: policies/index.ts has it already',
    ],
    ['a purpose that is there', { name: 'production', entity: 'Run' }, 'production-agent.ts is there already'],
    [
      'a type of another contract',
      { name: 'fleet', entity: 'CaseComment' },
      '`CaseComment` is in the contract of crm already',
    ],
    ['a type that would be made', { name: 'fleet', entity: 'AccountConnection' }, '`--entity`'],
    [
      'a field of another contract',
      { name: 'fleet', entity: 'Me' },
      '`Query.me` is in the contract of governance already',
    ],
    [
      'a file of every system',
      { name: 'model', entity: 'Thing' },
      'two of its files would be subgraphs/model/model.ts',
    ],
    ['a word of GraphQL', { name: 'fleet', entity: 'Subscription' }, '`subscription` is a word of GraphQL'],
  ])('for %s', async (_title, options, message) => {
    await expect(make(options)).rejects.toThrow(message)
  })

  test('when writing fails half-way', async () => {
    const changes = await planSubgraph(copy.folder, readNames(fieldService))
    const blocked = { file: 'README.md/in-the-way.ts', before: null, after: '' }
    const finish = () => Promise.resolve()
    await expect(writeChanges(copy.folder, [...changes, blocked], { touched: [], finish })).rejects.toThrow('README.md')
  })

  test('when a file has come in the way since, and that file stays', async () => {
    const changes = await planSubgraph(copy.folder, readNames(fieldService))
    const theirs = { file: 'README.md', before: null, after: 'not theirs' }
    const finish = () => Promise.resolve()
    await expect(writeChanges(copy.folder, [...changes, theirs], { touched: [], finish })).rejects.toThrow('EEXIST')
  })

  test('when generating fails after it has begun', async () => {
    const changes = await planSubgraph(copy.folder, readNames(fieldService))
    const finish = async () => {
      await writeFile(path.join(copy.folder, 'schema/api.graphql'), 'half')
      throw new Error('no more')
    }
    const writing = writeChanges(copy.folder, changes, { touched: ['schema/api.graphql'], finish })
    await expect(writing).rejects.toThrow('no more')
  })
})

describe('a list that somebody has changed', () => {
  const file = 'policies/index.ts'
  let before: string
  beforeEach(async () => {
    before = await readFile(path.join(copy.folder, file), 'utf8')
  })
  afterEach(async () => {
    expect(await changed()).toEqual([file])
    await writeFile(path.join(copy.folder, file), before)
  })

  test.each([
    ['into another form', 'const tables:', 'const allTables:', `${file} has no list \`tables\``],
    ['and left unformatted', 'const tables:', 'const   tables:', `${file} is not formatted`],
    ['and left broken', 'const tables:', 'const tables::', `${file} cannot be read as TypeScript`],
  ])('%s is refused', async (_title, from, to, message) => {
    await writeFile(path.join(copy.folder, file), before.replace(from, to))
    await expect(make(fieldService)).rejects.toThrow(message)
  })
})

describe('a new system', () => {
  let text: string
  beforeAll(async () => {
    text = await make(fieldService)
  })

  /** Runs a tool of the repository; its output stands in the failure. */
  async function green(program: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await copy.node(program, ...args)
    expect(code, `${stdout}\n${stderr}`).toBe(0)
    return stdout
  }
  const typescript = (files: readonly string[]) => files.filter((file) => file.endsWith('.ts'))

  test('has these files, is in these lists, and says so', async () => {
    const files = (await changed()).filter((file) => !deployed.has(file))
    const expected = [...made, ...listedIn, ...generated].sort()
    expect(files.map((file) => file.replace(/\d{4}-/, 'NNNN-'))).toEqual(expected)
    for (const file of files) expect(text).toContain(`  ${file}\n`)
    expect(text).toContain('npx vitest run test/subgraphs/field-service\n')
  })

  test('leaves nothing to fill in', async () => {
    for (const file of await changed()) {
      expect(await readFile(path.join(copy.folder, file), 'utf8'), file).not.toMatch(/\{\{|\}\}\w|TODO/)
    }
  })

  test('a second time is refused', async () => {
    await expect(make(fieldService)).rejects.toThrow('schema/field-service.graphql is there already')
  })

  test(
    'compiles',
    async () => {
      await green('node_modules/typescript-native/bin/tsc', '-p', '.')
    },
    patience,
  )

  test(
    'is linted and formatted',
    async () => {
      const files = (await changed()).filter((file) => !generated.includes(file))
      const linted = [...typescript(files), 'schema/field-service.graphql']
      await green('node_modules/eslint/bin/eslint.js', '--max-warnings', '0', ...linted)
      await green('node_modules/prettier/bin/prettier.cjs', '--check', ...files)
    },
    patience,
  )

  test(
    'has nothing that is not used',
    async () => {
      const { stdout } = await copy.node('node_modules/knip/bin/knip.js')
      expect(stdout).not.toContain('field-service')
    },
    patience,
  )

  test(
    'has rules that load, cases that hold, and a case for every coordinate',
    async () => {
      await green('cli/main.ts', 'policy', 'check')
      const { stdout } = await copy.node('cli/main.ts', 'policy', 'test', '--json')
      const { results, coverage } = JSON.parse(stdout) as {
        results: { group: string; title: string; differences: readonly string[] }[]
        coverage: { coordinate: string; lacks: readonly string[] }[]
      }
      const own = results.filter(({ title }) => /field service|work order/.test(title))
      expect(own).toHaveLength(10)
      expect(own.flatMap(({ differences }) => differences)).toEqual([])
      const ruled = coverage.filter(({ coordinate }) => /work[oO]rder/i.test(coordinate))
      expect(ruled).toHaveLength(8 + 2 + 3 + 4 + 2 + 2)
      expect(ruled.filter(({ lacks }) => lacks.length > 0)).toEqual([])
    },
    patience,
  )

  test(
    'composes, breaks nothing, and everything generated is fresh',
    async () => {
      expect(await green('cli/main.ts', 'schema', 'check')).toMatch(/^The \d+ contracts compose/)
      await green('cli/main.ts', 'generate', '--check')
    },
    patience,
  )

  test(
    'passes its own tests, and those of every contract and of the list of systems',
    async () => {
      const tests = ['test/subgraphs/field-service', 'test/subgraphs/index.test.ts', 'test/schema/described.test.ts']
      await green('node_modules/vitest/vitest.mjs', 'run', ...tests)
    },
    patience,
  )

  test(
    'stands beside another one',
    async () => {
      await make({ name: 'assets' })
      await green('cli/main.ts', 'policy', 'check')
      const index = await readFile(path.join(copy.folder, 'subgraphs/index.ts'), 'utf8')
      expect(index.lastIndexOf('createFieldService')).toBeLessThan(index.lastIndexOf('createAssets'))
      const migrations = await readFile(path.join(copy.folder, 'storage/migrations/index.ts'), 'utf8')
      const [, first, second] = /'(\d+)-field-service'[^]*'(\d+)-assets'/.exec(migrations) ?? []
      expect(Number(second)).toBe(Number(first) + 10)
    },
    patience,
  )
})
