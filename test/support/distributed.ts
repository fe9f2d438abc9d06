/** A system in many processes as `npm run start:distributed` starts it, on a PostgreSQL database and a Redis of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createDatabaseUrl } from './databases.ts'
import { noise } from './noise.ts'
import { startRedisServer } from './redis-server.ts'
import {
  type GatewayProcess,
  type StartOptions,
  callerOf,
  cleanEnvironment,
  compiledFolder,
  freePort,
  repository,
} from './spawned.ts'
import { companyTemplate } from './stack.ts'
import { until } from './until.ts'

export interface DistributedSystem extends AsyncDisposable {
  readonly folder: string
  readonly supervisor: ChildProcess
  /** The environment that its processes share. */
  readonly env: NodeJS.ProcessEnv
  /** Everything that all processes wrote so far. */
  output(): string
  /** The process with this name now, by what the supervisor says. */
  pid(name: string): number
  /** Where it answers, without a path. */
  address(name: string): string
  /** The gateway with this number, from 1. */
  gateway(number: number): GatewayProcess
  /** Sends a signal to the supervisor and waits for its end; by force, the gateways are killed with it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

const running = new Map<string, DistributedSystem>()
const databases = new Map<string, { readonly url: string; readonly drop: () => Promise<void> }>()

/**
 * A gateway of a distributed system. A second one on the folder of a system that runs is that system's second gateway, which
 * is what a second gateway is here; its settings and its port are those of the system.
 */
export async function startDistributedGateway(options: StartOptions): Promise<GatewayProcess> {
  const known = options.folder === undefined ? undefined : running.get(options.folder)
  if (known)
    return { ...known.gateway(2), stop: () => Promise.resolve(0), [Symbol.asyncDispose]: () => Promise.resolve() }
  const system = await startDistributed(options)
  return { ...system.gateway(1), [Symbol.asyncDispose]: () => system[Symbol.asyncDispose]() }
}

/** Starts a whole system and waits until it is ready. */
export async function startDistributed(options: StartOptions = {}): Promise<DistributedSystem> {
  const { cwd = repository, timeoutMs = 120_000 } = options
  await using opened = new AsyncDisposableStack()
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'mandate-e2e-')))
  if (!options.folder) opened.defer(() => rm(folder, { recursive: true, force: true }))
  const config = path.join(folder, 'settings.yaml')
  await writeFile(config, options.settings ?? '')
  // The supervisor decides who of its processes writes there.
  await mkdir(compiledFolder, { recursive: true })
  const compiled = path.join(folder, 'compiled')
  if (!existsSync(compiled)) await symlink(compiledFolder, compiled)
  const { NODE_COMPILE_CACHE: _, ...clean } = cleanEnvironment()
  const port = await freeBlock()
  const env: NodeJS.ProcessEnv = {
    ...clean,
    PORT: String(port),
    MANDATE_DATA: folder,
    MANDATE_CONFIG: config,
    ...options.env,
  }
  if (env['DATABASE_URL'] === undefined) {
    const database = databases.get(folder) ?? (await createDatabaseUrl(companyTemplate))
    databases.set(folder, database)
    env['DATABASE_URL'] = database.url
    opened.defer(() => database.drop())
  }
  if (env['REDIS_URL'] === undefined) {
    const redisPort = await freePort()
    opened.use(await startRedisServer(redisPort))
    env['REDIS_URL'] = `redis://127.0.0.1:${redisPort}`
  }

  const startedMs = performance.now()
  const supervisor = spawn(process.execPath, ['processes/distributed.ts'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [supervisor.stdout, supervisor.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  }
  const exited = new Promise<number | null>((resolve) => supervisor.once('exit', (code) => resolve(code)))
  opened.defer(async () => {
    await stop()
  })
  await until(() => {
    if (supervisor.exitCode !== null) throw new Error(`The supervisor ended with ${supervisor.exitCode}:\n${output}`)
    return output.includes('is ready (')
  }, timeoutMs * noise()).catch((error: unknown) => {
    throw new Error(`The system did not start:\n${output}`, { cause: error })
  })
  const startedInMs = performance.now() - startedMs

  const isGateway = (name: string) => name.startsWith('gateway-')
  /** Pids by name, the newest of each. */
  const pids = () =>
    new Map(
      [...output.matchAll(/^ {2}(\S+) +(?:is back \()?pid (\d+)/gmu)].map(([, name = '', pid]) => [name, Number(pid)]),
    )
  const pid = (name: string) => {
    const found = pids().get(name)
    if (found === undefined) throw new Error(`There is no process ${name}:\n${output}`)
    return found
  }
  const address = (name: string) => new RegExp(String.raw`^ {2}${name} +pid \d+ +(\S+)`, 'mu').exec(output)?.[1] ?? ''

  async function stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (supervisor.exitCode === null && supervisor.signalCode === null) {
      supervisor.kill(signal)
      if (signal === 'SIGKILL') {
        for (const [name, each] of pids()) if (isGateway(name)) killIfThere(each)
      }
    }
    const code = await exited
    running.delete(folder)
    await until(() => ![...pids().values()].some(lives), 30_000 * noise())
    return code
  }

  const system: DistributedSystem = {
    folder,
    supervisor,
    env,
    output: () => output,
    pid,
    address,
    stop,
    gateway(number) {
      const name = `gateway-${number}`
      const url = address(name)
      const itsEnv = { ...env, PORT: new URL(url).port }
      return {
        url,
        folder,
        child: supervisor,
        startedInMs,
        output: () => linesOf(output, name),
        ...callerOf({ url, folder, cwd, env: itsEnv }),
        stop,
        [Symbol.asyncDispose]: () => Promise.resolve(),
      }
    },
    async [Symbol.asyncDispose]() {
      await resources.disposeAsync()
    },
  }
  const resources = opened.move()
  running.set(folder, system)
  return system
}

/** What one process wrote, and the supervisor: without the names in front, and without the lines of the others. */
function linesOf(output: string, name: string): string {
  const own = `${name} | `
  return output
    .split('\n')
    .filter((line) => line.startsWith(own) || !/^[\w-]+ \| /u.test(line))
    .map((line) => (line.startsWith(own) ? line.slice(own.length) : line))
    .join('\n')
}

/** Whether a process with this pid is there. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function killIfThere(pid: number): void {
  if (lives(pid)) process.kill(pid, 'SIGKILL')
}

/** A port such that it and those that the supervisor counts from it are free; below those that outgoing connections take. */
async function freeBlock(): Promise<number> {
  for (;;) {
    const base = 10_000 + Math.floor(Math.random() * 22_000)
    const needed = [0, 1, 10, ...Array.from({ length: 20 }, (_, n) => 101 + n)].map((offset) => base + offset)
    const free = await Promise.all(needed.map(isFree))
    if (free.every(Boolean)) return base
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
