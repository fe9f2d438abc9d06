/** What must hold for whatever somebody writes into a table, and for the tables of the repository. */
import fc from 'fast-check'
import path from 'node:path'
import { readFileSync } from 'node:fs'
import { buildSchema, printSchema, visit, parse, Kind } from 'graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import { authorityView } from '../../gateway/policy/authority.ts'
import { decide, type Decision } from '../../gateway/policy/decide.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import { visibleSchema } from '../../gateway/policy/visible-schema.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { authorityOf, evaluate } from '../../policies/engine/evaluate.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import { isSatisfiable, settle, isStatic } from '../../policies/engine/settle.ts'
import { scopes as registry } from '../../policies/scopes.ts'
import { contractIndex, readContracts } from '../../schema/contract.ts'
import { anyCaller, anyRule, anyTables, callerAndLess } from '../support/generators.ts'
import { apiSchema, callerWith, operationOf, revisionOf, wednesday } from '../support/policies.ts'

/** From the most to the least permission. */
const order: readonly Decision['outcome'][] = ['allow', 'ask', 'deny']

const operations = [
  '{ order(id: "1") { id total customer { name email riskBand iban } } }',
  '{ search(text: "x") { ... on Order { total } ... on Customer { iban } } node(id: "1") { id } }',
  'mutation { small: pay(input: { id: "1", amount: "5" }) { id } large: pay(input: { id: "2", amount: "5000" }) { id total } }',
].map((text) => operationOf(text))
const anyOperation = fc.constantFrom(...operations)

describe('rules', () => {
  test('a static rule settles at once to what it evaluates to', () =>
    fc.assert(
      fc.asyncProperty(anyRule.filter(isStatic), anyCaller, async (rule, caller) => {
        const evaluated = await evaluate(rule, { record: 'elsewhere', args: {}, context: { caller, now: wednesday } })
        expect(settle(rule, authorityOf(caller))).toEqual(evaluated)
      }),
    ))

  test('what the authority shuts, no argument, purpose or time opens', () =>
    fc.assert(
      fc.asyncProperty(anyRule, anyCaller, async (rule, caller) => {
        if (isSatisfiable(rule, authorityOf(caller))) return
        const verdict = await evaluate(rule, { record: 'elsewhere', args: {}, context: { caller, now: wednesday } })
        expect(verdict.outcome).toBe('deny')
      }),
    ))

  test('taking scopes away never turns a refusal into a permission', () =>
    fc.assert(
      fc.asyncProperty(anyRule, callerAndLess, async (rule, [caller, less]) => {
        const outcome = async (who: typeof caller) =>
          (await evaluate(rule, { record: 'elsewhere', args: {}, context: { caller: who, now: wednesday } })).outcome
        const ranks = ['allow', 'needs-record', 'ask', 'deny']
        expect(ranks.indexOf(await outcome(less))).toBeGreaterThanOrEqual(ranks.indexOf(await outcome(caller)))
      }),
    ))
})

describe('decisions', () => {
  test('taking scopes away never turns a refusal into a permission', () =>
    fc.assert(
      fc.asyncProperty(anyTables, callerAndLess, anyOperation, async (tables, [caller, less], operation) => {
        const revision = revisionOf(tables)
        const [before, after] = [
          await decide(operation, caller, revision, wednesday),
          await decide(operation, less, revision, wednesday),
        ]
        expect(order.indexOf(after.outcome)).toBeGreaterThanOrEqual(order.indexOf(before.outcome))
      }),
      { numRuns: 60 },
    ))

  test('an operation is decided as the worst of its fields, each one alone', () =>
    fc.assert(
      fc.asyncProperty(anyTables, anyCaller, anyOperation, async (tables, caller, operation) => {
        const revision = revisionOf(tables)
        const whole = await decide(operation, caller, revision, wednesday)
        const alone = await Promise.all(
          operation.fields.map((field) => decide({ fields: [field] }, caller, revision, wednesday)),
        )
        const worst = Math.max(...alone.map(({ outcome }) => order.indexOf(outcome)))
        expect(whole.outcome).toBe(order[worst])
        const refused = (decision: Decision) =>
          decision.outcome === 'deny'
            ? [...decision.denied.map(({ coordinate }) => coordinate), ...decision.undisclosed]
            : []
        expect(new Set(refused(whole))).toEqual(new Set(alone.flatMap(refused)))
      }),
      { numRuns: 60 },
    ))

  test('the named scopes are enough', () =>
    fc.assert(
      fc.asyncProperty(anyTables, anyCaller, anyOperation, async (tables, caller, operation) => {
        const revision = revisionOf(tables)
        const decision = await decide(operation, caller, revision, wednesday)
        if (decision.outcome !== 'deny' || decision.missingScopes.length === 0) return
        const named = decision.missingScopes.map(({ scope }) => scope)
        const view = authorityView(revision, authorityOf(caller))
        const shut = decision.denied
          .map(({ coordinate }) => coordinate)
          .filter((coordinate) => view.standing(coordinate).disclosure === 'requestable')
        const opens = (added: readonly string[]) =>
          shut.every((coordinate) => {
            const rule = revision.rules.get(coordinate)
            return (
              rule !== undefined &&
              isSatisfiable(rule.rule, { ...authorityOf(caller), scopes: [...caller.scopes, ...added] })
            )
          })
        expect(opens(named)).toBe(true)
      }),
      { numRuns: 60 },
    ))
})

/** Every coordinate that a schema names. */
function coordinatesOf(sdl: string): readonly Coordinate[] {
  const found: Coordinate[] = []
  visit(parse(sdl), {
    enter(node) {
      if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.INTERFACE_TYPE_DEFINITION) return
      for (const field of node.fields ?? []) found.push(`${node.name.value}.${field.name.value}`)
    },
  })
  return found
}

describe('visible schemas', () => {
  test('name nothing that is undisclosed', () =>
    fc.assert(
      fc.property(anyTables, anyCaller, (tables, caller) => {
        const revision = revisionOf(tables)
        const authority = authorityOf(caller)
        const view = authorityView(revision, authority)
        const visible = coordinatesOf(printSchema(visibleSchema(apiSchema, authority, revision)))
        const hidden = visible.filter(
          (coordinate) => coordinate !== 'Query.nothing' && view.standing(coordinate).disclosure === 'undisclosed',
        )
        expect(hidden).toEqual([])
      }),
      { numRuns: 60 },
    ))

  test('grow with the scopes, never shrink', () =>
    fc.assert(
      fc.property(anyTables, callerAndLess, (tables, [caller, less]) => {
        const revision = revisionOf(tables)
        const of = (who: typeof caller) =>
          coordinatesOf(printSchema(visibleSchema(apiSchema, authorityOf(who), revision)))
        const more = new Set(of(caller))
        expect(of(less).filter((coordinate) => coordinate !== 'Query.nothing' && !more.has(coordinate))).toEqual([])
      }),
      { numRuns: 60 },
    ))
})

describe('the roles of the repository', () => {
  const root = path.resolve(import.meta.dirname, '..', '..')
  let revision: PolicyRevision
  const api = buildSchema(readFileSync(path.join(root, 'schema', 'api.graphql'), 'utf8'))

  beforeAll(async () => {
    const index = contractIndex(readContracts(path.join(root, 'schema')))
    const result = await loadPolicies({ folder: path.join(root, 'policies'), index })
    if (result.outcome === 'refused') throw new Error(JSON.stringify(result.problems))
    revision = result.revision
  })

  test('see nothing outside their mandate, whatever subset of their scopes a token has', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...revision.roles.values())
          .chain((role) => fc.subarray([...role.scopes]).map((held) => ({ role, held }))),
        ({ role, held }) => {
          const authority = { kind: role.kind, roles: [role.key], scopes: held }
          const text = printSchema(visibleSchema(api, authority, revision))
          const view = authorityView(revision, authority)
          expect(
            coordinatesOf(text).filter((coordinate) => view.standing(coordinate).disclosure === 'undisclosed'),
          ).toEqual([])
          if (held.includes('explorer:all')) return
          // Not even by the name of a type that only undisclosed fields return.
          const closed = [...revision.index.types.values()].filter(
            ({ name, kind, fields }) =>
              kind === 'object' &&
              fields.length > 0 &&
              fields.every((field) => view.standing(`${name}.${field}`).disclosure === 'undisclosed'),
          )
          const words = new Set(text.replaceAll(/"""[\s\S]*?"""/gu, '').match(/\w+/gu))
          expect(closed.filter(({ name }) => words.has(name))).toEqual([])
        },
      ),
      { numRuns: 25 },
    )
  })

  test('no agent but the one for supplier data knows of bank changes, and none of journal entries, revocation or the ledger', () => {
    for (const role of revision.roles.values()) {
      if (role.kind !== 'agent') continue
      const text = printSchema(visibleSchema(api, { kind: 'agent', roles: [role.key], scopes: role.scopes }, revision))
      expect(text).not.toMatch(/Journal|\brevoke\b|LedgerRecord/u)
      expect(text.includes('updateSupplierBankDetails')).toBe(role.key === 'supplier-data-agent')
    }
  })

  test('every caller can ask who it is', () => {
    const text = printSchema(visibleSchema(api, authorityOf(callerWith([])), revision))
    expect(text).toMatch(/\bme: Identity!/u)
  })

  test('every scope of the registry is named by a rule or is the explorer', () => {
    const named = new Set([...revision.rules.values()].flatMap((rule) => rule.scopes))
    expect(Object.keys(registry).filter((scope) => !named.has(scope))).toEqual(['explorer:all'])
  })
})
