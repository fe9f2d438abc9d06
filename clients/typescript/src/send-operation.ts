/** Sends one operation once: with a token, with another one where the first is refused, and within its time. */
import type { Clock } from './clock.ts'
import type { Variables } from './mandate-client.ts'
import { MandateError } from './mandate-error.ts'
import { type Answer, type HttpAnswer, readAnswer } from './read-answer.ts'
import type { AccessToken, TokenSource } from './token-source.ts'

/** What all operations of a client share. */
export interface Sender {
  readonly endpoint: string
  readonly tokenSource: TokenSource
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly taskHeader: string
  readonly clock: Clock
}

export interface Sending {
  readonly document: string
  readonly variables: Variables
  readonly task?: string
  readonly purpose?: string
  readonly dryRun?: boolean
  readonly justification?: string
}

/** Sends it. @throws `MandateError`, or the reason of the signal */
export async function sendOperation(sender: Sender, sending: Sending, signal?: AbortSignal): Promise<Answer> {
  const { tokenSource, endpoint } = sender
  signal?.throwIfAborted()
  const token = await untilAborted(tokenSource.get(), signal)
  let answer = await post(sender, sending, token, signal)
  if (answer.status === 401) {
    // A token that was revoked, or that the gateway found too old: another one may be good, a third would not be.
    const other = await untilAborted(tokenSource.renew(token), signal)
    if (other !== null) answer = await post(sender, sending, other, signal)
  }
  return readAnswer(answer, endpoint)
}

async function post(sender: Sender, sending: Sending, token: AccessToken, signal?: AbortSignal): Promise<HttpAnswer> {
  const { endpoint, fetch, timeoutMs, clock } = sender
  const { document: query, variables, dryRun, justification } = sending
  const body = JSON.stringify({ query, variables, extensions: { dryRun, justification } })
  const headers = await headersOf(sender, sending, token)
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      redirect: 'error',
      headers,
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    })
    clock.hear(response.headers)
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (cause) {
    signal?.throwIfAborted()
    throw new MandateError({
      code: 'UNREACHABLE',
      message: timeout.aborted
        ? `${endpoint} has not answered within ${timeoutMs} ms.`
        : `${endpoint} does not answer.`,
      next: 'Retry in a few seconds; repeat a mutation with the same idempotency key.',
      cause,
    })
  }
}

async function headersOf(
  { endpoint, taskHeader }: Sender,
  { task, purpose }: Sending,
  { value, prove }: AccessToken,
): Promise<Record<string, string>> {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    ...(prove === null
      ? { authorization: `Bearer ${value}` }
      : { authorization: `DPoP ${value}`, dpop: await prove('POST', endpoint) }),
    ...(task === undefined ? {} : { [taskHeader]: task }),
    ...(purpose === undefined ? {} : { 'mandate-purpose': purpose }),
  }
}

/** A token that others wait for too is still fetched when one of them goes away. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => {
    reject(signal.reason as Error)
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
