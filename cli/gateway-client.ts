/** Asks a running gateway as a person: with the token of `MANDATE_TOKEN`, or one of a demo identity. */
import { setTimeout as delay } from 'node:timers/promises'
import type { z } from 'zod'
import { readConfig } from '../gateway/config.ts'
import type { World } from '../lib/world.ts'
import { answerSchema } from './ledger-answers.ts'
import { printToken } from './token.ts'

/** The outside world of commands that ask a gateway. */
export interface GatewayIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths start from. */
  readonly folder: string
  readonly fetch: typeof fetch
  readonly world: World
}

export interface GatewayClientOptions {
  /** Where the gateway is, without a path. */
  readonly url: string
  /** The demo identity to ask as, where `MANDATE_TOKEN` is not set. */
  readonly identity: string
}

export interface GatewayClient {
  /** Sends one operation; throws an error that says what the gateway refused. */
  ask<T>(schema: z.ZodType<T>, query: string, variables: object): Promise<T>
}

/** Makes a client. It gets its token at the first question. */
export function createGatewayClient({ url, identity }: GatewayClientOptions, io: GatewayIo): GatewayClient {
  const endpoint = new URL('/graphql', url)
  let token = io.env['MANDATE_TOKEN']

  async function freshToken(): Promise<string> {
    let printed = ''
    const write = (text: string) => void (printed += text)
    await printToken({ identity, url, dataFolder: readConfig(io).data }, { ...io, write })
    return printed.trim()
  }

  async function send(query: string, variables: object): Promise<Response> {
    token ??= await freshToken()
    return await io.fetch(endpoint, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(60_000),
    })
  }

  return {
    async ask(schema, query, variables) {
      let response = await send(query, variables)
      if (response.status === 429) {
        // A large file may take more than the cost units of one minute: the rest waits for the next.
        await delay(Math.min(Number(response.headers.get('retry-after') ?? 1), 60) * 1_000)
        response = await send(query, variables)
      }
      const answer = answerSchema.safeParse(await response.json().catch(() => null))
      if (!answer.success)
        throw new Error(`What answers at ${endpoint.origin} (status ${response.status}) is not a gateway.`)
      const [error] = answer.data.errors ?? []
      if (error) throw new Error(`The gateway at ${endpoint.origin} refused: ${error.message}`)
      return schema.parse(answer.data.data)
    },
  }
}
