/**
 * The graph that this gateway stands in front of: the house's own systems, those with external subgraphs beside them, or somebody
 * else's supergraph. Whatever it is, the rest of the gateway sees one supergraph and one index of what is in it.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { withoutAccessDemands } from '../../schema/access-demands.ts'
import { contractIndex, readContracts, type Contract, type ContractIndex } from '../../schema/contract.ts'
import { supergraphAddresses, supergraphIndex } from '../../schema/supergraph-index.ts'
import type { Config } from '../config.ts'
import { StartError } from '../start-error.ts'
import { CompositionError, composeSupergraph, compositionMark, type ComposableContract } from './compose.ts'
import { readRoverFile } from './rover-file.ts'

export interface Graph {
  /** The supergraph whole, as it was composed. */
  readonly composedSdl: string
  /** What the gateway plans from: without the demands that it enforces as rules. */
  readonly supergraphSdl: string
  readonly index: ContractIndex
  /** The contracts of our own systems; none in front of a foreign graph. */
  readonly contracts: readonly Contract[]
  /** Where the subgraphs are that do not run in this process. */
  readonly urls: ReadonlyMap<string, URL>
}

type GraphSettings = Pick<Config, 'supergraph' | 'subgraphs'>

/** Reads the graph of the settings. `contractFolder` holds our contracts. @throws when it cannot be read or composed, saying why. */
export function openGraph({ supergraph, subgraphs }: GraphSettings, contractFolder: string): Graph {
  try {
    if (supergraph === undefined) return ownGraph(subgraphs, contractFolder)
    return /\.ya?ml$/u.test(supergraph) ? listedGraph(supergraph, subgraphs) : foreignGraph(supergraph, subgraphs)
  } catch (cause) {
    if (cause instanceof StartError || cause instanceof CompositionError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`The graph ${supergraph ?? ''} cannot be used. ${reason}`.replace('  ', ' '), { cause })
  }
}

/** What is in the graph, for who does not need to plan: our own contracts need no composing for that. */
export function readGraphIndex(settings: GraphSettings, contractFolder: string): ContractIndex {
  const isOurs =
    settings.supergraph === undefined && Object.values(settings.subgraphs).every(({ sdl }) => sdl === undefined)
  return isOurs ? contractIndex(readContracts(contractFolder)) : openGraph(settings, contractFolder).index
}

function ownGraph(settings: GraphSettings['subgraphs'], contractFolder: string): Graph {
  const contracts = readContracts(contractFolder)
  const own = new Set(contracts.map(({ name }) => name))
  const external = Object.entries(settings).flatMap(([name, { sdl }]) => {
    if (sdl !== undefined && own.has(name)) {
      throw new StartError(
        `The subgraph \`${name}\` is one of ours, so \`subgraphs.${name}.sdl\` may not replace its contract.`,
      )
    }
    if (sdl === undefined && !own.has(name)) {
      throw new StartError(
        `There is no subgraph \`${name}\`. Ours are ${[...own].join(', ')}; for one of your own, add \`subgraphs.${name}.sdl\`.`,
      )
    }
    return sdl === undefined ? [] : [{ name, sdl: readText(sdl, `subgraphs.${name}.sdl`) }]
  })
  const composedSdl =
    (external.length === 0 ? keptSupergraph(contracts, contractFolder) : null) ??
    composeSupergraph([...contracts, ...external]).supergraphSdl
  const urls = new Map(
    Object.entries(settings).flatMap(([name, { url }]) => (url === undefined ? [] : [[name, new URL(url)] as const])),
  )
  if (external.length === 0)
    return { composedSdl, supergraphSdl: composedSdl, index: contractIndex(contracts), contracts, urls }
  const index = supergraphIndex(composedSdl, {
    file: 'the composed graph',
    guarded: own,
    shared: sharedTypes(contracts),
  })
  return { composedSdl, supergraphSdl: withoutAccessDemands(composedSdl), index, contracts, urls }
}

/** The generated supergraph, which spares the composing, when it was composed from exactly these contracts; null otherwise. */
function keptSupergraph(contracts: readonly Contract[], contractFolder: string): string | null {
  const file = path.join(contractFolder, 'supergraph.graphql')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text.startsWith(`${compositionMark(contracts)}\n`) ? text : null
}

/** The types that `schema/mandate.graphql` puts in front of each contract. */
function sharedTypes(contracts: readonly Contract[]): ReadonlySet<string> {
  const ruledByShared = [...contractIndex(contracts).fields.values()].filter(({ ruledBy }) =>
    ruledBy.includes('mandate'),
  )
  return new Set(ruledByShared.map(({ parentType }) => parentType))
}

/** A list of subgraphs, as Rover composes it. */
function listedGraph(file: string, settings: GraphSettings['subgraphs']): Graph {
  const subgraphs = readRoverFile(file)
  const composable: ComposableContract[] = subgraphs.map(({ name, sdl }) => ({ name, sdl }))
  return dialled(
    composeSupergraph(composable).supergraphSdl,
    file,
    settings,
    new Map(subgraphs.map((each) => [each.name, each.url])),
  )
}

function foreignGraph(file: string, settings: GraphSettings['subgraphs']): Graph {
  const sdl = readText(file, 'supergraph')
  return dialled(sdl, file, settings, supergraphAddresses(sdl))
}

function dialled(
  sdl: string,
  file: string,
  settings: GraphSettings['subgraphs'],
  named: ReadonlyMap<string, string>,
): Graph {
  const index = supergraphIndex(sdl, { file: path.basename(file), guarded: new Set() })
  if (index.subgraphs.length === 0) {
    throw new StartError(
      `${file} is no supergraph: it names no subgraphs. Compose it first, with \`rover supergraph compose\` or a list of subgraphs in YAML.`,
    )
  }
  const unknown = Object.keys(settings).find((name) => !index.subgraphs.includes(name))
  if (unknown !== undefined) {
    throw new StartError(`\`subgraphs.${unknown}\` is not in ${file}; it has ${index.subgraphs.join(', ')}.`)
  }
  const urls = new Map(
    index.subgraphs.map((name) => [name, addressOf(name, settings[name]?.url ?? named.get(name) ?? '')]),
  )
  return { composedSdl: sdl, supergraphSdl: withoutAccessDemands(sdl), index, contracts: [], urls }
}

function addressOf(name: string, url: string): URL {
  const parsed = URL.parse(url)
  if (parsed?.protocol === 'http:' || parsed?.protocol === 'https:') return parsed
  throw new StartError(
    `The subgraph \`${name}\` has no address that can be dialled. Set \`subgraphs.${name}.url\` to an http or https address.`,
  )
}

function readText(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new StartError(`\`${setting}\` names ${file}, which cannot be read.`, { cause })
  }
}
