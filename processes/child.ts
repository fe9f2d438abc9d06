/**
 * One process under the supervisor: started, waited for, started again with growing pauses when it dies, and stopped. It runs in a
 * session of its own, so that a Ctrl-C reaches the supervisor alone, and ends by itself when the supervisor's pipe closes.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { PlannedProcess } from './plan.ts'

export interface ChildOptions {
  readonly planned: PlannedProcess
  readonly env: NodeJS.ProcessEnv
  /** Writes one line of the child's output, with its name in front. */
  readonly write: (line: string) => void
  /** Told of what happens to the child after its first start. */
  readonly say: (text: string) => void
  /** The pause before the first restart, in milliseconds; doubled up to {@link ChildOptions.maxPauseMs}. */
  readonly pauseMs?: number
  readonly maxPauseMs?: number
  /** A child that has lived for so long has recovered: the next pause is the first one again. */
  readonly recoveredMs?: number
}

export interface Child {
  readonly planned: PlannedProcess
  pid(): number | undefined
  /** Resolves when it answers that it is ready, for the first time; rejects when it ends before or takes too long. */
  started(timeoutMs: number): Promise<void>
  /** Ends it, by force after `limitMs`; gives whether it ended well. */
  stop(limitMs: number): Promise<boolean>
  /** Ends it at once. */
  kill(): void
}

/** Starts a process and keeps it running. */
export function startChild(options: ChildOptions): Child {
  const { planned, env, write, say, pauseMs = 500, maxPauseMs = 10_000, recoveredMs = 30_000 } = options
  let stopping = false
  let everReady = false
  let pause = pauseMs
  let timer: NodeJS.Timeout | undefined
  let process_ = launch()

  function launch(): ChildProcess {
    const startedMs = performance.now()
    const child = spawn(process.execPath, [...planned.command], {
      env: { ...env, ...planned.env },
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) forward(stream, planned.name, write)
    child.stdin.on('error', () => undefined)
    child.once('error', (error) => {
      say(`${planned.name} could not be started: ${error.message}`)
    })
    child.once('exit', (code, signal) => {
      if (stopping || !everReady) return
      if (performance.now() - startedMs > recoveredMs) pause = pauseMs
      say(`${planned.name} ended (${signal ?? `code ${code}`}); it is started again in ${pause / 1000} s`)
      timer = setTimeout(() => {
        process_ = launch()
        void tellWhenBack(process_)
      }, pause)
      pause = Math.min(pause * 2, maxPauseMs)
    })
    return child
  }

  async function tellWhenBack(child: ChildProcess): Promise<void> {
    const startedMs = performance.now()
    if (await isReady(child, planned.address, Infinity)) {
      say(`${planned.name} is back (pid ${child.pid ?? 0}, ${seconds(startedMs)} s)`)
    }
  }

  return {
    planned,
    pid: () => process_.pid,
    async started(timeoutMs) {
      everReady = await isReady(process_, planned.address, timeoutMs)
      if (everReady || stopping) return
      throw new Error(hasEnded(process_) ? `${planned.name} ended.` : `${planned.name} was not ready in time.`)
    },
    async stop(limitMs) {
      stopping = true
      clearTimeout(timer)
      const child = process_
      if (!hasEnded(child)) {
        const ended = once(child, 'exit')
        child.kill('SIGTERM')
        const late = setTimeout(() => child.kill('SIGKILL'), limitMs)
        await ended
        clearTimeout(late)
      }
      if (child.exitCode !== 0) say(`${planned.name} ended with ${child.signalCode ?? `code ${child.exitCode ?? ''}`}`)
      return child.exitCode === 0
    },
    kill() {
      stopping = true
      clearTimeout(timer)
      process_.kill('SIGKILL')
    },
  }
}

/** Seconds since a moment, with one decimal. */
export function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1000).toFixed(1)
}

/** Asks until the process says that it is ready; false when it has ended, or the time is over. */
async function isReady(child: ChildProcess, address: string, timeoutMs: number): Promise<boolean> {
  const until = performance.now() + timeoutMs
  while (performance.now() < until && !hasEnded(child)) {
    const ready = await fetch(`${address}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
      async (response) => {
        await response.body?.cancel()
        return response.ok
      },
      () => false,
    )
    // Somebody else may sit on the port: then the child has ended, or is about to.
    if (ready && !hasEnded(child)) return true
    await delay(100)
  }
  return false
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

function forward(stream: Readable, name: string, write: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
    if (line !== '') write(`${name} | ${line}\n`)
  })
}
