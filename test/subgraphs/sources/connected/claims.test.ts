/** Claims of acts: one holder at a time, and what becomes of the claim of a process that died. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../../storage/database.ts'
import { ClaimLost, createClaims, type Claims, type Step } from '../../../../subgraphs/sources/connected/claims.ts'
import { createDatabase, databaseKinds } from '../../../support/databases.ts'

const never = new AbortController().signal
const step: Step = {
  kind: 'create',
  entity: 'Account',
  id: null,
  expectedVersion: null,
  mark: 'a mark',
  paths: ['name'],
  digest: 'x',
  state: 'sent',
}

for (const kind of databaseKinds()) {
  describe(`claims on ${kind}`, () => {
    let database: Database
    let claims: Claims
    let now = Date.parse('2026-10-31T12:00:00Z')
    beforeAll(async () => {
      database = await createDatabase(kind)
      claims = createClaims(database.kysely as never, () => new Date(now), 10_000)
    })
    afterAll(() => database.close())

    const keyOf = (name: string, claim: string, args: object = {}) => ({
      connector: 'sap',
      claim,
      request: { idempotencyKey: name, principal: 'agent:a', act: 'Mutation.x', args: { ...args } },
    })

    test('a result is kept for its arguments', async () => {
      const key = keyOf('kept', 'one')
      expect(await claims.claim(key, never)).toEqual({ outcome: 'claimed' })
      await claims.sending(key, [step])
      await claims.done(key, [{ ...step, state: 'done' }], { id: 'acc-1' })
      expect(await claims.claim(keyOf('kept', 'two'), never)).toEqual({ outcome: 'replayed', result: { id: 'acc-1' } })
      await expect(claims.claim(keyOf('kept', 'two', { other: 1 }), never)).rejects.toThrow(
        'was used with other arguments',
      )
    })

    test('a repetition waits while the act is running, no longer than its caller', async () => {
      const key = keyOf('running', 'one')
      await claims.claim(key, never)
      const waiting = claims.claim(keyOf('running', 'two'), never)
      const gone = claims.claim(keyOf('running', 'three'), AbortSignal.timeout(150))
      await expect(gone).rejects.toThrow()
      await claims.sending(key, [step])
      await claims.done(key, [step], { ok: true })
      expect(await waiting).toEqual({ outcome: 'replayed', result: { ok: true } })
    })

    test('a process that died before it sent anything is replaced, and can send nothing any more', async () => {
      const dead = keyOf('died early', 'one')
      await claims.claim(dead, never)
      now += 11_000
      expect(await claims.claim(keyOf('died early', 'two'), never)).toEqual({ outcome: 'claimed' })
      await expect(claims.sending(dead, [step])).rejects.toThrow(ClaimLost)
    })

    test('what a process that died has sent is unknown, with its steps', async () => {
      const dead = keyOf('died late', 'one')
      await claims.claim(dead, never)
      await claims.sending(dead, [step])
      now += 11_000
      expect(await claims.claim(keyOf('died late', 'two'), never)).toEqual({ outcome: 'unknown', steps: [step] })
      await expect(claims.done(dead, [step], {})).rejects.toThrow(ClaimLost)
    })

    test('a key that is given back can be claimed again; one that is held by another cannot be given back', async () => {
      const key = keyOf('released', 'one')
      await claims.claim(key, never)
      await claims.release(keyOf('released', 'two'))
      now += 11_000
      expect(await claims.claim(keyOf('released', 'three'), never)).toEqual({ outcome: 'claimed' })
      await claims.release(keyOf('released', 'three'))
      expect(await claims.claim(keyOf('released', 'four'), never)).toEqual({ outcome: 'claimed' })
    })

    test('an act that was done in part stays so', async () => {
      const key = keyOf('partial', 'one')
      await claims.claim(key, never)
      await claims.sending(key, [step])
      await claims.partial(key, [{ ...step, state: 'done' }])
      const again = await claims.claim(keyOf('partial', 'two'), never)
      expect(again).toEqual({ outcome: 'partial', steps: [{ ...step, state: 'done' }] })
    })
  })
}
