/** Arbitrary rules, authorities and tables, for properties. */
import fc from 'fast-check'
import type { Caller } from '../../lib/caller.ts'
import { leavesOf, type Rule } from '../../policies/engine/rule.ts'
import type { ScopeName } from '../../policies/scopes.ts'
import {
  all,
  any,
  argumentAtMost,
  askPerson,
  callerIs,
  callerMay,
  everyone,
  forPurpose,
  nobody,
  not,
  ownRecord,
} from '../../policies/vocabulary.ts'
import { callerWith } from './policies.ts'

export const someScopes = [
  'crm:read',
  'crm:contact',
  'crm:write',
  'finance:read',
  'finance:bank:read',
  'finance:journal:read',
] as const satisfies readonly ScopeName[]

const definite: fc.Arbitrary<Rule> = fc.oneof(
  fc.constantFrom('agent', 'person' as const).map((kind) => callerIs(kind as 'agent')),
  fc.constantFrom('sales', 'audit' as const).map((purpose) => forPurpose(purpose as 'sales')),
)

const staticLeaf: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...someScopes).map((scope) => callerMay(scope)) },
  { weight: 1, arbitrary: fc.constant(everyone) },
  { weight: 1, arbitrary: fc.constant(nobody) },
  { weight: 1, arbitrary: fc.constant(askPerson('finance-controller', 'why')) },
  { weight: 2, arbitrary: definite },
  { weight: 1, arbitrary: definite.map((rule) => not(rule)) },
)

/** Leaves for a field of an order: the record's too. */
const orderLeaf: fc.Arbitrary<Rule> = fc.oneof(
  { weight: 5, arbitrary: staticLeaf },
  { weight: 1, arbitrary: fc.constant(null).map(() => ownRecord('ownerId')) },
)

function ruleOf(leaf: fc.Arbitrary<Rule>): fc.Arbitrary<Rule> {
  return fc.letrec<{ rule: Rule }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map(([first, ...rest]) => all(first as Rule, ...rest)),
      fc.array(tie('rule'), { minLength: 1, maxLength: 3 }).map(([first, ...rest]) => any(first as Rule, ...rest)),
    ),
  })).rule
}

/** Any rule that reads the caller, its purpose, or asks a person. */
export const anyRule = ruleOf(staticLeaf)
// What asks a person and reads the record in one rule does not load.
const orderRule = ruleOf(orderLeaf).filter((rule) => {
  const leaves = [...leavesOf(rule).values()]
  return leaves.every(({ approvers }) => approvers === null) || !leaves.some(({ inputs }) => inputs.has('record'))
})
const payRule = ruleOf(
  fc.oneof(
    { weight: 3, arbitrary: staticLeaf },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 100 }).map((limit) => argumentAtMost('input.amount', limit)) },
  ),
)

/** Tables of the shop and the bank, whole and good. */
export const anyTables = fc
  .record({
    query: anyRule,
    pay: payRule,
    order: orderRule,
    total: orderRule,
    customer: anyRule,
    email: anyRule,
    score: callerOnly(),
    risk: anyRule,
    iban: anyRule,
  })
  .map(({ query, pay, order, total, customer, email, score, risk, iban }) => ({
    shop: {
      Query: { '*': query },
      Mutation: { pay: all(callerMay('crm:write'), pay), close: callerMay('crm:write') },
      Order: { '*': order, total },
      Customer: { '*': customer, email, creditScore: score },
    },
    bank: { Customer: { riskBand: risk, iban } },
  }))

function callerOnly(): fc.Arbitrary<Rule> {
  return fc.constantFrom(...someScopes).map((scope) => callerMay(scope))
}

/** A caller with any of the scopes, of either kind, with or without a purpose. */
export const anyCaller: fc.Arbitrary<Caller> = fc
  .record({
    held: fc.subarray([...someScopes]),
    kind: fc.constantFrom('agent' as const, 'person' as const),
    purpose: fc.constantFrom(null, 'sales', 'audit'),
  })
  .map(({ held, kind, purpose }) => callerWith(held, { kind, purpose }))

/** The same caller with some of its scopes taken away. */
export const callerAndLess: fc.Arbitrary<readonly [Caller, Caller]> = anyCaller.chain((caller) =>
  fc.subarray([...caller.scopes]).map((kept) => [caller, { ...caller, scopes: kept }] as const),
)
