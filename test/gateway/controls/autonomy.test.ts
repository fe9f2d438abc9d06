/** What an agent decides itself, by the level of its roles, the effect of the act, and the agents it acts with. */
import { describe, expect, test } from 'vitest'
import { autonomyOf, createAutonomy, onlySuggests, supervisorOf, waitsAt } from '../../../gateway/controls/autonomy.ts'
import type { DecidedExchange } from '../../../gateway/controls/decided.ts'
import type { Actor, Caller, PrincipalId } from '../../../lib/caller.ts'
import type { Effect } from '../../../lib/labels.ts'
import type { AutonomyLevel, PolicyRevision, RoleDefinition } from '../../../policies/engine/revision.ts'
import { callerWith } from '../../support/policies.ts'

const role = (autonomy: AutonomyLevel | undefined, supervisor?: string) =>
  ({ kind: 'agent', autonomy, supervisor }) as RoleDefinition

const roles = new Map<string, RoleDefinition>([
  ['suggests', role(0)],
  ['asks', role(1, 'supervisor')],
  ['limited', role(2, 'supervisor')],
  ['alone', role(2)],
  ['free', role(3, 'other-supervisor')],
  ['unsupervised', role(3)],
  ['clerk', { kind: 'person' } as RoleDefinition],
])
const effects: Readonly<Record<string, Effect | null>> = {
  'Mutation.note': { impact: 'LOW', reversible: true },
  'Mutation.send': { impact: 'LOW', reversible: false },
  'Mutation.order': { impact: 'HIGH', reversible: true },
  'Mutation.pay': { impact: 'HIGH', reversible: false },
  'Mutation.unsaid': null,
}
const revision = {
  roles,
  index: { fields: new Map(Object.entries(effects).map(([coordinate, effect]) => [coordinate, { effect }])) },
} as unknown as PolicyRevision

const agent = (...held: string[]): Caller => callerWith([], { kind: 'agent', roles: held })
const actor = (id: string, ...held: string[]): Actor => ({ id: id as PrincipalId, kind: 'agent', roles: held })

describe('the level of a caller', () => {
  test.each([
    ['one role', agent('limited'), 2],
    ['the lowest of several', agent('free', 'asks'), 1],
    ['an agent without a role', agent(), 0],
    ['a role that nobody knows', agent('gone'), 0],
    ['a person', callerWith([], { kind: 'person', roles: ['clerk'] }), 3],
  ])('%s', (_what, caller, level) => {
    expect(autonomyOf(caller, revision)).toBe(level)
  })

  test('is the lowest of the agents in the chain; the person they act for takes nothing away', () => {
    const chain = [actor('agent:a', 'free'), actor('agent:b', 'limited')]
    expect(autonomyOf(callerWith([], { kind: 'agent', roles: ['free'], actors: chain }), revision)).toBe(2)
    const forPerson = { kind: 'agent', roles: ['free'], actors: [actor('agent:a', 'free')] } as const
    expect(autonomyOf(callerWith([], { ...forPerson, onBehalfOf: 'person:x' as PrincipalId }), revision)).toBe(3)
    const forAgent = { ...forPerson, onBehalfOf: 'agent:c' as PrincipalId, subject: actor('agent:c', 'asks') }
    expect(autonomyOf(callerWith([], forAgent), revision)).toBe(1)
  })

  test('leaves no act where it is lowered below that of an agent for which nobody could approve', () => {
    const bare = { kind: 'agent', roles: ['unsupervised'], actors: [actor('agent:a', 'unsupervised')] } as const
    expect(onlySuggests(callerWith([], bare), revision)).toBe(false)
    const forAgent = { ...bare, onBehalfOf: 'agent:c' as PrincipalId, subject: actor('agent:c', 'limited') }
    expect(onlySuggests(callerWith([], forAgent), revision)).toBe(true)
    expect(onlySuggests(callerWith([], { ...forAgent, roles: ['free'] }), revision)).toBe(false)
  })
})

test('what waits at each level', () => {
  const waiting = ([0, 1, 2, 3] as const).map((level) =>
    Object.keys(effects).filter((name) => waitsAt(level, effects[name] ?? null)),
  )
  const all = Object.keys(effects)
  expect(waiting).toEqual([all, all, ['Mutation.pay', 'Mutation.unsaid'], []])
})

describe('an act', () => {
  const assess = (
    caller: Caller,
    mutations: string | readonly string[],
    options: { dryRun?: boolean; kind?: 'query' } = {},
  ) =>
    createAutonomy().assess({
      caller,
      revision,
      wishes: { dryRun: options.dryRun ?? false },
      operation: {
        kind: options.kind ?? 'mutation',
        roots: [mutations].flat().map((mutation) => ({ coordinates: [mutation], path: ['act'] })),
      },
    } as unknown as DecidedExchange)

  test('of an agent within limits waits for its supervisor where it is far-reaching and final', async () => {
    expect(await assess(agent('limited'), 'Mutation.note')).toEqual([])
    expect(await assess(agent('limited'), 'Mutation.pay')).toMatchObject([
      { coordinate: 'Mutation.pay', path: 'act', approvers: 'supervisor', source: 'autonomy' },
    ])
  })

  test('of an agent that only suggests is refused, save as a wish', async () => {
    await expect(assess(agent('suggests'), 'Mutation.note')).rejects.toThrow('may suggest acts')
    expect(await assess(agent('suggests'), 'Mutation.note', { dryRun: true })).toEqual([])
    expect(await assess(agent('suggests'), 'Mutation.note', { kind: 'query' })).toEqual([])
  })

  test('that only asks people for something is free to every agent, and frees no act beside it', async () => {
    expect(await assess(agent('suggests'), 'Mutation.requestAccess')).toEqual([])
    expect(await assess(agent('asks'), 'Mutation.withdrawAccessRequest')).toEqual([])
    await expect(assess(agent('suggests'), ['Mutation.requestAccess', 'Mutation.note'])).rejects.toMatchObject({
      extensions: { code: 'AUTONOMY_EXCEEDED', mutations: ['Mutation.note'] },
    })
  })

  test('is refused where nobody is there who could approve', async () => {
    expect(supervisorOf(agent('alone'), revision)).toBeNull()
    await expect(assess(agent('alone'), 'Mutation.note')).rejects.toThrow('may suggest acts')
  })
})
