/** What the benchmark asks: one support agent's question over three systems, as identical and as distinct requests. */

const selection = `{
    id name industry tier ownerId
    incidents(first: 5) { id number state priority shortDescription }
    invoices(first: 5) { id number status dueDate }
    contacts(first: 5) { id firstName lastName title }
  }`

/** The names of accounts that the demo company has. */
const accountIds = Array.from({ length: 100 }, (_, n) => `acc-${String(n + 1).padStart(4, '0')}`)

export interface Workload {
  readonly name: string
  readonly description: string
  /** The body of the n-th request. */
  readonly body: (n: number) => string
}

const account = (n: number) => accountIds[n % accountIds.length] ?? 'acc-0001'

export const workloads: readonly Workload[] = [
  {
    name: 'identical',
    description: 'the same text and the same variables each time',
    body: () =>
      JSON.stringify({
        query: `query Account($id: ID!) { account(id: $id) ${selection} }`,
        variables: { id: account(0) },
      }),
  },
  {
    name: 'distinct variables',
    description: 'the same text, another account each time',
    body: (n) =>
      JSON.stringify({
        query: `query Account($id: ID!) { account(id: $id) ${selection} }`,
        variables: { id: account(n) },
      }),
  },
  {
    name: 'distinct texts',
    description: 'a text that was never sent before each time: nothing can be cached by it',
    body: (n) => JSON.stringify({ query: `query Account${n} { account(id: "${account(n)}") ${selection} }` }),
  },
]
