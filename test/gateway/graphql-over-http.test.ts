/** The GraphQL-over-HTTP specification, by the audits of graphql-http, against the whole product on a socket. */
import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Stack, startStack } from '../support/stack.ts'
import { listen } from '../support/wire.ts'

let stack: Stack
let url: string
let token: string
beforeAll(async () => {
  stack = await startStack()
  url = `http://127.0.0.1:${await listen(stack)}/graphql`
  token = await (stack.app.mint as NonNullable<typeof stack.app.mint>)('dev.patel')
})
afterAll(() => stack[Symbol.asyncDispose]())

/** Where we depart from what the specification recommends, and why. */
const preflight = 'a GET needs a header that forces a preflight, so that no other site can send one'
const status = 'a refusal has the status of the catalogue, whichever media type was asked for'
const departures: Readonly<Record<string, string>> = {
  '5A70': preflight,
  D6D5: preflight,
  '6A70': preflight,
  '572B': status,
  FDE2: status,
  '7B9B': status,
}

const audits = serverAudits({
  url: () => url,
  fetchFn: (input: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${token}`)
    return fetch(input, { ...init, headers })
  },
})

test.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (id, _name, audit) => {
  const result = await audit.fn()
  if (result.status === 'ok') {
    expect(departures).not.toHaveProperty([id])
    return
  }
  expect(result.status, result.reason).not.toBe('error')
  expect(departures, `${result.status}: ${result.reason}`).toHaveProperty([id])
})
