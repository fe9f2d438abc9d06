/**
 * `mandate schema check`: whether the graph composes, what changes for those who use it, weighed by what the ledger says is used,
 * and which coordinates no rule opens yet.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { readConfig } from '../../gateway/config.ts'
import { apiSchemaOf } from '../../gateway/federation/federation.ts'
import { openGraph, type Graph } from '../../gateway/federation/graph.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { openLedgerForReading, type LedgerIo, type OpenedLedger } from '../open-ledger.ts'
import { schemaChanges, type SchemaChange } from './changes.ts'
import { describeUsage, usageOf, type Usage } from './usage.ts'

export interface SchemaCheckIo extends LedgerIo {
  /** The repository. */
  readonly root: string
  write(text: string): void
}

export interface SchemaCheckOptions {
  /** The API schema to compare with; the reviewed `schema/api.graphql` unless told. */
  readonly against?: string
  /** How far back use is counted. */
  readonly since: Date
  /** Also write the changes that break nothing. */
  readonly all?: boolean
  readonly json?: boolean
}

/** A change with how much it is used; null where the ledger could not be asked. */
interface WeighedChange extends SchemaChange {
  readonly usage: Usage | null
}

interface Report {
  readonly subgraphs: number
  readonly types: number
  readonly coordinates: number
  readonly mutations: number
  readonly against: string | null
  readonly changes: readonly WeighedChange[]
  /** Why use is not known; null when it is. */
  readonly usageUnknown: string | null
  /** Coordinates that no rule opens: nobody can use them. */
  readonly unruled: readonly Coordinate[]
}

/** Checks and writes what it found. @throws when a breaking change concerns what is used, or may be. */
export async function checkSchema(io: SchemaCheckIo, options: SchemaCheckOptions): Promise<void> {
  const config = readConfig({ env: io.env, folder: io.folder })
  const graph = openGraph(config, path.join(io.root, 'schema'))
  const compared = readCompared(io, options, config.supergraph === undefined)
  const changes = compared === null ? [] : await schemaChanges(compared.schema, await apiSchemaOf(graph.supergraphSdl))
  const { weighed, usageUnknown } = await weigh(changes, options.since, io)
  const report: Report = {
    ...countsOf(graph),
    against: compared?.name ?? null,
    changes: weighed,
    usageUnknown,
    unruled: await unruledIn(graph, config.policies.folder ?? path.join(io.root, 'policies')),
  }
  io.write(options.json === true ? `${JSON.stringify(report)}\n` : render(report, options.all === true))
  const stopping = weighed.filter(
    ({ level, usage }) => level === 'breaking' && (usage === null || usage.requests > 0 || usage.orMore),
  )
  if (stopping.length > 0) {
    throw new Error(
      `${stopping.length} breaking ${stopping.length === 1 ? 'change concerns' : 'changes concern'} what is used, or may be. Keep the old beside the new and deprecate it, or move its users first.`,
    )
  }
}

function readCompared(
  { root, folder }: SchemaCheckIo,
  { against }: SchemaCheckOptions,
  isOurs: boolean,
): { readonly name: string; readonly schema: GraphQLSchema } | null {
  if (against === undefined && !isOurs) return null
  const file = against === undefined ? path.join(root, 'schema', 'api.graphql') : path.resolve(folder, against)
  if (!existsSync(file)) throw new Error(`There is no ${file} to compare with; name another API schema with --against.`)
  return { name: path.relative(folder, file), schema: buildSchema(readFileSync(file, 'utf8')) }
}

/** Only what hurts is weighed: the ledger is asked once for each. */
async function weigh(
  changes: readonly SchemaChange[],
  since: Date,
  io: SchemaCheckIo,
): Promise<{ weighed: readonly WeighedChange[]; usageUnknown: string | null }> {
  if (changes.every(({ level }) => level === 'safe')) {
    return { weighed: changes.map((change) => ({ ...change, usage: null })), usageUnknown: null }
  }
  let ledger: OpenedLedger
  try {
    ledger = await openLedgerForReading(io)
  } catch (error) {
    const usageUnknown = error instanceof Error ? error.message : String(error)
    return { weighed: changes.map((change) => ({ ...change, usage: null })), usageUnknown }
  }
  await using opened = ledger
  const weighed: WeighedChange[] = []
  for (const change of changes) {
    weighed.push({
      ...change,
      usage: change.level === 'safe' ? null : await usageOf(change.concerns, since, opened.reader),
    })
  }
  return { weighed, usageUnknown: null }
}

function countsOf({ index }: Graph) {
  const mutations = [...index.fields.values()].filter(({ parentType }) => parentType === 'Mutation').length
  return { subgraphs: index.subgraphs.length, types: index.types.size, coordinates: index.fields.size, mutations }
}

/** Of somebody else's subgraphs these load, closed; of ours `policy check` refuses them, by the same names. */
async function unruledIn({ index }: Graph, folder: string): Promise<readonly Coordinate[]> {
  const result = await loadPolicies({ folder, index })
  if (result.outcome === 'compiled') {
    const rules = [...result.revision.rules.values()]
    return rules
      .filter(({ parts }) => parts.some(({ because }) => because === 'no rule'))
      .map(({ coordinate }) => coordinate)
  }
  const named = result.problems.filter(({ message }) => message.includes('no rule.'))
  return named.flatMap(({ message }) =>
    [...message.matchAll(/`(?<at>\w+\.\w+)`/gu)].map((match) => match.groups?.['at'] as Coordinate),
  )
}

function render(report: Report, all: boolean): string {
  const { subgraphs, types, coordinates, mutations, against, changes, usageUnknown, unruled } = report
  const lines = [
    `The ${subgraphs} contracts compose: ${types} types, ${coordinates} coordinates, ${mutations} mutations.`,
  ]
  const safe = changes.filter(({ level }) => level === 'safe')
  const shown = all ? changes : changes.filter(({ level }) => level !== 'safe')
  if (against !== null && changes.length === 0) lines.push('', `Nothing changes against ${against}.`)
  if (changes.length > 0) lines.push('', `Against ${against ?? ''}:`)
  for (const change of shown)
    lines.push(`  ${change.level.toUpperCase().padEnd(10)}${change.path}  ${change.message}${weightOf(change)}`)
  if (!all && safe.length > 0)
    lines.push(`  ${safe.length} safe ${safe.length === 1 ? 'change' : 'changes'} (--all names them).`)
  if (usageUnknown !== null) lines.push('', `How much of it is used is not known: ${usageUnknown}`)
  if (unruled.length > 0) {
    lines.push('', `No rule opens these yet, so nobody can use them (${unruled.length}):`)
    for (const [type, fields] of Map.groupBy(unruled, (coordinate) => coordinate.split('.')[0])) {
      lines.push(`  ${type ?? ''}: ${fields.map((coordinate) => coordinate.split('.')[1]).join(', ')}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function weightOf({ level, usage, concerns }: WeighedChange): string {
  if (level === 'safe' || usage === null) return ''
  if (concerns.length === 0) return '  [nobody could use it]'
  return `  [${describeUsage(usage)}]`
}
