/** The kill switch inside a gateway: what a stop covers, whom it never covers, what it does to what runs. */
import { describe, expect, test } from 'vitest'
import { createStopControl } from '../../../../gateway/controls/stops/stops.ts'
import type { DescribedExchange } from '../../../../gateway/controls/decided.ts'
import type { Exchange } from '../../../../gateway/exchange.ts'
import { abortError } from '../../../../gateway/response/system-errors.ts'
import type { PolicyRevision } from '../../../../policies/engine/revision.ts'
import type { StopScope } from '../../../../storage/stores/stop-states.ts'
import type { Stop } from '../../../../storage/stores/stops.ts'
import { callerNamed } from '../../../support/ledger.ts'
import { codeOf } from '../../../support/operations.ts'

const now = new Date('2026-03-01T12:00:00Z')

/** A graph with a cheap mutation, a grave one, one that declares nothing, and a key that two systems resolve. */
const revision = {
  rules: new Map([['Account.riskBand', { dependsOn: ['Account.creditScore', 'Account.id'] }]]),
  index: {
    fields: new Map(
      Object.entries({
        'Query.account': { subgraphs: ['crm'] },
        'Account.id': { subgraphs: ['crm', 'finance'] },
        'Account.riskBand': { subgraphs: ['crm'] },
        'Account.creditScore': { subgraphs: ['finance'] },
        'Mutation.note': { subgraphs: ['crm'], effect: { impact: 'LOW', reversible: true } },
        'Mutation.pay': { subgraphs: ['finance'], effect: { impact: 'HIGH', reversible: false } },
        'Mutation.wild': { subgraphs: ['crm'], effect: null },
      }),
    ),
  },
} as unknown as PolicyRevision

function stopOf(scope: StopScope, changes: Partial<Stop> = {}): Stop {
  return {
    id: `${scope.kind}-${scope.target ?? 'all'}`,
    scope,
    mode: 'BLOCK_NEW',
    reason: 'for people only',
    state: 'ENGAGED',
    engagedBy: 'person:omar.haddad',
    engagedAt: now,
    expiresAt: null,
    releaseNeeds: 1,
    releaseRequestedBy: null,
    releaseRequestedAt: null,
    releasedBy: null,
    releasedAt: null,
    version: 1,
    ...changes,
  }
}
const scopeOf = (kind: Exclude<StopScope['kind'], 'EVERYTHING'>, target: string): StopScope => ({ kind, target })
const everything: StopScope = { kind: 'EVERYTHING', target: null }

interface Asked {
  readonly caller?: ReturnType<typeof callerNamed>
  readonly operation?: readonly string[]
  readonly kind?: 'query' | 'mutation'
}

function exchangeOf({
  caller = callerNamed('agent:support-agent'),
  operation = ['Query.account', 'Account.id'],
  kind = 'query',
}: Asked) {
  const controller = new AbortController()
  return {
    caller,
    revision,
    operation: {
      kind,
      asks: 'data',
      coordinates: operation,
      roots: operation.filter((name) => /^(Query|Mutation)\./.test(name)).map((name) => ({ coordinates: [name] })),
    },
    subgraphs: new Set<string>(),
    signal: controller.signal,
    abort: (reason: Error) => {
      controller.abort(reason)
    },
  } as unknown as DescribedExchange
}

function control(stops: readonly Stop[] | null) {
  const known = { current: () => stops, fresh: () => Promise.resolve(stops) }
  return createStopControl({ inForce: known, world: { now: () => now }, currentRevision: () => revision })
}
const verdict = (stop: Stop | null, asked: Asked = {}) =>
  codeOf(() => control(stop === null ? [] : [stop]).assertClear(exchangeOf(asked)))

describe('a stop covers', () => {
  const chain = callerNamed('agent:support-agent', 'person:maria.keller')
  test.each<[string, StopScope, Asked, boolean]>([
    ['everything', everything, {}, true],
    ['the agent', scopeOf('AGENT', 'agent:support-agent'), {}, true],
    ['no other agent', scopeOf('AGENT', 'agent:sales-agent'), {}, false],
    ['whoever acts for it', scopeOf('AGENT', 'person:maria.keller'), { caller: chain }, true],
    ['its role', scopeOf('ROLE', 'support-agent'), {}, true],
    ['no other role', scopeOf('ROLE', 'sales-agent'), {}, false],
    [
      'the role of the one on whose behalf it acts',
      scopeOf('ROLE', 'sales-agent'),
      { caller: { ...chain, subject: { id: chain.id, kind: 'agent', roles: ['sales-agent'] } } },
      true,
    ],
    ['the operation', scopeOf('OPERATION', 'Mutation.pay'), { operation: ['Mutation.pay'], kind: 'mutation' }, true],
    ['a field inside an operation', scopeOf('OPERATION', 'Account.id'), {}, true],
    ['what a field depends on', scopeOf('OPERATION', 'Account.creditScore'), { operation: ['Account.riskBand'] }, true],
    [
      'no other operation',
      scopeOf('OPERATION', 'Mutation.pay'),
      { operation: ['Mutation.note'], kind: 'mutation' },
      false,
    ],
    ['a system', scopeOf('SUBGRAPH', 'crm'), {}, true],
    ['a system behind a dependency', scopeOf('SUBGRAPH', 'finance'), { operation: ['Account.riskBand'] }, true],
    ['no system that only shares a key', scopeOf('SUBGRAPH', 'finance'), {}, false],
    ['an effect', scopeOf('EFFECT', 'HIGH'), { operation: ['Mutation.pay'], kind: 'mutation' }, true],
    ['graver effects', scopeOf('EFFECT', 'LOW'), { operation: ['Mutation.pay'], kind: 'mutation' }, true],
    ['no smaller effect', scopeOf('EFFECT', 'MEDIUM'), { operation: ['Mutation.note'], kind: 'mutation' }, false],
    [
      'an effect that nobody declared',
      scopeOf('EFFECT', 'HIGH'),
      { operation: ['Mutation.wild'], kind: 'mutation' },
      true,
    ],
    ['no query, by its effect', scopeOf('EFFECT', 'LOW'), {}, false],
    [
      'a workflow',
      scopeOf('WORKFLOW', 'close'),
      { caller: { ...callerNamed('agent:a'), task: 'workflow:close:42' } },
      true,
    ],
    [
      'no workflow that begins alike',
      scopeOf('WORKFLOW', 'close'),
      { caller: { ...callerNamed('agent:a'), task: 'workflow:closed' } },
      false,
    ],
    ['no work without a task', scopeOf('WORKFLOW', 'close'), {}, false],
  ])('%s', async (_title, scope, asked, covered) => {
    expect(await verdict(stopOf(scope), asked)).toBe(covered ? 'STOPPED' : null)
  })

  test('and the refusal says what, not why', async () => {
    const error: unknown = await control([stopOf(everything)])
      .assertClear(exchangeOf({}))
      .catch((cause: unknown) => cause)
    expect(error).toMatchObject({
      extensions: { code: 'STOPPED', stop: { scope: 'EVERYTHING', mode: 'BLOCK_NEW' }, outcome: 'nothing-changed' },
    })
    expect(JSON.stringify(error)).not.toContain('for people only')
  })
})

describe('nobody locks out those who can release', () => {
  const officer = {
    ...callerNamed('person:omar.haddad'),
    kind: 'person' as const,
    scopes: ['stop:release'],
  }
  test.each(['Mutation.releaseStop', 'Mutation.engageStop', 'Mutation.revoke', 'Query.stops'])(
    '%s is open to them',
    async (name) => {
      expect(await verdict(stopOf(everything, { mode: 'HALT' }), { caller: officer, operation: [name] })).toBeNull()
      expect(
        await codeOf(() => control(null).assertClear(exchangeOf({ caller: officer, operation: [name] }))),
      ).toBeNull()
    },
  )
  test('with anything else in the operation it is not', async () => {
    const operation = ['Query.stops', 'Query.account']
    expect(await verdict(stopOf(everything), { caller: officer, operation })).toBe('STOPPED')
  })
  test.each([
    ['an agent with the scope', { ...callerNamed('agent:a'), actors: [], scopes: ['stop:release'] }],
    ['a person without it', { ...officer, scopes: ['ledger:read'] }],
    [
      'an agent that acts for such a person',
      { ...callerNamed('agent:a', 'person:omar.haddad'), scopes: ['stop:release'] },
    ],
  ])('%s is stopped', async (_title, caller) => {
    expect(await verdict(stopOf(everything), { caller, operation: ['Query.stops'] })).toBe('STOPPED')
  })
})

test('where the stops cannot be told, nothing runs', async () => {
  expect(await codeOf(() => control(null).assertClear(exchangeOf({})))).toBe('STOPS_UNAVAILABLE')
  expect(await codeOf(() => control(null).watchStream(callerNamed('agent:a'), () => undefined))).toBe(
    'STOPS_UNAVAILABLE',
  )
})

describe('what runs', () => {
  const agent = scopeOf('AGENT', 'agent:support-agent')
  const begin = (changes: Asked = {}) => {
    const stops = control([])
    const exchange = exchangeOf(changes)
    return { stops, exchange: exchange as Exchange, unwatch: stops.watch(exchange) }
  }
  test.each(['BLOCK_NEW', 'DRAIN'] as const)('finishes under %s', (mode) => {
    const { stops, exchange } = begin()
    expect(stops.obey([stopOf(agent, { mode })])).toMatchObject([{ running: 1, aborted: 0 }])
    expect(exchange.signal.aborted).toBe(false)
  })
  test('is cut off under HALT, and told so', () => {
    const { stops, exchange } = begin()
    expect(stops.obey([stopOf(agent, { mode: 'HALT' })])).toMatchObject([{ running: 1, aborted: 1 }])
    expect(abortError(exchange.signal).extensions).toMatchObject({ code: 'STOPPED', outcome: 'nothing-changed' })
  })
  test('a mutation that reached its system may have happened', () => {
    const { stops, exchange } = begin({ operation: ['Mutation.pay'], kind: 'mutation' })
    exchange.subgraphs.add('finance')
    stops.obey([stopOf(scopeOf('EFFECT', 'HIGH'), { mode: 'HALT' })])
    expect(abortError(exchange.signal).extensions).toMatchObject({ code: 'STOPPED', outcome: 'unknown' })
  })
  test('of others goes on, and what has ended is forgotten', () => {
    const other = begin({ caller: callerNamed('agent:sales-agent') })
    expect(other.stops.obey([stopOf(agent, { mode: 'HALT' })])).toMatchObject([{ running: 0, aborted: 0 }])
    const ended = begin()
    ended.unwatch()
    ended.stops.obey([stopOf(agent, { mode: 'HALT' })])
    expect(ended.exchange.signal.aborted).toBe(false)
  })
  test('a stop is obeyed once, and again after its release', () => {
    const { stops } = begin()
    expect(stops.obey([stopOf(agent)])).toHaveLength(1)
    expect(stops.obey([stopOf(agent)])).toHaveLength(0)
    stops.obey([])
    expect(stops.obey([stopOf(agent)])).toHaveLength(1)
  })
  test('whoever is halted does not come as far as the schema', () => {
    const halted = control([stopOf(agent, { mode: 'HALT' })])
    expect(() => halted.watch(exchangeOf({}))).toThrow(/stop/i)
    expect(() => control([stopOf(agent)]).watch(exchangeOf({}))).not.toThrow()
  })
})

describe('streams', () => {
  const agent = scopeOf('ROLE', 'support-agent')
  test.each([
    ['BLOCK_NEW', 0],
    ['DRAIN', 1],
    ['HALT', 1],
  ] as const)('%s closes them: %i', (mode, closed) => {
    const stops = control([])
    const reasons: Error[] = []
    stops.watchStream(callerNamed('agent:support-agent'), (reason) => reasons.push(reason))
    const over = stops.watchStream(callerNamed('agent:support-agent'), () => reasons.push(new Error('closed twice')))
    over()
    stops.obey([stopOf(agent, { mode })])
    expect(reasons).toHaveLength(closed)
  })
  test('none opens under a stop', async () => {
    const open = () => control([stopOf(agent)]).watchStream(callerNamed('agent:support-agent'), () => undefined)
    expect(await codeOf(open)).toBe('STOPPED')
  })
})

test('the last operation that began after a stop is known when the stop arrives', async () => {
  let time = now.getTime()
  const stops = createStopControl({
    inForce: { current: () => [], fresh: () => Promise.resolve([]) },
    world: { now: () => new Date(time) },
    currentRevision: () => revision,
  })
  for (const [after, id] of [
    [-50, 'agent:support-agent'],
    [20, 'agent:support-agent'],
    [30, 'agent:sales-agent'],
  ] as const) {
    time = now.getTime() + after
    await stops.assertClear(exchangeOf({ caller: callerNamed(id) }))
  }
  const [report] = stops.obey([stopOf(scopeOf('AGENT', 'agent:support-agent'))])
  expect(report?.lastBeganAt).toEqual(new Date(now.getTime() + 20))
})
