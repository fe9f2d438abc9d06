/** `mandate connector list | test`: which systems the subgraphs work on, whether they answer, and whether a mapping fits. */
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { readConfig, type Config } from '../gateway/config.ts'
import type { World } from '../lib/world.ts'
import { systemEntities } from '../subgraphs/index.ts'
import { silentObserver } from '../subgraphs/sources/http/connector-observer.ts'
import { readConnector } from '../subgraphs/sources/mapping/read-connector.ts'
import { openDriver, type OpenedDriver } from '../subgraphs/sources/open-connector.ts'
import { probeConnector } from '../subgraphs/sources/probe-connector.ts'
import { renderProbe } from './connector-output.ts'
import { table } from './table.ts'

/** The outside world of the commands. */
export interface ConnectorIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths start from. */
  readonly folder: string
  readonly world: World
  write(text: string): void
}

interface Flags {
  readonly json?: boolean
  readonly subgraph?: string
}

/** Longer than any connector may take for the few questions of a probe. */
const patienceMs = 120_000

/** Adds `connector` to the command line. */
export function addConnectorCommands(program: Command, io: ConnectorIo): void {
  const connector = program.command('connector').description('The systems that subgraphs work on by configuration.')

  connector
    .command('list')
    .description('List the connectors, and say whether their systems answer.')
    .option('--json', 'answer as JSON')
    .action(async ({ json }: Flags) => {
      const config = readConfig(io)
      const rows = await Promise.all(namesIn(config.connectors.folder).map((name) => lookAt(name, config, io)))
      if (json === true) io.write(`${JSON.stringify(rows, null, 2)}\n`)
      else if (rows.length === 0) {
        io.write(
          `There are no connector files in \`${config.connectors.folder}\`; docs/connectors.md says how to write one.\n`,
        )
      } else {
        const cells = rows.map((row) => [
          row.name,
          row.kind,
          row.subgraph ?? '-',
          row.ok ? 'well' : 'NOT WELL',
          `${row.milliseconds} ms`,
          row.detail,
        ])
        io.write(table(['connector', 'kind', 'subgraph', 'health', 'took', 'detail'], cells, 100))
      }
    })

  connector
    .command('test')
    .description('Read one record of each mapped entity, and say what does not fit and how to mend it.')
    .argument('<name>', 'the connector: its file without `.yaml`')
    .option(
      '--subgraph <name>',
      'the subgraph that it serves; left out: the one of mandate.yaml, or the one with these entities',
    )
    .option('--json', 'answer as JSON')
    .action(async (name: string, { json, subgraph }: Flags) => {
      const config = readConfig(io)
      await using opened = closing(open(name, subgraph, config, io))
      const probe = await probeConnector(opened.driver, AbortSignal.timeout(patienceMs))
      io.write(json === true ? `${JSON.stringify(probe, null, 2)}\n` : renderProbe(probe))
      if (!probe.ok)
        throw new Error(
          `The connector \`${name}\` is not fit for use yet; mend what is named above, then test it again.`,
        )
    })
}

/** One line of `connector list`. A file that cannot be used is a line too. */
async function lookAt(name: string, config: Config, io: ConnectorIo) {
  const subgraph = servedBy(name, config)
  const startedMs = performance.now()
  const line = (kind: string, ok: boolean, detail: string) => ({
    name,
    kind,
    subgraph,
    ok,
    milliseconds: Math.round(performance.now() - startedMs),
    detail,
  })
  try {
    await using opened = closing(open(name, undefined, config, io))
    const { ok, detail } = await opened.driver.driver.health(AbortSignal.timeout(patienceMs))
    return line(opened.driver.kind, ok, detail)
  } catch (error) {
    const [first = '', second = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return line('?', false, second.replace(/^\s*- /, '') || first)
  }
}

function open(name: string, given: string | undefined, config: Config, io: ConnectorIo): OpenedDriver {
  const { folder } = config.connectors
  const subgraph = given ?? servedBy(name, config) ?? guess(name, folder, io)
  const declarations = systemEntities[subgraph]
  if (!declarations) {
    throw new Error(
      `There is no subgraph \`${subgraph}\` with records. There are: \`${Object.keys(systemEntities).join('`, `')}\`.`,
    )
  }
  return openDriver({ folder, name, env: io.env, declarations, world: io.world, observer: silentObserver })
}

function servedBy(name: string, { subgraphs }: Config): string | null {
  return Object.entries(subgraphs).find(([, { connector }]) => connector === name)?.[0] ?? null
}

/** The only subgraph that has all entities of the file. */
function guess(name: string, folder: string, { env }: ConnectorIo): string {
  const named = Object.keys(readConnector({ folder, name, env }).content.entities)
  const fitting = Object.entries(systemEntities).filter(([, entities]) => named.every((entity) => entity in entities))
  const [only] = fitting
  if (only && fitting.length === 1) return only[0]
  throw new Error(
    `Which subgraph the connector \`${name}\` serves cannot be told from its entities; name it with \`--subgraph\`.`,
  )
}

function namesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => path.basename(file, '.yaml'))
    .toSorted()
}

function closing(driver: OpenedDriver) {
  return { driver, [Symbol.asyncDispose]: () => driver.close() }
}
