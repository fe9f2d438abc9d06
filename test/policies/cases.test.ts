/** Every shipped case holds, and every coordinate has a case that allows and one that refuses, where both make sense. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema } from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCaseDocuments } from '../../gateway/policy/case-documents.ts'
import { coverageOf } from '../../gateway/policy/coverage.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import { runCase, type CaseResult, type RunCaseOptions } from '../../gateway/policy/run-case.ts'
import { cast, type PolicyCase } from '../../policies/cases/case.ts'
import { caseGroups } from '../../policies/cases/index.ts'
import { demoIdentities } from '../../gateway/identity/demo-identities.ts'
import { contractIndex, readContracts } from '../../schema/contract.ts'

const root = path.resolve(import.meta.dirname, '..', '..')
const documents = readCaseDocuments(path.join(root, 'policies', 'cases'), caseGroups)
const results: CaseResult[] = []
let options: RunCaseOptions

beforeAll(async () => {
  const index = contractIndex(readContracts(path.join(root, 'schema')))
  const loaded = await loadPolicies({ folder: path.join(root, 'policies'), index })
  if (loaded.outcome === 'refused') throw new Error(JSON.stringify(loaded.problems, null, 2))
  const apiSchema = buildSchema(readFileSync(path.join(root, 'schema', 'api.graphql'), 'utf8'))
  options = { apiSchema, revision: loaded.revision, documents }
})

describe.each(caseGroups.map(({ name, cases }) => ({ name, cases })))('$name', ({ name, cases }) => {
  test.each(cases.map((tested) => [tested.title, tested] as const))('%s', async (_title, tested) => {
    const result = await runCase(name, tested, options)
    results.push(result)
    expect(result.differences).toEqual([])
  })
})

describe('all together', () => {
  test('every coordinate is covered', () => {
    const lacking = coverageOf(results, options.revision).filter(({ lacks }) => lacks.length > 0)
    expect(lacking).toEqual([])
  })

  test('every operation is used by a case', () => {
    const used = new Set(caseGroups.flatMap(({ name, cases }) => cases.map(({ operation }) => `${name} ${operation}`)))
    expect([...documents.keys()].filter((key) => !used.has(key))).toEqual([])
  })

  test('no two cases of a group have one title', () => {
    for (const { cases } of caseGroups) expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length)
  })

  test('the cast are the demo identities, each in its role', () => {
    // A role may have several holders; one of them plays it.
    const roles = new Map(demoIdentities.map(({ id, roles: [role = ''] }) => [String(id), role]))
    expect(Object.entries(cast).map(([role, id]) => [role, roles.get(id)])).toEqual(
      Object.keys(cast).map((role) => [role, role]),
    )
    expect([...new Set(roles.values())].sort()).toEqual(Object.keys(cast).sort())
  })

  test('the roles of the cast are the roles of agents and people in the policies', () => {
    const played = [...options.revision.roles].filter(([, { kind }]) => kind !== 'service').map(([key]) => key)
    expect(played.sort()).toEqual(Object.keys(cast).sort())
  })
})

describe('a case that does not hold says why', () => {
  const good = caseGroups[0]?.cases[0]
  if (good === undefined) throw new Error('no cases')
  const run = (change: Partial<PolicyCase>) => runCase('crm', { ...good, ...change }, options)

  test('another outcome', async () => {
    const { differences } = await run({ as: 'developer' })
    expect(differences[0]).toMatch(/^expected `allow`, happened `deny` \(Query\.account, /u)
  })

  test('other fields', async () => {
    const { differences } = await run({
      as: 'developer',
      expect: { outcome: 'deny', denied: ['Query.account'], missingScopes: ['crm:read'] },
      ledger: { refused: false, denied: 'all' },
    })
    expect(differences).toEqual([
      expect.stringMatching(/^denied: not expected /u),
      'the ledger is expected to say not refused',
    ])
  })

  test('an operation that is not there', async () => {
    expect((await run({ operation: 'ReadAcounts' })).differences).toEqual([
      'policies/cases/crm.graphql has no operation `ReadAcounts`.',
    ])
  })

  test('a record that the case does not give', async () => {
    const { differences } = await run({ as: 'auditor', operation: 'RevenueOfAccount' })
    expect(differences).toEqual(['`Account.annualRevenue` is decided by the record; give `records.Account`.'])
  })

  test('a variable that does not fit', async () => {
    const { differences } = await run({ operation: 'CreateAccount', variables: { input: {} } })
    expect(differences[0]).toMatch(/idempotencyKey/u)
  })
})
