/** `mandate schema compose` prints the supergraph; `mandate schema check` says whether the graph fits together and what changes in it. */
import path from 'node:path'
import { InvalidArgumentError, type Command } from 'commander'
import { readConfig } from '../gateway/config.ts'
import { openGraph } from '../gateway/federation/graph.ts'
import { checkSchema, type SchemaCheckIo } from './schema/check.ts'
import { parseSince } from './since.ts'

interface CheckFlags {
  readonly against?: string
  readonly since: Date
  readonly all?: boolean
  readonly json?: boolean
}

/** Adds `schema` to the command line. */
export function addSchemaCommands(program: Command, io: SchemaCheckIo): void {
  const schema = program.command('schema').description('The contracts in schema/ and the supergraph they make.')
  const since = (text: string): Date => {
    try {
      return parseSince(text, io.world.now())
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }

  schema
    .command('compose')
    .description('Print the supergraph, as mandate.yaml has it or of another list of subgraphs.')
    .option('--config <file>', "a supergraph.yaml as Rover reads it, in the place of mandate.yaml's graph")
    .action(({ config: listed }: { config?: string }) => {
      const settings = readConfig({ env: io.env, folder: io.folder })
      const chosen = listed === undefined ? settings : { supergraph: path.resolve(io.folder, listed), subgraphs: {} }
      io.write(openGraph(chosen, path.join(io.root, 'schema')).composedSdl)
    })

  schema
    .command('check')
    .description('Say whether the graph composes, what breaks for whom, and which coordinates no rule opens.')
    .option('--against <file>', 'the API schema to compare with (default: the reviewed schema/api.graphql)')
    .option('--since <time>', 'count use in the ledger since: 30m, 24h, 7d, a day or a time', since, since('30d'))
    .option('--all', 'also name the changes that break nothing')
    .option('--json', 'answer as JSON')
    .action((flags: CheckFlags) => checkSchema(io, flags))
}
