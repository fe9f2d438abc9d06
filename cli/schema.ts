/** `mandate schema compose` prints the supergraph; `mandate schema check` says whether the contracts fit together. */
import path from 'node:path'
import type { Command } from 'commander'
import { composeSupergraph } from '../gateway/federation/compose.ts'
import { contractIndex, readContracts } from '../schema/contract.ts'

export interface SchemaIo {
  write(text: string): void
}

const contractFolder = path.resolve(import.meta.dirname, '..', 'schema')

export function addSchemaCommands(program: Command, io: SchemaIo): void {
  const schema = program.command('schema').description('The contracts in schema/ and the supergraph they make.')

  schema
    .command('compose')
    .description('Print the supergraph.')
    .action(() => {
      io.write(composeSupergraph(readContracts(contractFolder)).supergraphSdl)
    })

  schema
    .command('check')
    .description('Say whether the contracts compose, and what they hold.')
    .option('--json', 'answer as JSON')
    .action(({ json }: { json?: boolean }) => {
      const contracts = readContracts(contractFolder)
      const { fields, types } = contractIndex(contracts)
      composeSupergraph(contracts)
      const mutations = [...fields.values()].filter((field) => field.parentType === 'Mutation').length
      const counts = { subgraphs: contracts.length, types: types.size, coordinates: fields.size, mutations }
      if (json) io.write(`${JSON.stringify(counts)}\n`)
      else {
        io.write(
          `The ${counts.subgraphs} contracts compose: ${counts.types} types, ${counts.coordinates} coordinates, ${counts.mutations} mutations.\n`,
        )
      }
    })
}
