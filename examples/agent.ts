/**
 * An agent as it stands outside the gateway: one token, one endpoint, one operation at a time. It knows nothing of Mandate but
 * what the endpoint answers.
 */
import { z } from 'zod'
import { printToken, type TokenIo } from '../cli/token.ts'

const answerSchema = z.object({
  data: z.unknown().optional(),
  extensions: z.record(z.string(), z.unknown()).default({}),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.looseObject({ code: z.string(), next: z.string() }) }))
    .default([]),
})

/** What came back for one operation. */
export interface Reply {
  readonly status: number
  /** The body, to the letter. */
  readonly text: string
  readonly data: unknown
  readonly errors: z.infer<typeof answerSchema>['errors']
  /** What is told beside the data: what remains of budgets, what a dry run found. */
  readonly extensions: Readonly<Record<string, unknown>>
  /** Under which the ledger has it. */
  readonly requestId: string
  readonly ms: number
}

export interface Agent {
  /** Sends one operation and waits for its answer, whatever it is. `wishes` is the member `extensions` of the body. */
  ask(
    operation: string,
    variables?: Readonly<Record<string, unknown>>,
    wishes?: Readonly<Record<string, unknown>>,
  ): Promise<Reply>
}

export interface AgentOptions {
  /** The gateway's address, without a path. */
  readonly url: string
  readonly token: string
  /** Why it asks; sent as `mandate-purpose`. */
  readonly purpose?: string
  readonly fetch: typeof fetch
  readonly signal: AbortSignal
}

/** Makes an agent that asks the gateway at `url`. */
export function createAgent({ url, token, purpose, fetch, signal }: AgentOptions): Agent {
  const endpoint = new URL('/graphql', url)
  return {
    async ask(query, variables = {}, wishes) {
      const startedMs = performance.now()
      const response = await fetch(endpoint, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${token}`,
          ...(purpose === undefined ? {} : { 'mandate-purpose': purpose }),
        },
        body: JSON.stringify({ query, variables, extensions: wishes }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(30_000)]),
      })
      const text = await response.text()
      const ms = performance.now() - startedMs
      const answer = answerSchema.safeParse(parseJson(text))
      if (!answer.success)
        throw new Error(`What answers at ${endpoint.href} (status ${response.status}) is not GraphQL.`)
      const requestId = response.headers.get('mandate-request-id') ?? ''
      const { data, errors, extensions } = answer.data
      return { status: response.status, text, data, errors, extensions, requestId, ms }
    },
  }
}

/** An access token for a demo identity, got as `mandate token` gets it: with the key from the data folder. */
export async function tokenFor(
  identity: string,
  url: string,
  dataFolder: string,
  io: Omit<TokenIo, 'write'>,
): Promise<string> {
  let printed = ''
  await printToken({ identity, url, dataFolder }, { ...io, write: (text) => void (printed += text) })
  return printed.trim()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
