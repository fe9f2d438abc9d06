/**
 * Finds the gateway that the demo talks to: the one that runs, or one of its own, in a process of its own, with a data folder
 * that is gone afterwards.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'

const readiness = z.object({ ready: z.boolean(), parts: z.record(z.string(), z.string()) })
const startLimitMs = 60_000

export interface Gateway extends AsyncDisposable {
  readonly url: string
  readonly dataFolder: string
  /** `running`: it was there before, and stays. `own`: it ends with the demo. */
  readonly kind: 'running' | 'own'
}

/** Whether a gateway answers at `url`; throws when one does and is not ready. */
export async function isRunning(url: string): Promise<boolean> {
  const state = await readReadiness(url)
  if (state === null || state.ready) return state !== null
  const parts = Object.entries(state.parts).filter(([, each]) => each !== 'ready')
  throw new Error(`The gateway at ${url} is not ready: ${parts.map(([name]) => name).join(', ')}. Look at its log.`)
}

export interface StartOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
  /** Its `mandate.yaml`, where it needs one. */
  readonly settings?: string
  /** Told every now and then while it starts, with the seconds since the beginning. */
  readonly onWait: (seconds: number) => void
}

/** Starts a gateway of the demo's own and waits until it is ready. */
export async function startOwnGateway({ env, signal, settings, onWait }: StartOptions): Promise<Gateway> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-demo-'))
  await using opened = new AsyncDisposableStack()
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  if (settings !== undefined) await writeFile(path.join(folder, 'mandate.yaml'), settings)
  const port = await freePort()
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '..', 'gateway', 'main.ts')], {
    // Started in its own folder: settings and data of the place where the demo runs are not the demo's.
    cwd: folder,
    env: ownEnvironment(env, port, folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  opened.defer(() => stop(child))
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output = `${output}${chunk.toString()}`.slice(-4_000)
    })
  }
  const url = `http://localhost:${port}`
  const startedMs = performance.now()
  for (;;) {
    const waitedMs = performance.now() - startedMs
    onWait(Math.floor(waitedMs / 1000))
    if ((await readReadiness(url))?.ready) break
    if (hasEnded(child) || waitedMs > startLimitMs) throw new Error(`The gateway did not start.\n${output.trim()}`)
    await delay(100, undefined, { signal })
  }
  const resources = opened.move()
  return { url, dataFolder: folder, kind: 'own', [Symbol.asyncDispose]: () => resources.disposeAsync() }
}

function ownEnvironment(env: StartOptions['env'], port: number, folder: string): NodeJS.ProcessEnv {
  const {
    DATABASE_URL: _1,
    REDIS_URL: _2,
    NODE_ENV: _3,
    MANDATE_CONFIG: _4,
    MANDATE_PUBLIC_URL: _5,
    HOST: _6,
    ...kept
  } = env
  return { ...kept, PORT: String(port), MANDATE_DATA: folder, LOG_LEVEL: 'warn' }
}

async function readReadiness(url: string): Promise<z.infer<typeof readiness> | null> {
  try {
    const response = await fetch(new URL('/health/ready', url), {
      redirect: 'error',
      signal: AbortSignal.timeout(3_000),
    })
    return readiness.safeParse(await response.json()).data ?? null
  } catch {
    return null
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(late)
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
