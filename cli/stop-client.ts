/** The kill switch of a running gateway: what `mandate stop` asks of it, and the answers parsed once. */
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { TokenIo } from './token.ts'

export type StopIo = TokenIo

const stopShape = z.object({
  id: z.string(),
  scope: z.string(),
  target: z.string().nullable(),
  mode: z.enum(['BLOCK_NEW', 'DRAIN', 'HALT']),
  reason: z.string(),
  state: z.enum(['ENGAGED', 'RELEASE_PENDING', 'RELEASED']),
  engagedBy: z.string(),
  engagedAt: z.string(),
  expiresAt: z.string().nullable(),
  releaseNeeds: z.number(),
  releaseRequestedBy: z.string().nullable(),
  version: z.number(),
  timeToStop: z.object({
    gateways: z.number(),
    obeying: z.number(),
    obeyedAfterMs: z.number().nullable(),
    lastBeganAfterMs: z.number().nullable(),
  }),
  reports: z.array(z.object({ gateway: z.string(), running: z.number(), aborted: z.number() })),
})

export type Stop = z.infer<typeof stopShape>

export interface NewStop {
  readonly idempotencyKey: string
  readonly scope: string
  readonly target: string | null
  readonly mode: Stop['mode']
  readonly reason: string
  readonly expiresAt: string | null
  readonly releaseNeeds: 1 | 2
}

export interface StopClient {
  engage(stop: NewStop): Promise<Stop>
  /** Asks until every gateway obeys, for a few seconds. */
  watch(stop: Stop): Promise<Stop>
  list(which: 'all' | 'in force'): Promise<readonly Stop[]>
  release(id: string): Promise<Stop>
}

const fields = `id scope target mode reason state engagedBy engagedAt expiresAt releaseNeeds releaseRequestedBy version
  timeToStop { gateways obeying obeyedAfterMs lastBeganAfterMs } reports { gateway running aborted }`
const engageText = `mutation Engage($input: EngageStopInput!) { engageStop(input: $input) { stop { ${fields} } } }`
const releaseText = `mutation Release($input: ReleaseStopInput!) { releaseStop(input: $input) { stop { ${fields} } } }`
const listText = `query Stops($state: [StopState!], $ids: [ID!]) { stops(state: $state, ids: $ids, first: 100) { nodes { ${fields} } } }`

const answer = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(
      z.looseObject({ message: z.string(), extensions: z.looseObject({ next: z.string().optional() }).optional() }),
    )
    .optional(),
})
const page = z.object({ stops: z.object({ nodes: z.array(stopShape) }) })

const watchedMs = 5_000
const askEveryMs = 100

/** Makes a client of a gateway. */
export function createStopClient(
  { url, token }: { readonly url: string; readonly token: string },
  io: StopIo,
): StopClient {
  async function ask<T>(schema: z.ZodType<T>, query: string, variables: object): Promise<T> {
    const endpoint = new URL('/graphql', url)
    const response = await io
      .fetch(endpoint, {
        method: 'POST',
        redirect: 'error',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(30_000),
      })
      .catch((cause: unknown) => {
        throw new Error(`No gateway answers at ${endpoint.origin}. Name one with --url.`, { cause })
      })
    const read = answer.safeParse(await response.json().catch(() => null))
    if (!read.success)
      throw new Error(`What answers at ${endpoint.origin} (status ${response.status}) is not a gateway.`)
    const [error] = read.data.errors ?? []
    if (error) throw new Error(`The gateway refused: ${error.message} ${error.extensions?.next ?? ''}`.trim())
    return schema.parse(read.data.data)
  }
  const find = async (variables: object) => (await ask(page, listText, variables)).stops.nodes
  const one = async (id: string): Promise<Stop> => {
    const [stop] = await find({ ids: [id] })
    if (stop === undefined) throw new Error(`There is no stop \`${id}\`. \`mandate stop list\` names those in force.`)
    return stop
  }

  return {
    async engage(input) {
      const engaged = z.object({ engageStop: z.object({ stop: stopShape }) })
      return (await ask(engaged, engageText, { input })).engageStop.stop
    },
    async watch(stop) {
      const end = io.world.now().getTime() + watchedMs
      for (;;) {
        const seen = await one(stop.id)
        const { gateways, obeying } = seen.timeToStop
        if ((obeying >= gateways && gateways > 0) || io.world.now().getTime() > end) return seen
        await delay(askEveryMs)
      }
    },
    list: (which) => find(which === 'all' ? {} : { state: ['ENGAGED', 'RELEASE_PENDING'] }),
    async release(id) {
      const { version } = await one(id)
      const released = z.object({ releaseStop: z.object({ stop: stopShape }) })
      const input = { idempotencyKey: randomUUID(), id, expectedVersion: version }
      return (await ask(released, releaseText, { input })).releaseStop.stop
    },
  }
}
