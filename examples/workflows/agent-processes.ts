/** The agents of the demo: each a process of its own, heard by the lines that it writes. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type AgentLine, agentLine } from '../agents/agent-line.ts'
import type { FaultName } from '../agents/faults.ts'

export interface AgentProcessOptions {
  /** What people see: `support-agent #2`. */
  readonly name: string
  readonly identity: string
  readonly url: string
  readonly issuer: string
  readonly dataFolder: string
  readonly paceMs: number
  readonly faults: readonly FaultName[]
  readonly onLine: (line: AgentLine) => void
  /** It was killed. */
  readonly onDeath: () => void
}

export interface AgentProcess extends AsyncDisposable {
  /** Resolves when it can work. */
  readonly ready: Promise<void>
  /** Rejects when it ends by itself and was not meant to. */
  readonly failed: Promise<never>
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const script = path.resolve(import.meta.dirname, '..', 'agents', 'agent.ts')
/** How long an agent may take to give back what it holds. */
const patienceMs = 5_000

/** Starts one. */
export function startAgent(options: AgentProcessOptions): AgentProcess {
  const { identity, url, issuer, dataFolder, paceMs, faults, name, onLine, onDeath } = options
  const flags = ['--url', url, '--issuer', issuer, '--data', dataFolder, '--pace', String(paceMs), '--attached']
  const child: Child = spawn(
    process.execPath,
    [script, identity, ...flags, ...faults.flatMap((each) => ['--fail', each])],
    // A group of its own: what interrupts the demo is told to it by the demo.
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  )
  const ready = Promise.withResolvers<undefined>()
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  ready.promise.catch(() => undefined)
  let complaint = ''
  let isStopping = false
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString()}`.slice(-2_000)
  })
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = readLine(text)
    if (line === null) return
    if (line.event === 'ready') ready.resolve(undefined)
    onLine(line)
  })
  child.once('error', failed.reject)
  child.once('close', (code, signal) => {
    if (isStopping) return
    if (signal === 'SIGKILL' && faults.includes('agent-dies')) {
      onDeath()
      return
    }
    const error = new Error(`The agent ${name} has ended (${signal ?? String(code)}). ${complaint.trim()}`)
    ready.reject(error)
    failed.reject(error)
  })
  return {
    ready: ready.promise,
    failed: failed.promise,
    async [Symbol.asyncDispose]() {
      isStopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), patienceMs)
      await ended
      clearTimeout(late)
    },
  }
}

/** A line as an agent writes it; null for any other. */
function readLine(text: string): AgentLine | null {
  try {
    return agentLine.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
