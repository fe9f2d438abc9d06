/** Makes clients: one operation after the other, sent with a good token, and again where that helps. */
import { resultOfApproved } from './carried-out.ts'
import { createClock } from './clock.ts'
import { carriesKey } from './idempotency-key.ts'
import type { DryRunOptions, MandateClient, RequestDefaults, RequestOptions, Variables } from './mandate-client.ts'
import { MandateError } from './mandate-error.ts'
import { type RetryOptions, usualRetries, withRetries } from './retry.ts'
import { type Sender, sendOperation } from './send-operation.ts'
import type { TokenSource } from './token-source.ts'

export interface MandateClientOptions {
  /** The gateway's endpoint, `https://mandate.example.com/graphql`. */
  readonly endpoint: string | URL
  readonly tokenSource: TokenSource
  readonly fetch?: typeof fetch
  /** How long one sending may take; more than the 20 seconds that a question may wait. Default 30 000. */
  readonly timeoutMs?: number
  /** The header that names the task. Default `mandate-task`. */
  readonly taskHeader?: string
  readonly retry?: Partial<RetryOptions>
}

/**
 * Makes a client.
 *
 * @example
 * const client = createMandateClient({
 *   endpoint: 'http://localhost:4000/graphql',
 *   tokenSource: clientCredentials({ issuer: 'http://localhost:4000', clientId: 'agent:support-agent', key }),
 * })
 * const { me } = await client.query<{ me: { id: string } }>('{ me { id } }')
 */
export function createMandateClient(options: MandateClientOptions): MandateClient {
  const { timeoutMs = 30_000, taskHeader = 'mandate-task', fetch = globalThis.fetch } = options
  const endpoint = new URL(options.endpoint).href
  const sender = { endpoint, tokenSource: options.tokenSource, fetch, timeoutMs, taskHeader, clock: createClock() }
  return clientWith(sender, { ...usualRetries, ...options.retry }, {})
}

type AnyOptions = RequestOptions | DryRunOptions

function clientWith(sender: Sender, retry: RetryOptions, defaults: RequestDefaults): MandateClient {
  async function send(document: string, variables: Variables, given: AnyOptions, repeat: 'may' | 'never') {
    const { signal, ...options } = over(defaults, given)
    const work = () => sendOperation(sender, { document, variables, ...options }, signal)
    const attempts = repeat === 'may' ? retry.attempts : 1
    const { data, extensions } = await withRetries(work, { ...retry, attempts }, signal)
    if (options.dryRun !== true) return data
    const report = extensions['dryRun']
    if (report !== undefined) return report
    throw new MandateError({ code: 'NOT_GRAPHQL', message: `${sender.endpoint} does not know dry runs.` })
  }

  const client: MandateClient = {
    async query(document: string, variables: Variables = {}, given: AnyOptions = {}) {
      // It would be repeated like a read.
      if (/^[\s,]*mutation\b/u.test(document)) throw new TypeError('A mutation is sent with `mutate`.')
      return (await send(document, variables, given, 'may')) as never
    },
    async mutate(document: string, variables: Variables = {}, given: AnyOptions = {}) {
      const repeat = given.dryRun === true || given.safe === true || carriesKey(variables) ? 'may' : 'never'
      try {
        return (await send(document, variables, given, repeat)) as never
      } catch (error) {
        return (await resultOfApproved(client.with(requestDefaults(given)), error)) as never
      }
    },
    with: (changed) => clientWith(sender, retry, over(defaults, changed)),
    now: () => sender.clock.now(),
  }
  return client
}

/** What is given stands for what was the default, but no signal stands for another. */
function over<Given extends RequestDefaults>(defaults: RequestDefaults, given: Given): RequestDefaults & Given {
  const both = { ...defaults, ...given }
  if (defaults.signal === undefined || given.signal === undefined) return both
  return { ...both, signal: AbortSignal.any([defaults.signal, given.signal]) }
}

function requestDefaults({ task, purpose, signal }: RequestDefaults): RequestDefaults {
  return {
    ...(task === undefined ? {} : { task }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(signal === undefined ? {} : { signal }),
  }
}
