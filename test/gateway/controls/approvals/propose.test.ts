/** Who never decides about an act: everybody who takes part in it, and whoever answers for an agent that does. */
import { expect, test } from 'vitest'
import { excludedFrom } from '../../../../gateway/controls/approvals/propose.ts'
import { type Caller, type PrincipalId, agentsBehind } from '../../../../lib/caller.ts'
import { callerWith } from '../../../support/policies.ts'

const ownersOf = (agents: readonly string[]) =>
  Promise.resolve(agents.map((agent) => `person:owner-of-${agent.slice('agent:'.length)}`))
const named = (id: string, more: Partial<Caller> = {}): Caller => ({
  ...callerWith([]),
  id: id as PrincipalId,
  clientId: id,
  kind: 'agent',
  ...more,
})

test('who asks, its chain, its client, on whose behalf, and their owners', async () => {
  const through = [{ id: 'agent:b', kind: 'agent', roles: [] }] as unknown as Caller['actors']
  const caller = named('agent:b', { actors: through, onBehalfOf: 'agent:a' as PrincipalId, clientId: 'agent:c' })
  expect(agentsBehind(caller)).toEqual(['agent:b', 'agent:c', 'agent:a'])
  expect((await excludedFrom(caller, ownersOf)).toSorted()).toEqual([
    'agent:a',
    'agent:b',
    'agent:c',
    'person:owner-of-a',
    'person:owner-of-b',
    'person:owner-of-c',
  ])
})

test('on behalf of a person, that person', async () => {
  const caller = named('agent:b', { onBehalfOf: 'person:maria.keller' as PrincipalId })
  expect(await excludedFrom(caller, ownersOf)).toEqual(['agent:b', 'person:maria.keller', 'person:owner-of-b'])
})
