/**
 * A dry run says what a real execution does. Every case of the policies is sent twice, first as a wish and then in earnest, and the
 * report is held against what happened; in between nothing may have been touched.
 */
import { print } from 'graphql'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCaseDocuments } from '../../../gateway/policy/case-documents.ts'
import { cast, type PolicyCase } from '../../../policies/cases/case.ts'
import { caseGroups } from '../../../policies/cases/index.ts'
import { expectNothingLeaks } from '../../support/proof.ts'
import { repository } from '../../support/process.ts'
import { type Stack, type StackAnswer, startStack } from '../../support/stack.ts'

const documents = readCaseDocuments(path.join(repository, 'policies', 'cases'), caseGroups)

let stack: Stack

beforeAll(async () => {
  stack = await startStack({
    settings: (config) => ({ ...config, limits: { ...config.limits, costPerMinute: 10_000_000 } }),
  })
})
afterAll(() => stack[Symbol.asyncDispose]())

function send(group: string, tested: PolicyCase, extensions?: Readonly<Record<string, unknown>>): Promise<StackAnswer> {
  const document = documents.get(`${group} ${tested.operation}`)
  if (document === undefined) throw new Error(`There is no operation ${tested.operation}.`)
  const identity = cast[tested.as].split(':')[1] ?? ''
  return stack.graphql(identity, print(document), tested.variables ?? {}, {
    operationName: tested.operation,
    ...(tested.purpose === undefined ? {} : { headers: { 'mandate-purpose': tested.purpose } }),
    ...(extensions === undefined ? {} : { extensions }),
  })
}

/** What a real execution came to, in the words of a report. */
function verdictOf({ codes }: StackAnswer): string {
  if (codes.includes('APPROVAL_REQUIRED')) return 'wait'
  return codes.some((code) => ['POLICY_DENIED', 'AUTONOMY_EXCEEDED', 'BUDGET_EXCEEDED'].includes(code))
    ? 'refuse'
    : 'run'
}

const deniedOf = (answer: StackAnswer) =>
  answer.errors.flatMap(({ extensions }) => (extensions['denied'] ?? []) as { coordinate: string; reason: string }[])

describe.each(caseGroups.map(({ name, cases }) => ({ name, cases })))('$name', ({ name, cases }) => {
  test.each(cases.map((tested) => [tested.title, tested] as const))('%s', async (_title, tested) => {
    stack.clearQueries()
    const wished = await send(name, tested, { dryRun: true })
    expectNothingLeaks(wished)
    // The ledger alone is written: no system was asked.
    const touched = stack.queries.filter((sql) => !/mandate\.|pgboss\.|begin|commit|"mandate"/iu.test(sql))
    expect(touched).toEqual([])
    const real = await send(name, tested)
    const report = wished.extensions['dryRun']
    if (report === undefined) {
      // What does not fit the caller's schema is told the same either way.
      expect([wished.codes, wished.status]).toEqual([real.codes, real.status])
      expect(wished.codes).not.toEqual([])
      return
    }
    expect(wished.data ?? null).toBeNull()
    expect(report.verdict).toBe(verdictOf(real))
    const coordinates = report.coordinates as { coordinate: string; verdict: string; reasons: string[] }[]
    const denied = coordinates.filter(({ verdict }) => verdict === 'deny').map(({ coordinate }) => coordinate)
    expect(new Set(denied)).toEqual(new Set(deniedOf(real).map(({ coordinate }) => coordinate)))
    expect(report.approval !== null).toBe(report.verdict === 'wait')
    const decidedByRecord = coordinates.some(({ verdict }) => verdict === 'record')
    if (real.codes.includes('RECORD_DENIED')) expect(decidedByRecord).toBe(true)
    // What was not touched was not said to be, and the other way round.
    const [record] = (await stack.recordsOf(real.requestId)).filter(({ kind }) => kind === 'outcome')
    const systems = record?.result?.subgraphs ?? []
    if (report.verdict === 'run') expect(report.systems).toEqual(expect.arrayContaining([...systems]))
    else expect(systems).toEqual([])
  })
})

test('its cost is what the limiter takes for the real one', async () => {
  const query = '{ accounts(first: 7) { nodes { id name } } }'
  const wished = await stack.graphql('support-agent', query, {}, { extensions: { dryRun: true } })
  const tooDear = await startStack({
    company: 'none',
    settings: (config) => ({ ...config, limits: { ...config.limits, cost: 1 } }),
  })
  try {
    const real = await tooDear.graphql('support-agent', query)
    expect(real.codes).toEqual(['COST_EXCEEDED'])
    expect(wished.extensions['dryRun'].cost).toBe(real.errors[0]?.extensions['cost'].estimated)
  } finally {
    await tooDear[Symbol.asyncDispose]()
  }
})
