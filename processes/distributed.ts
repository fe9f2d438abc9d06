/**
 * `npm run start:distributed`: the supervisor. It starts the issuer, each subgraph and two gateways as processes of their own,
 * waits until all are ready, starts again what dies, and stops all in the order in which nobody loses an answer.
 */
import path from 'node:path'
import { type Config, ConfigError, readConfig } from '../gateway/config.ts'
import { demoIdentities } from '../gateway/identity/demo-identities.ts'
import { assertDevelopmentOnly } from '../gateway/identity/open-identity.ts'
import { StartError } from '../gateway/start-error.ts'
import { welcome } from '../gateway/welcome.ts'
import { readPolicyFiles } from '../policies/engine/policy-files.ts'
import { subgraphNames } from '../subgraphs/index.ts'
import { type Child, seconds, startChild } from './child.ts'
import { shareCompiled } from './compiled.ts'
import { assertPortsFree } from './free-ports.ts'
import { requireServers } from './open-storage.ts'
import { type PlannedProcess, planProcesses } from './plan.ts'

/** The longest that all may take to be ready. */
const startLimitMs = 120_000

const say = (text: string) => process.stdout.write(`  ${text}\n`)
let children: readonly Child[] = []
let stopping: Promise<never> | null = null

await main()

async function main(): Promise<void> {
  try {
    const config = readConfig({ env: process.env, folder: process.cwd() })
    requireServers(config)
    assertDevelopmentOnly({ config, address: `http://localhost:${config.server.port}` })
    stopOnSignal(config)
    await start(config)
  } catch (error) {
    if (!(error instanceof StartError || error instanceof ConfigError)) throw error
    process.stderr.write(`\n${error.message}\n\n`)
    process.exitCode = 1
  }
}

async function start(config: Config): Promise<void> {
  const planned = planProcesses(config, subgraphNames)
  await assertPortsFree(planned, config.server.host)
  say(`Starting ${planned.length} processes`)
  // What one process has compiled the others need not: a third of the work of a start is that.
  const compiled = shareCompiled(config.data, planned)
  children = planned.map((each) =>
    startChild({
      planned: each,
      env: { ...compiled(each.name), ...process.env },
      write: (line) => process.stdout.write(line),
      say,
    }),
  )
  const width = Math.max(...planned.map(({ name }) => name.length))
  try {
    await Promise.all(
      children.map(async (child) => {
        await child.started(startLimitMs)
        if (stopping) return
        const { name, address } = child.planned
        say(`${name.padEnd(width)}  pid ${String(child.pid()).padEnd(7)}  ${address}  ${seconds(0)} s`)
      }),
    )
  } catch (error) {
    // What was wrong stands above, in the words of the process itself.
    process.stderr.write(`\nNot everything could be started: ${error instanceof Error ? error.message : ''}\n\n`)
    await stopAll(config, 1)
  }
  if (stopping) return
  process.stdout.write(welcome(aboutOf(config, planned), config))
}

function aboutOf(config: Config, planned: readonly PlannedProcess[]): Parameters<typeof welcome>[0] {
  return {
    title: `Mandate in ${planned.length} processes`,
    addresses: planned.filter(({ kind }) => kind === 'gateway').map(({ address }) => address),
    subgraphs: subgraphNames,
    policyRevision: readPolicyFiles(path.resolve(import.meta.dirname, '..', 'policies')).revision,
    database: 'postgres',
    cache: 'redis',
    identities: config.identity.developmentIssuer ? demoIdentities : [],
    seconds: performance.now() / 1000,
  }
}

function stopOnSignal(config: Config): void {
  const stop = () => {
    if (stopping) {
      // Asked twice: whoever waits has no time.
      for (const child of children) child.kill()
      process.exit(1)
    }
    void stopAll(config, 0)
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  process.on('SIGHUP', stop)
  // A terminal or a pipe that is gone must not keep the others from being stopped.
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
}

/** Gateways first, so that their running requests still find the systems; the issuer last. Ends this process. */
function stopAll(config: Config, code: number): Promise<never> {
  stopping ??= stopInOrder(config, code)
  return stopping
}

async function stopInOrder({ timeouts }: Config, code: number): Promise<never> {
  say('Stopping')
  let allWell = true
  for (const kind of ['gateway', 'subgraph', 'issuer'] as const) {
    const ofKind = children.filter(({ planned }) => planned.kind === kind)
    const ended = await Promise.all(ofKind.map((child) => child.stop(timeouts.shutdownMs + 1_000)))
    allWell &&= ended.every(Boolean)
  }
  say(allWell ? 'Stopped' : 'Stopped; not every process ended well')
  process.exit(code === 0 && !allWell ? 1 : code)
}
