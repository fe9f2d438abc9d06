/** What tests of real processes start and speak with: requests, free ports, a clean environment, commands run to their end. */
import { type ChildProcess, execFile } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { printToken } from '../../cli/token.ts'
import { realWorld } from '../../lib/world.ts'

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
  /** What the embedded database of a new folder holds: the demo company, or nothing, so that the gateway makes it. */
  readonly data?: 'company' | 'none'
  readonly port?: number
  /** What `mandate.yaml` says. */
  readonly settings?: string
  /** Where the sources are, for a test that edits them. */
  readonly cwd?: string
  readonly timeoutMs?: number
}

/** How a caller speaks to the gateway at `url`, with the keys and the settings of `folder`. */
export function callerOf({
  url,
  folder,
  cwd,
  env,
}: Readonly<Record<'url' | 'folder' | 'cwd', string>> & { env: NodeJS.ProcessEnv }) {
  const tokens = new Map<string, Promise<string>>()
  const token: GatewayProcess['token'] = async (identity) => {
    let printed = ''
    const write = (text: string) => void (printed += text)
    await printToken({ identity, url, dataFolder: folder }, { env, fetch, world: realWorld, write })
    return printed.trim()
  }
  const mandate: GatewayProcess['mandate'] = (...args) => run(process.execPath, ['cli/main.ts', ...args], { cwd, env })
  const graphql: GatewayProcess['graphql'] = async (as, query, variables = {}, headers = {}) => {
    if (as !== null && !tokens.has(as)) tokens.set(as, token(as))
    const authorization = as === null ? {} : { authorization: `Bearer ${await tokens.get(as)}` }
    return post(`${url}/graphql`, { query, variables }, { ...authorization, ...headers })
  }
  return { token, mandate, graphql }
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

/** Where Node keeps what it has compiled, for all processes of all tests: a third of the work of a start is that. */
export const compiledFolder = path.join(tmpdir(), 'mandate-e2e-compiled')

/** The environment without what would point a gateway at other data. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const { DATABASE_URL: _1, REDIS_URL: _2, NODE_ENV: _3, VITEST: _4, ...rest } = process.env
  const { MANDATE_DATA: _5, PORT: _6, MANDATE_CONFIG: _7, ...env } = rest
  return { NODE_COMPILE_CACHE: path.join(compiledFolder, process.version), ...env, LOG_LEVEL: 'warn' }
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
