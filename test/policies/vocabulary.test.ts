/** Every word: when it lets through, when it denies, and what it does when there is nothing to judge by. */
import { describe, expect, test } from 'vitest'
import type { Caller, PrincipalId } from '../../lib/caller.ts'
import { evaluate, type Asked } from '../../policies/engine/evaluate.ts'
import type { Rule } from '../../policies/engine/rule.ts'
import type { Verdict } from '../../policies/engine/types.ts'
import {
  argumentAbsent,
  argumentAtLeast,
  argumentAtMost,
  argumentOneOf,
  askPerson,
  callerIs,
  callerMay,
  everyone,
  forPurpose,
  nobody,
  not,
  ownRecord,
  recordWhere,
  within,
} from '../../policies/vocabulary.ts'
import { callerWith, wednesday } from '../support/policies.ts'

interface Situation {
  readonly caller?: Partial<Caller>
  readonly args?: Readonly<Record<string, unknown>>
  readonly record?: Asked['record']
  readonly now?: string
}

function ask(rule: Rule, { caller = {}, args = {}, record = 'elsewhere', now }: Situation = {}): Promise<Verdict> {
  return evaluate(rule, {
    record,
    args,
    context: { caller: callerWith(['crm:read'], caller), now: now === undefined ? wednesday : new Date(now) },
  })
}

async function allows(rule: Rule, situation?: Situation) {
  expect((await ask(rule, situation)).outcome).toBe('allow')
}

async function denies(rule: Rule, situation?: Situation, reason?: string) {
  const verdict = await ask(rule, situation)
  expect(verdict.outcome).toBe('deny')
  if (reason !== undefined) expect(verdict).toMatchObject({ reason })
}

test('everyone and nobody', async () => {
  await allows(everyone)
  await denies(nobody, {}, 'nobody may use it')
})

test('callerMay', async () => {
  await allows(callerMay('crm:read'))
  await denies(callerMay('crm:write'), {}, 'needs the scope `crm:write`')
  expect(await ask(callerMay('crm:write'))).toMatchObject({ missingScopes: ['crm:write'] })
})

test('callerIs', async () => {
  await allows(callerIs('agent'))
  await denies(callerIs('person'), {}, 'is for a person')
})

describe('amounts', () => {
  const atMost = argumentAtMost('input.amount', 10_000)

  test.each([['10000'], ['10000.00'], [10_000], ['-5'], ['0'], ['+3.5'], [9999.99], [10_000n]])(
    '%s is at most 10 000',
    (amount) => allows(atMost, { args: { input: { amount } } }),
  )

  test.each([['10000.01'], ['10000.0000000001'], [10_001], ['99999999999999999999']])('%s is not', (amount) =>
    denies(atMost, { args: { input: { amount } } }, '`input.amount` may be at most 10000'),
  )

  test.each([
    ['1e1'],
    ['NaN'],
    [''],
    ['0x10'],
    ['1,5'],
    [' 5'],
    ['9'.repeat(41)],
    [Number.NaN],
    [Infinity],
    [true],
    [{}],
    ['--1'],
    ['1.'],
  ])('%s is no amount, and denies with or without `not`', async (amount) => {
    await denies(atMost, { args: { input: { amount } } })
    await denies(not(atMost), { args: { input: { amount } } })
  })

  test.each([[{}], [{ input: {} }], [{ input: { amount: null } }], [{ input: null }], [{ input: { amount: [] } }]])(
    'a missing amount (%j) denies with or without `not`',
    async (args) => {
      await denies(atMost, { args }, 'needs `input.amount`')
      await denies(not(atMost), { args })
    },
  )

  test('floating point does not decide: 0.1 + 0.2 is above 0.3', () =>
    denies(argumentAtMost('a', '0.3'), { args: { a: 0.1 + 0.2 } }))

  test('every item of a list must fit', async () => {
    const lines = argumentAtMost('lines.amount', 10)
    await allows(lines, { args: { lines: [{ amount: '1' }, { amount: '10' }] } })
    await denies(lines, { args: { lines: [{ amount: '1' }, { amount: '11' }] } })
    await denies(lines, { args: { lines: [{ amount: '1' }, {}] } }, 'needs `lines.amount`')
  })

  test('at least', async () => {
    await allows(argumentAtLeast('a', '0.01'), { args: { a: '0.01' } })
    await denies(argumentAtLeast('a', '0.01'), { args: { a: '0.00' } })
  })

  test('a limit that is no number is refused when the table is loaded', () => {
    expect(() => argumentAtMost('a', 'ten')).toThrow('`ten` is not a decimal number')
  })

  test('arguments are own properties only', async () => {
    await denies(argumentOneOf('constructor.name', ['Object']), { args: {} })
    await denies(argumentOneOf('__proto__.x', [1]), { args: Object.create({ x: 1 }) as Record<string, unknown> })
  })
})

test('argumentOneOf', async () => {
  const rule = argumentOneOf('input.status', ['OPEN', 'CLOSED'])
  await allows(rule, { args: { input: { status: 'OPEN' } } })
  await denies(rule, { args: { input: { status: 'open' } } }, '`input.status` must be one of `OPEN`, `CLOSED`')
  await denies(rule, { args: {} }, 'needs `input.status`')
  await denies(not(rule), { args: {} })
  await allows(not(rule), { args: { input: { status: 'NEW' } } })
})

test('argumentAbsent', async () => {
  const rule = argumentAbsent('input.ownerId')
  await allows(rule, { args: { input: {} } })
  await allows(rule, { args: { input: { ownerId: null } } })
  await denies(rule, { args: { input: { ownerId: '' } } }, '`input.ownerId` must be left out')
  await denies(rule, { args: { input: { ownerId: false } } })
})

describe('ownRecord', () => {
  const rule = ownRecord('ownerId')

  test('in the gateway it waits for the record', async () => {
    expect((await ask(rule)).outcome).toBe('needs-record')
  })

  test('is for the caller and for whom it acts', async () => {
    await allows(rule, { record: { ownerId: 'agent:tester' } })
    await allows(rule, {
      record: { ownerId: 'person:maria.keller' },
      caller: { onBehalfOf: 'person:maria.keller' as PrincipalId },
    })
    await denies(rule, { record: { ownerId: 'person:maria.keller' } }, 'is for the owner of the record')
  })

  test.each([[null], [1], [['agent:tester']], [{ toString: () => 'agent:tester' }]])(
    'an owner that is no name (%s) denies',
    async (ownerId) => {
      await denies(rule, { record: { ownerId } })
      await denies(not(rule), { record: { ownerId } })
    },
  )

  test('nobody acts for null', () => denies(rule, { record: { ownerId: null }, caller: { onBehalfOf: null } }))
})

test('recordWhere may take its time', async () => {
  const rule = recordWhere('open things', ['status'], async ({ status }) => Promise.resolve(status === 'OPEN'))
  await allows(rule, { record: { status: 'OPEN' } })
  await denies(rule, { record: { status: 'CLOSED' } }, 'is for open things')
})

describe('within', () => {
  const day = within({
    days: ['mon', 'tue', 'wed', 'thu', 'fri'],
    from: '08:00',
    to: '18:00',
    timeZone: 'Europe/Berlin',
  })
  const night = within({ days: ['fri'], from: '22:00', to: '06:00', timeZone: 'Europe/Berlin' })

  test.each([
    ['2026-10-28T07:00:00Z', 'the first minute in winter time'],
    ['2026-07-29T06:00:00Z', 'the first minute in summer time'],
    ['2026-10-28T16:59:59Z', 'the last second'],
  ])('%s is within: %s', (now) => allows(day, { now }))

  test.each([
    ['2026-10-28T06:59:59Z', 'a second too early'],
    ['2026-10-28T17:00:00Z', 'the end is not within'],
    ['2026-10-31T10:00:00Z', 'a Saturday'],
  ])('%s is not: %s', (now) => denies(day, { now }))

  test('hours over midnight belong to the day on which they begin', async () => {
    await allows(night, { now: '2026-10-30T21:30:00Z' })
    await allows(night, { now: '2026-10-31T04:30:00Z' })
    await denies(night, { now: '2026-10-30T04:30:00Z' })
    await denies(night, { now: '2026-10-31T21:30:00Z' })
  })

  test.each<[string, Parameters<typeof within>[0]]>([
    ['no day', { days: [], from: '08:00', to: '18:00', timeZone: 'UTC' }],
    ['no time at all', { days: ['mon'], from: '08:00', to: '08:00', timeZone: 'UTC' }],
    ['a wrong time', { days: ['mon'], from: '8', to: '18:00', timeZone: 'UTC' }],
    ['an unknown zone', { days: ['mon'], from: '08:00', to: '18:00', timeZone: 'Europe/Bonn' }],
  ])('%s is refused when the table is loaded', (_title, hours) => {
    expect(() => within(hours)).toThrow(RangeError)
  })
})

test('forPurpose', async () => {
  const rule = forPurpose('sales', 'audit')
  await allows(rule, { caller: { purpose: 'audit' } })
  await denies(rule, { caller: { purpose: 'development' } }, 'is for the purpose `sales`, `audit`')
  await denies(rule, {}, 'needs a declared purpose, one of `sales`, `audit`')
  await denies(not(rule), {})
  await allows(not(rule), { caller: { purpose: 'development' } })
})

test('askPerson', async () => {
  expect(await ask(askPerson('finance-controller', 'it is a lot'))).toEqual({
    outcome: 'ask',
    approvers: 'finance-controller',
    reason: 'it is a lot',
  })
})
