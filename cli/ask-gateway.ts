/** One question to a running gateway under the identity of a person or an agent of its data folder. */
import { z } from 'zod'
import { type TokenIo, printToken } from './token.ts'

export interface GatewayIdentity {
  /** `jonas.weber` */
  readonly as: string
  /** Where the gateway is, without a path. */
  readonly url: string
  readonly dataFolder: string
}

export interface GatewayQuestion<T> {
  readonly query: string
  readonly variables: object
  /** What the data must look like. */
  readonly schema: z.ZodType<T>
}

const answer = z.object({
  data: z.unknown(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.looseObject({ next: z.string().optional() }).optional() }))
    .optional(),
})

/** Asks; throws an error whose message says what was refused, and what to do next. */
export async function askGateway<T>(
  { as, url, dataFolder }: GatewayIdentity,
  { query, variables, schema }: GatewayQuestion<T>,
  io: TokenIo,
): Promise<T> {
  let token = ''
  await printToken({ identity: as, url, dataFolder }, { ...io, write: (text) => void (token += text) })
  const endpoint = new URL('/graphql', url)
  const response = await io.fetch(endpoint, {
    method: 'POST',
    redirect: 'error',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      authorization: `Bearer ${token.trim()}`,
    },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(60_000),
  })
  const parsed = answer.safeParse(await response.json().catch(() => null))
  if (!parsed.success)
    throw new Error(`What answers at ${endpoint.origin} (status ${response.status}) is not a gateway.`)
  const [error] = parsed.data.errors ?? []
  if (error !== undefined) throw new Error([error.message, error.extensions?.next ?? ''].join(' ').trim())
  return schema.parse(parsed.data.data)
}
