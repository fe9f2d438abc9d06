/** What a denied caller is handed to ask with: only what may be asked for, only by who can have more by it. */
import { beforeAll, describe, expect, test } from 'vitest'
import { decide } from '../../../gateway/policy/decide.ts'
import { draftRequest } from '../../../gateway/policy/request-draft.ts'
import { refuseDecision } from '../../../gateway/policy/refuse.ts'
import type { Caller } from '../../../lib/caller.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import { callerOf, shippedRevision } from '../../support/access.ts'

let revision: PolicyRevision
beforeAll(async () => {
  revision = await shippedRevision()
})

const agent = (more: Partial<Caller> = {}) => callerOf('agent:it-ops-agent', 'it-ops-agent', revision, more)

async function denied(caller: Caller, ...asked: readonly Coordinate[]) {
  const fields = asked.map((coordinate) => ({ coordinate, args: {}, path: ['asked'] }))
  const decision = await decide({ fields }, caller, revision, new Date('2026-10-28T09:30:00Z'))
  if (decision.outcome !== 'deny') throw new Error('it was not denied')
  const draft = draftRequest(decision, { caller, revision, requestId: 'r-1' })
  return { draft, extensions: refuseDecision(decision, draft)?.extensions ?? {} }
}

describe('a denial', () => {
  test('carries a request for what is missing, under the declared purpose', async () => {
    const { draft, extensions } = await denied(
      agent({ purpose: 'change-management' }),
      'Contact.email',
      'Query.invoice',
    )
    expect(draft?.variables.input).toMatchObject({
      idempotencyKey: 'access-r-1',
      coordinates: ['Contact.email', 'Query.invoice'],
      purpose: 'change-management',
      duration: 'P7D',
    })
    expect(extensions['request']).toEqual({ query: draft?.query, variables: draft?.variables })
    expect(extensions['next']).toMatch(/^Drop the named fields\. Or: Send `request`/u)
  })

  test('without a purpose suggests one that the roles allow', async () => {
    expect((await denied(agent(), 'Contact.email')).draft?.variables.input.purpose).toBe('incident-response')
  })

  test('leaves out what nobody may ask for, and says so', async () => {
    const explorer = agent({ scopes: [...agent().scopes, 'explorer:all'] })
    const { draft, extensions } = await denied(explorer, 'Contact.email', 'User.pay')
    expect(draft?.variables.input.coordinates).toEqual(['Contact.email'])
    expect(extensions['next']).toMatch(/^Drop the fields that nobody can open to you/u)
  })

  test('names nothing that the caller may not know of', async () => {
    const { draft, extensions } = await denied(agent(), 'Contact.email', 'User.pay')
    expect(draft?.enough).toBe(false)
    expect(JSON.stringify(extensions)).not.toContain('pay')
  })

  test.each([
    ['of nothing that can be asked for', {}, 'User.pay'],
    [
      'of a caller that acts on behalf of somebody',
      { actors: [{ id: 'agent:x', kind: 'agent', roles: [] }] },
      'Contact.email',
    ],
    ['of a token that may not ask', { scopes: ['crm:read'] }, 'Contact.email'],
    ['of roles that allow no purpose', { roles: [] }, 'Contact.email'],
  ])('%s carries none', async (_what, more, asked) => {
    const { draft, extensions } = await denied(agent(more as never), asked as Coordinate)
    expect(draft).toBeNull()
    expect(extensions).not.toHaveProperty('request')
  })

  test('of a token that only leaves out what its role gives carries none', async () => {
    const narrow = agent({ scopes: agent().scopes.filter((scope) => scope !== 'itsm:read') })
    expect((await denied(narrow, 'Query.incidents')).draft).toBeNull()
  })
})
