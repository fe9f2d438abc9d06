/**
 * What oidc-provider must remember between two requests of one sign-in, and of clients. Access tokens are JWTs and there are no
 * sessions: whoever comes is asked who they are.
 */
import type { World } from '../../lib/world.ts'
import type { UsedOnce } from './used-once.ts'

type Payload = Record<string, unknown>

/** One kind of record, as oidc-provider asks for it. */
export interface Adapter {
  upsert(id: string, payload: Payload, lifetimeSeconds: number): Promise<void>
  find(id: string): Promise<Payload | undefined>
  findByUid(uid: string): Promise<undefined>
  consume(id: string): Promise<void>
  destroy(id: string): Promise<void>
  revokeByGrantId(grantId: string): Promise<void>
}

export interface IssuerStorageOptions {
  /** The metadata of a client (RFC 7591), looked up each time. */
  readonly findClient: (id: string) => Promise<Payload | undefined>
  /** The error for a code that comes a second time. */
  readonly codeUsed: () => Error
  readonly used: UsedOnce
  readonly world: Pick<World, 'now'>
}

/** The records of one sign-in; anything else is not kept. */
const kept = new Set(['Interaction', 'AuthorizationCode', 'Grant'])
/** Sign-ins under way at once, three records each: beyond it, the oldest are forgotten. */
const maxRecords = 1_000
/** How long a proof at the token endpoint is remembered; the library accepts one for this long after it was made. */
const proofSeconds = 360

/** Makes the factory of adapters. */
export function createIssuerStorage(options: IssuerStorageOptions): (model: string) => Adapter {
  const records = new Map<string, { readonly payload: Payload; readonly until: number }>()
  const seconds = () => options.world.now().getTime() / 1000

  return (model) => {
    const keyOf = (id: string) => `${model} ${id}`
    return {
      upsert(id, payload, lifetimeSeconds) {
        if (!kept.has(model)) return Promise.resolve()
        records.delete(keyOf(id))
        records.set(keyOf(id), { payload, until: seconds() + lifetimeSeconds })
        for (const [key, { until }] of records) if (until < seconds() || records.size > maxRecords) records.delete(key)
        return Promise.resolve()
      },
      async find(id) {
        if (model === 'Client') return await options.findClient(id)
        if (model === 'ReplayDetection') return findReplay(id)
        const record = records.get(keyOf(id))
        return record === undefined || record.until < seconds() ? undefined : record.payload
      },
      findByUid: () => Promise.resolve(undefined),
      consume(id) {
        // In one step, where the library looks and notes in two: of two that bring one code at once, one gets a token.
        const fresh = options.used.first(`code ${id}`, seconds() + 600)
        const payload = records.get(keyOf(id))?.payload
        if (payload) payload['consumed'] = Math.floor(seconds())
        return fresh ? Promise.resolve() : Promise.reject(options.codeUsed())
      },
      destroy(id) {
        records.delete(keyOf(id))
        return Promise.resolve()
      },
      revokeByGrantId(grantId) {
        for (const [key, { payload }] of records) if (payload['grantId'] === grantId) records.delete(key)
        return Promise.resolve()
      },
    }
  }

  /** The library asks and then notes; here asking is noting, so that two at once do not both pass. */
  function findReplay(id: string): Payload | undefined {
    const until = Math.ceil(seconds()) + proofSeconds
    return options.used.first(`proof ${id}`, until) ? undefined : { jti: id, kind: 'ReplayDetection', exp: until }
  }
}
