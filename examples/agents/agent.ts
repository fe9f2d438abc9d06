/**
 * An agent as an ordinary process outside of Mandate: it reads its own key, gets its own tokens, and knows nothing but the GraphQL
 * endpoint. It takes the tasks of its roles and does them by its scripts; what happens goes to standard output, one JSON line each.
 *
 *   node examples/agents/agent.ts support-agent --url http://localhost:4000 --data .mandate
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { JWK } from 'jose'
import {
  clientCredentials,
  createMandateClient,
  type Handler,
  MandateError,
  type Task,
  type TaskContext,
  type WorkEvent,
  workOn,
} from '../../clients/typescript/index.ts'
import type { AgentEvent, AgentLine } from './agent-line.ts'
import { type FaultName, faultNames, inject } from './faults.ts'
import { scripts } from './handlers/scripts.ts'
import { takeTime } from './take-time.ts'

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
// Whoever read the lines is gone: nobody would hear of its work any more.
process.stdout.on('error', () => process.exit(1))

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  process.stdin.destroy()
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://localhost:4000' },
      issuer: { type: 'string' },
      data: { type: 'string', default: '.mandate' },
      /** How long it takes at least for a task, so that people can watch. */
      pace: { type: 'string', default: '0' },
      fail: { type: 'string', multiple: true, default: [] },
      /** It ends when its standard input does: with the process that started it. */
      attached: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const [identity] = positionals
  if (identity === undefined) throw new Error('Say who it is: node examples/agents/agent.ts support-agent')
  const { url, issuer = url, data, pace, fail, attached } = values
  if (attached) process.stdin.resume().once('end', () => stop.abort())

  const key = JSON.parse(await readFile(path.join(data, 'identities', `${identity}.jwk.json`), 'utf8')) as JWK
  const client = createMandateClient({
    endpoint: new URL('/graphql', url),
    tokenSource: clientCredentials({ issuer, clientId: `agent:${identity}`, key }),
  })
  const { me } = await client.query<{ me: { roles: readonly string[] } }>('query WhoAmI { me { roles } }')
  const work = fail.map(readFault).reduce<Handler>((inner, fault) => inject(fault, inner), doByScript)
  const handler: Handler = async (context) => {
    await takeTime(Number(pace), context.signal)
    return await work(context)
  }
  write('ready', null, me.roles.join(', '))
  const { signal } = stop
  // A claim that waits is waited for when the agent has to stop, so it waits for a short time only.
  const options = { handler, signal, waitSeconds: 2, finishWithinMs: 2_500, pauseMs: 250, onEvent: tell }
  await Promise.all(me.roles.map((role) => workOn(client, { role, ...options })))
}

/** Does what its script says of a task of this kind. */
function doByScript(context: TaskContext): unknown {
  const { node } = context.task
  const script = scripts[node]
  if (script === undefined) throw new Error(`There is no script for ${node}.`)
  return script.work(context)
}

function readFault(name: string): FaultName {
  const known = faultNames.find((each) => each === name)
  if (known === undefined) throw new Error(`There is no fault \`${name}\`. Choose from ${faultNames.join(', ')}.`)
  return known
}

function tell(event: WorkEvent): void {
  switch (event.kind) {
    case 'claimed':
      write('claimed', event.task)
      return
    case 'completed':
      write('done', event.task)
      return
    case 'failed':
      write('failed', event.task, `${event.code}: ${event.message}`)
      return
    case 'said':
      write('said', event.task, event.message)
      return
    case 'handed-off':
    case 'escalated':
      write('handed-off', event.task)
      return
    case 'released':
      write('given-back', event.task)
      return
    case 'input-requested':
      write('said', event.task, event.question)
      return
    case 'approval-awaited':
      write('said', event.task, `waits for the approval ${event.approval}`)
      return
    case 'lease-lost':
      write('lease-lost', event.task, reasonOf(event.error))
      return
    case 'heartbeat-failed':
    case 'begin-failed':
    case 'settle-failed':
      write('trouble', event.task, reasonOf(event.error))
      return
    case 'claim-failed':
      write('trouble', null, reasonOf(event.error))
      return
    case 'begun':
  }
}

function write(event: AgentEvent, task: Task | null, text = ''): void {
  const { id = null, run = null, node = null, title = null, attempt = null } = task ?? {}
  const line: AgentLine = { at: new Date().toISOString(), event, task: id, run, node, title, attempt, text }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

function reasonOf(error: unknown): string {
  if (error instanceof MandateError) return `${error.code}: ${error.message}`
  return error instanceof Error ? error.message : String(error)
}
