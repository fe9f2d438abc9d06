/** `mandate new …`: makes what a person would otherwise write by hand. */
import type { Command } from 'commander'
import type { NewSubgraphIo, NewSubgraphOptions } from './new-subgraph/new-subgraph.ts'

/** Adds `new` to the command line. */
export function addNewCommands(program: Command, io: NewSubgraphIo): void {
  const made = program.command('new').description('Make what a new system needs.')
  made
    .command('subgraph')
    .description(
      'Make a subgraph with one entity: contract, tables, resolvers, permissions, cases and a test, all listed.',
    )
    .argument('<name>', 'its name, in lower case with dashes: field-service')
    .option('--entity <Thing>', 'the type of its entity: WorkOrder; unset: the name itself')
    .option('--plural <Things>', 'the plural of that type, where the usual one is wrong: Analyses')
    .option('--dry-run', 'write nothing; say which files would be made and how the lists would change')
    .action(async (name: string, options: Omit<NewSubgraphOptions, 'name'>) => {
      // It needs TypeScript and Prettier, which the other commands do without.
      const { newSubgraph } = await import('./new-subgraph/new-subgraph.ts')
      await newSubgraph(io, { ...options, name })
    })
}
