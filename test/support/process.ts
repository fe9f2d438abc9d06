/** A gateway as its users run it: a process of its own, started from these sources, spoken to over HTTP. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDatabase } from '../../storage/database.ts'
import { embeddedTemplate } from './databases.ts'
import { startDistributedGateway } from './distributed.ts'
import { noise } from './noise.ts'
import { type GatewayProcess, type StartOptions, callerOf, cleanEnvironment, freePort, repository } from './spawned.ts'
import { companyTemplate } from './stack.ts'

export {
  type GatewayProcess,
  type GraphQLAnswer,
  cleanEnvironment,
  freePort,
  post,
  repository,
  run,
} from './spawned.ts'

/**
 * Starts a gateway and waits until it is ready: one process, or with `MANDATE_E2E=distributed` one of the two gateways of a
 * system in many processes.
 */
export async function startGateway(options: StartOptions = {}): Promise<GatewayProcess> {
  if (process.env['MANDATE_E2E'] === 'distributed') return startDistributedGateway(options)
  const { cwd = repository, timeoutMs = 60_000, data = 'company' } = options
  const port = options.port ?? (await freePort())
  const embedded = options.env?.['DATABASE_URL'] === undefined
  const folder = options.folder ?? (await (embedded && data === 'company' ? companyFolder() : emptyFolder()))
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
  const caller = callerOf({ url, folder, cwd, env })
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
    ...caller,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      if (!options.folder) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A new data folder with the demo company in its embedded database. */
export async function companyFolder(): Promise<string> {
  const folder = await emptyFolder()
  const template = await embeddedTemplate(companyTemplate)
  const database = await openDatabase({ kind: 'embedded', folder, template, migrations: 'leave' })
  await database.close()
  return folder
}

const emptyFolder = () => mkdtemp(path.join(tmpdir(), 'mandate-e2e-'))

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
