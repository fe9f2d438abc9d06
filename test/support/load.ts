/** Many callers at once, each sending one operation after the other, until they are told to stop or nobody answers. */
import { post } from './process.ts'

export interface Load {
  /** Names of the operations that were answered, with the id and the codes of the answer. */
  readonly answered: ReadonlyMap<
    string,
    { readonly requestId: string; readonly status: number; readonly codes: readonly string[] }
  >
  /** Resolves when so many have been answered. */
  reached(count: number): Promise<void>
  /** Lets each caller finish what it has begun. */
  stop(): Promise<void>
  /** Resolves when every caller has ended: stopped, or left without an answer. */
  readonly ended: Promise<void>
}

export interface LoadOptions {
  readonly url: string
  readonly token: string
  readonly callers: number
  /** The operation of this name; names differ, so that each is found in the ledger. */
  readonly operation: (name: string, number: number) => { readonly query: string; readonly variables?: object }
}

/** Starts the callers. A caller that gets no answer (refused, reset) ends. */
export function startLoad({ url, token, callers, operation }: LoadOptions): Load {
  const answered = new Map<string, { requestId: string; status: number; codes: string[] }>()
  let stopping = false
  let sent = 0
  const call = async () => {
    while (!stopping) {
      sent += 1
      const name = `Load${sent}`
      const answer = await post(`${url}/graphql`, operation(name, sent), { authorization: `Bearer ${token}` }).catch(
        () => null,
      )
      if (answer === null) return
      const codes = (answer.body.errors ?? []).map((error) => String(error.extensions.code))
      answered.set(name, { requestId: answer.headers.get('mandate-request-id') ?? '', status: answer.status, codes })
    }
  }
  const ended = Promise.all(Array.from({ length: callers }, call)).then(() => undefined)
  return {
    answered,
    ended,
    async reached(count) {
      while (answered.size < count) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async stop() {
      stopping = true
      await ended
    },
  }
}

/** A read and, every third time, a mutation: a note that somebody looked at the account. */
export function mixedOperation(name: string, number: number): { query: string; variables?: object } {
  if (number % 3 !== 0) return { query: `query ${name} { account(id: "acc-0001") { name tier ownerId } }` }
  return {
    query: `mutation ${name}($input: CreateActivityInput!) { createActivity(input: $input) { activity { id } } }`,
    variables: {
      input: { idempotencyKey: `${name}-${crypto.randomUUID()}`, type: 'TASK', subject: name, whatId: 'acc-0001' },
    },
  }
}
