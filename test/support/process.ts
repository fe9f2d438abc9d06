/** A gateway as its users run it: a process of its own, started from these sources, spoken to over HTTP. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { printToken } from '../../cli/token.ts'
import { realWorld } from '../../lib/world.ts'
import { noise } from './noise.ts'

export const repository = path.resolve(import.meta.dirname, '..', '..')

export interface GraphQLAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly body: {
    readonly data?: Record<string, any> | null
    readonly errors?: readonly { message: string; path?: (string | number)[]; extensions: Record<string, any> }[]
  }
}

export interface GatewayProcess extends AsyncDisposable {
  readonly url: string
  readonly folder: string
  readonly child: ChildProcess
  /** Milliseconds from spawn to ready. */
  readonly startedInMs: number
  /** Everything it wrote so far. */
  output(): string
  token(identity: string): Promise<string>
  /** Sends one operation; `as` is an identity (its token is fetched once) or null for none. */
  graphql(
    as: string | null,
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<GraphQLAnswer>
  /** Runs `mandate …` against this gateway's data. */
  mandate(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>
  /** Sends a signal and waits for the end; gives the exit code, null when the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The data folder; without it a new one, removed at the end. */
  readonly folder?: string
  readonly port?: number
  /** What `mandate.yaml` says. */
  readonly settings?: string
  /** Where the sources are, for a test that edits them. */
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** Starts a gateway and waits until it is ready. */
export async function startGateway(options: StartOptions = {}): Promise<GatewayProcess> {
  const { cwd = repository, timeoutMs = 60_000 } = options
  const port = options.port ?? (await freePort())
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), 'mandate-e2e-')))
  const url = `http://localhost:${port}`
  const config = path.join(folder, `settings-${port}.yaml`)
  if (options.settings !== undefined) await writeFile(config, options.settings)
  const env = {
    ...cleanEnvironment(),
    PORT: String(port),
    MANDATE_DATA: folder,
    ...(options.settings === undefined ? {} : { MANDATE_CONFIG: config }),
    ...options.env,
  }
  const startedMs = performance.now()
  const child = spawn(process.execPath, ['gateway/main.ts'], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  await waitUntilReady(url, child, timeoutMs * noise(), () => output)
  const startedInMs = performance.now() - startedMs
  const tokens = new Map<string, Promise<string>>()

  const mandate = (...args: string[]) => run(process.execPath, ['cli/main.ts', ...args], { cwd, env })
  const token = async (identity: string) => {
    let printed = ''
    const write = (text: string) => void (printed += text)
    await printToken({ identity, url, dataFolder: folder }, { env, fetch, world: realWorld, write })
    return printed.trim()
  }
  const stop = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return exited
  }
  return {
    url,
    folder,
    child,
    startedInMs,
    output: () => output,
    token,
    mandate,
    stop,
    async graphql(as, query, variables = {}, headers = {}) {
      if (as !== null && !tokens.has(as)) tokens.set(as, token(as))
      const authorization = as === null ? {} : { authorization: `Bearer ${await tokens.get(as)}` }
      return post(`${url}/graphql`, { query, variables }, { ...authorization, ...headers })
    },
    async [Symbol.asyncDispose]() {
      await stop()
      if (!options.folder) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Starts a gateway that is expected to end by itself; gives its exit code and all that it wrote. */
export async function runGateway({ env = {}, folder, port, cwd = repository }: StartOptions) {
  const own = { PORT: String(port ?? (await freePort())), ...(folder === undefined ? {} : { MANDATE_DATA: folder }) }
  const child = spawn(process.execPath, [path.join(repository, 'gateway/main.ts')], {
    cwd,
    env: { ...cleanEnvironment(), ...own, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const late = setTimeout(() => child.kill('SIGKILL'), 60_000)
  const [code] = (await once(child, 'close')) as [number | null]
  clearTimeout(late)
  return { code, output }
}

/** Posts a GraphQL request and reads the answer. */
export async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<GraphQLAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as GraphQLAnswer['body'] }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The environment without what would point a gateway at other data. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _1, REDIS_URL: _2, NODE_ENV: _3, VITEST: _4, ...rest } = process.env
  const { MANDATE_DATA: _5, PORT: _6, MANDATE_CONFIG: _7, ...env } = rest
  return { ...env, LOG_LEVEL: 'warn' }
}

/** Runs a command to its end. */
export async function run(command: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 })
    return { code: 0, stdout, stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, stdout, stderr }
  }
}

async function waitUntilReady(url: string, child: ChildProcess, timeoutMs: number, output: () => string) {
  const until = Date.now() + timeoutMs
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`The gateway ended with code ${child.exitCode}:\n${output()}`)
    const ready = await fetch(`${url}/health/ready`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  child.kill('SIGKILL')
  throw new Error(`The gateway was not ready within ${timeoutMs} ms:\n${output()}`)
}
