/** What every adapter over HTTP must do when its system fails: say so in time, act never twice, and come back by itself. */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { MutationRequest } from '../../../subgraphs/sources/entity-source.ts'
import type { OpenedConnector } from '../../support/connectors.ts'
import type { Fault, FaultSwitch } from '../../support/peers/faults.ts'

/** Limits of a connector in this suite, for its file. */
export const faultLimits =
  'timeoutMs: 700, totalMs: 2000, retries: 1, breaker: { failures: 4, halfOpenAfterMs: 300 }, responseBytes: 200000'

export interface FaultySource extends AsyncDisposable {
  readonly opened: OpenedConnector
  readonly control: FaultSwitch
  /** The names of all accounts in the system. */
  readonly names: () => readonly string[]
  /** What an act whose answer was lost becomes when its key is repeated: found again, or refused. */
  readonly lostCreate: 'found' | 'OUTCOME_UNKNOWN'
}

const never = new AbortController().signal
const allCases: readonly (readonly [Fault, string, string])[] = [
  ['kill', 'SYSTEM_UNAVAILABLE', 'broken-off'],
  ['delay', 'TIMEOUT', 'timed-out'],
  ['throttle', 'SYSTEM_UNAVAILABLE', 'throttled'],
  ['error', 'SYSTEM_UNAVAILABLE', 'server-error'],
  ['half', 'SYSTEM_UNAVAILABLE', 'broken-off'],
  ['wrong-type', 'SYSTEM_UNAVAILABLE', 'wrong-type'],
  ['redirect', 'SYSTEM_UNAVAILABLE', 'redirected'],
]

/** Runs the suite over what `open` gives. */
export function describeFaults(name: string, open: () => Promise<FaultySource>): void {
  describe(`a failing system: ${name}`, () => {
    let peer: FaultySource
    let keys = 0
    beforeAll(async () => {
      peer = await open()
    })
    afterAll(() => peer[Symbol.asyncDispose]())
    afterEach(async () => {
      peer.control.fault = null
      // By itself, without anything being reset.
      await delay(350)
      await list()
      expect(peer.opened.connector.breaker()).toBe('closed')
    })

    const list = () =>
      peer.opened.connector.source.list('Account', { filter: {}, sort: [], page: { first: 5, after: null } }, never)
    const request = (): MutationRequest => ({
      idempotencyKey: `fault ${keys++}`,
      principal: 'agent:a',
      act: 'Mutation.createAccount',
      args: {},
    })
    const create = (account: string, as: MutationRequest) =>
      peer.opened.connector.source.mutate(
        as,
        async (apply) => ({
          account: await apply('Account', { kind: 'create', values: { name: account, tier: 'KEY', currency: 'EUR' } }),
        }),
        never,
      )
    const failure = async (work: Promise<unknown>) => {
      const startedMs = performance.now()
      const error = (await work.then(
        () => ({ message: 'it worked', extensions: {} }),
        (reason: unknown) => reason,
      )) as { message: string; extensions: Record<string, unknown> }
      return { ...error.extensions, message: error.message, ms: performance.now() - startedMs }
    }

    test.each(allCases)('%s is %s, %s, in time, and tells nothing from inside', async (fault, code, reason) => {
      await list()
      peer.control.fault = fault
      const found = await failure(list())
      expect(found).toMatchObject({ code, reason })
      expect(found.ms).toBeLessThan(3_000)
      expect(found.message).toMatch(/^The system behind the connector `peer` /)
      expect(JSON.stringify(found)).not.toMatch(/169\.254|corp|ORA-|127\.0\.0\.1|http:/)
      if (fault === 'throttle') expect(found).toMatchObject({ retryAfterSeconds: 1 })
    })

    test('the breaker opens after repeated failures, spares the system, and closes again', async () => {
      peer.control.fault = 'error'
      for (let round = 0; round < 3; round++) await failure(list())
      expect(peer.opened.connector.breaker()).toBe('open')
      peer.control.requests = 0
      expect(await failure(list())).toMatchObject({ code: 'SYSTEM_UNAVAILABLE', reason: 'breaker-open' })
      expect(peer.control.requests).toBe(0)
      peer.control.fault = null
      await delay(350)
      await list()
      expect(peer.opened.breaker.slice(-3)).toEqual(['open', 'half-open', 'closed'])
    })

    test('a question is tried again, a change is not', async () => {
      await list()
      peer.control.fault = 'error'
      peer.control.requests = 0
      await failure(list())
      expect(peer.control.requests).toBe(2)
      peer.control.fault = null
      await delay(350)
      await list()
      peer.control.fault = 'error'
      peer.control.requests = 0
      expect(await failure(create('never made', request()))).toMatchObject({ code: 'OUTCOME_UNKNOWN' })
      expect(peer.control.requests).toBe(1)
    })

    test('an act whose answer is lost happens once, whatever is repeated', async () => {
      await list()
      const as = request()
      peer.control.fault = 'deaf'
      expect(await failure(create('Lost', as))).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        changes: [{ kind: 'create', entity: 'Account', made: 'unknown' }],
      })
      expect(peer.names().filter((each) => each === 'Lost')).toHaveLength(1)
      peer.control.fault = null
      for (let round = 0; round < 3; round++) {
        if (peer.lostCreate === 'found') {
          expect((await create('Lost', as)).account).toMatchObject({ name: 'Lost', tier: 'KEY' })
        } else expect(await failure(create('Lost', as))).toMatchObject({ code: peer.lostCreate })
      }
      expect(peer.names().filter((each) => each === 'Lost')).toHaveLength(1)
    })

    test('a change whose answer is lost is found by its version, and made once', async () => {
      await list()
      const { account } = await create('Twice', request())
      const as = request()
      const { id, version } = account
      const change = () =>
        peer.opened.connector.source.mutate(
          as,
          async (apply) => ({
            account: await apply('Account', {
              kind: 'update',
              id,
              expectedVersion: version,
              values: { tier: 'SMALL' },
            }),
          }),
          never,
        )
      // The look before the change is a question, which would be lost as well: let it pass.
      peer.control.fault = 'deaf-to-changes'
      expect(await failure(change())).toMatchObject({ code: 'OUTCOME_UNKNOWN', changes: [{ kind: 'update', id }] })
      peer.control.fault = null
      const found = await change()
      expect(found.account).toMatchObject({ id, tier: 'SMALL' })
      expect(found.account.version).not.toBe(version)
      expect(await change()).toEqual(found)
      expect((await peer.opened.connector.source.getMany('Account', [id], never))[0]).toEqual(found.account)
    })

    test('an act that is refused before it is done frees its key', async () => {
      await list()
      const as = request()
      peer.control.fault = 'throttle'
      expect(await failure(create('Patient', as))).toMatchObject({ code: 'SYSTEM_UNAVAILABLE', reason: 'throttled' })
      peer.control.fault = null
      expect((await create('Patient', as)).account).toMatchObject({ name: 'Patient' })
    })

    test('a caller who leaves stops a question, and does not count against the system', async () => {
      peer.control.fault = 'delay'
      const controller = new AbortController()
      const asked = peer.opened.connector.source.getMany('Account', ['acc-1'], controller.signal)
      controller.abort(new Error('nobody waits'))
      await expect(asked).rejects.toThrow()
      expect(peer.opened.connector.breaker()).toBe('closed')
    })
  })
}
