/** The kit against the whole gateway: tokens by the agent's key, the loop over tasks of real runs, an act that people approve. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { JWK } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  Business,
  clientCredentials,
  createMandateClient,
  type Handler,
  type MandateClient,
  NeedsInput,
  type WorkEvent,
  workOn,
} from '../../../../clients/typescript/index.ts'
import { type Stack, type StackAnswer, startStack } from '../../../support/stack.ts'

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ workflows: 'on' })
  for (const definition of [ordinary, finance]) {
    const { publishWorkflow } = await as('omar.haddad', 'publishWorkflow', 'PublishWorkflowInput', {
      definition: JSON.stringify(definition),
    })
    expect(publishWorkflow.problems).toEqual([])
  }
})
afterAll(() => stack[Symbol.asyncDispose]())

const agentTask = (role: string, more: object) => ({
  type: 'agentTask',
  title: 'Do it',
  role,
  leaseSeconds: 5,
  retry: { max: 3, backoff: 'PT0S' },
  next: 'done',
  ...more,
})
const ordinary = {
  key: 'kit-ordinary',
  title: 'A task for an agent',
  owner: 'account-manager',
  input: { type: 'object', properties: { text: { type: 'string' } } },
  start: 'work',
  nodes: {
    work: agentTask('support-agent', {
      input: { text: '= input.text' },
      result: { type: 'object', required: ['echo'], properties: { echo: { type: 'string' } } },
      output: { echo: '= result.echo' },
    }),
    done: { type: 'end', output: { echo: '= context.echo' } },
  },
}
const finance = {
  key: 'kit-finance',
  title: 'An act that people approve',
  owner: 'finance-controller',
  input: { type: 'object' },
  start: 'work',
  nodes: {
    work: agentTask('finance-agent', {
      input: { invoice: '= input.invoice' },
      output: { status: '= result.status' },
    }),
    done: { type: 'end', output: { status: '= context.status' } },
  },
}

const selections: Readonly<Record<string, string>> = {
  publishWorkflow: 'problems { message mend }',
  startRun: 'run { id }',
  answerTask: 'task { state }',
  approveRequest: 'approval { status }',
}

async function as(who: string, field: string, type: string, input: object): Promise<Record<string, any>> {
  const text = `mutation ($input: ${type}!) { ${field}(input: $input) { ${selections[field] ?? ''} } }`
  const answer = await stack.graphql(who, text, { input: { idempotencyKey: crypto.randomUUID(), ...input } })
  return dataOf(answer)
}

function dataOf({ data, text }: StackAnswer): Record<string, any> {
  if (!data) throw new Error(text)
  return data
}

async function begin(who: string, workflow: string, input: object): Promise<string> {
  const { startRun } = await as(who, 'startRun', 'StartRunInput', { workflow, input: JSON.stringify(input) })
  return startRun.run.id as string
}

/** The answer to a question, once it is what is waited for. */
async function until(who: string, query: string, isIt: (data: Record<string, any>) => boolean) {
  for (let turn = 0; turn < 150; turn += 1) {
    const data = dataOf(await stack.graphql(who, query))
    if (isIt(data)) return data
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`It did not happen: ${JSON.stringify(dataOf(await stack.graphql(who, query)))}`)
}

const bodyOf = (body: unknown) => (body instanceof URLSearchParams ? body.toString() : (body as string))

/** Requests for the address of the gateway go into it without a socket. */
const intoStack: typeof fetch = async (input, init = {}) => {
  const { href, host, pathname, search } = new URL(input instanceof Request ? input.url : input)
  expect(href.startsWith(stack.app.address)).toBe(true)
  const headers = Object.fromEntries(new Headers(init.headers))
  const form = init.body instanceof URLSearchParams ? { 'content-type': 'application/x-www-form-urlencoded' } : {}
  const payload = init.body == null ? {} : { payload: bodyOf(init.body) }
  const method = (init.method ?? 'GET') as 'GET' | 'POST'
  const sending = stack.app.server.inject({
    method,
    url: pathname + search,
    headers: { ...headers, ...form, host },
    ...payload,
  })
  const gone = new Promise<never>((_resolve, reject) => {
    init.signal?.addEventListener('abort', () => {
      reject(init.signal?.reason as Error)
    })
  })
  const { statusCode: status, body, headers: told } = await Promise.race([sending, gone])
  return new Response(body, { status, headers: Object.entries(told).map(([name, value]) => [name, String(value)]) })
}

async function keyOf(name: string): Promise<JWK> {
  return JSON.parse(await readFile(path.join(stack.folder, 'identities', `${name}.jwk.json`), 'utf8')) as JWK
}

async function clientOf(name: string, bound: 'bearer' | 'bound' = 'bearer'): Promise<MandateClient> {
  const key = await keyOf(name)
  return createMandateClient({
    endpoint: `${stack.app.address}/graphql`,
    fetch: intoStack,
    tokenSource: clientCredentials({
      issuer: stack.app.address,
      clientId: `agent:${name}`,
      key,
      fetch: intoStack,
      ...(bound === 'bound' ? { dpop: key } : {}),
    }),
  })
}

/** Works until the run has ended, or `enough` says so. */
async function work(name: string, handler: Handler, enough: () => Promise<unknown>): Promise<readonly WorkEvent[]> {
  const events: WorkEvent[] = []
  const stopping = new AbortController()
  const { signal } = stopping
  const onEvent = (event: WorkEvent) => void events.push(event)
  const looping = workOn(await clientOf(name), { role: name, handler, signal, onEvent, waitSeconds: 2, pauseMs: 50 })
  try {
    await Promise.race([enough(), looping])
  } finally {
    stopping.abort()
    await looping
  }
  return events
}

const kindsOf = (events: readonly WorkEvent[]) => events.map(({ kind }) => kind)
const runEnds = (who: string, run: string) => () =>
  until(who, `{ run(id: "${run}") { status output } }`, (data) => data['run'].status === 'COMPLETED')

test('the key of the agent is enough, with a bearer token and with one that is bound', async () => {
  for (const bound of ['bearer', 'bound'] as const) {
    const { me } = await (await clientOf('support-agent', bound)).query<{ me: { id: string } }>('{ me { id } }')
    expect(me.id).toBe('agent:support-agent')
  }
})

test('a task is done, and its run goes on', async () => {
  const run = await begin('support-agent', 'kit-ordinary', { text: 'Hello' })
  let task: string | null = null
  const events = await work(
    'support-agent',
    async ({ input, client }) => {
      const { me } = await client.query<{ me: { task: string } }>('{ me { task } }')
      task = me.task
      return { echo: (input as { text: string }).text }
    },
    runEnds('support-agent', run),
  )
  expect(kindsOf(events)).toEqual(['claimed', 'begun', 'completed'])
  expect(task).toBe(`workflow:kit-ordinary:${run}`)
})

test('work that takes longer than the lease is kept', async () => {
  const run = await begin('support-agent', 'kit-ordinary', { text: 'Slow' })
  const handler: Handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 6_500))
    return { echo: 'done' }
  }
  const events = await work('support-agent', handler, runEnds('support-agent', run))
  expect(kindsOf(events)).toEqual(['claimed', 'begun', 'completed'])
})

test('an attempt that fails is made again, a wrong result too, and then with the same keys', async () => {
  const run = await begin('support-agent', 'kit-ordinary', { text: 'Again' })
  const keys = new Set<string>()
  const handler: Handler = ({ task, key }) => {
    keys.add(key('act'))
    if (task.attempt === 1) throw new Error('Not now.')
    return task.attempt === 2 ? { wrong: true } : { echo: task.lastError?.code ?? '' }
  }
  const events = await work('support-agent', handler, runEnds('support-agent', run))
  const failed = events.filter((event) => event.kind === 'failed').map((event) => `${event.class} ${event.code}`)
  expect(failed).toEqual(['RETRYABLE AGENT_FAILED', 'RETRYABLE RESULT_INVALID'])
  expect(keys.size).toBe(1)
  const { run: ended } = dataOf(await stack.graphql('support-agent', `{ run(id: "${run}") { output } }`))
  expect(JSON.parse(ended.output)).toEqual({ echo: 'RESULT_INVALID' })
})

test('a question parks the task, and its answer brings it back', async () => {
  const run = await begin('support-agent', 'kit-ordinary', { text: 'Ask' })
  const events = await work(
    'support-agent',
    ({ answer }) => {
      if (answer === null) throw new NeedsInput('Which word?')
      return { echo: (answer as { word: string }).word }
    },
    async () => {
      const task = `${run}:work`
      const asked = `{ task(id: "${task}") { state question { text } } }`
      await until('maria.keller', asked, (data) => data['task']?.state === 'INPUT_REQUIRED')
      await as('maria.keller', 'answerTask', 'AnswerTaskInput', { task, answer: '{"word":"lighthouse"}' })
      const { run: ended } = await runEnds('support-agent', run)()
      expect(JSON.parse(ended.output)).toEqual({ echo: 'lighthouse' })
    },
  )
  expect(kindsOf(events)).toEqual(['claimed', 'begun', 'input-requested', 'claimed', 'begun', 'completed'])
})

test('what is held when the loop stops is given back', async () => {
  const run = await begin('support-agent', 'kit-ordinary', { text: 'Stop' })
  const stopping = new AbortController()
  const events: WorkEvent[] = []
  await workOn(await clientOf('support-agent'), {
    role: 'support-agent',
    signal: stopping.signal,
    finishWithinMs: 0,
    onEvent: (event) => void events.push(event),
    handler: async ({ signal }) => {
      stopping.abort()
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error)
        })
      })
    },
  })
  expect(kindsOf(events)).toEqual(['claimed', 'begun', 'released'])
  const { task } = dataOf(await stack.graphql('support-agent', `{ task(id: "${run}:work") { state holder } }`))
  expect(task).toEqual({ state: 'READY', holder: null })
  await work('support-agent', () => ({ echo: 'later' }), runEnds('support-agent', run))
})

const approveInvoice = `mutation ApproveInvoice($input: ApproveInvoiceInput!) {
  approveInvoice(input: $input) { invoice { id status } }
}`

test('an act that people have to approve parks the task; they approve, and it goes on with what came of it', async () => {
  const query = `{ invoices(first: 1, filter: {
    direction: PURCHASE, statuses: [MATCHED], grossTotal: { gte: "5000.01", lte: "50000" }
  }) { nodes { id version grossTotal } } }`
  const { invoices } = dataOf(await stack.graphql('finance-agent', query))
  const [invoice] = invoices.nodes
  const run = await begin('jonas.weber', 'kit-finance', { invoice })
  const events = await work(
    'finance-agent',
    async ({ input, client, key }) => {
      const { id, version, grossTotal } = (input as { invoice: Record<string, unknown> }).invoice
      const act = { id, expectedVersion: version, grossTotal, idempotencyKey: key('approve') }
      const { approveInvoice: done } = await client.mutate<any>(approveInvoice, { input: act })
      if (done.invoice.status !== 'APPROVED') throw new Business(`It is ${String(done.invoice.status)}.`)
      return { status: done.invoice.status }
    },
    async () => {
      const asked = `{ approvals(view: TO_DECIDE) { nodes { id version previewHash task } } }`
      const isOurs = ({ task }: { task: string }) => task === `workflow:kit-finance:${run}`
      const { approvals } = await until('jonas.weber', asked, (data) => data['approvals'].nodes.some(isOurs))
      const { id, version, previewHash } = approvals.nodes.find(isOurs)
      const parked = `{ task(id: "${run}:work") { state } }`
      await until('jonas.weber', parked, ({ task }) => task.state === 'APPROVAL_REQUIRED')
      const vote = { id, expectedVersion: version, expectedPreviewHash: previewHash }
      await as('jonas.weber', 'approveRequest', 'ApproveRequestInput', vote)
      const { run: ended } = await runEnds('jonas.weber', run)()
      expect(JSON.parse(ended.output)).toEqual({ status: 'APPROVED' })
    },
  )
  expect(kindsOf(events)).toEqual(['claimed', 'begun', 'approval-awaited', 'claimed', 'begun', 'completed'])
  // It happened once.
  const { invoice: now } = dataOf(await stack.graphql('finance-agent', `{ invoice(id: "${invoice.id}") { version } }`))
  expect(now.version).toBe(Number(invoice.version) + 1)
})
