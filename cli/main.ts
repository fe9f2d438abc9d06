/** `mandate <command>`: joins the commands, one file each, and turns their errors into messages. */
import path from 'node:path'
import { Command, CommanderError } from 'commander'
import { realWorld } from '../lib/world.ts'
import { addApprovalCommands } from './approvals.ts'
import { addAccessCommands } from './access.ts'
import { addAuditCommands } from './audit.ts'
import { addCompanyCommands } from './company.ts'
import { addConnectorCommands } from './connector.ts'
import { addGenerateCommand } from './generate.ts'
import { addLoginCommand } from './login.ts'
import { addInventoryCommands } from './inventory.ts'
import { addNewCommands } from './new.ts'
import { addPolicyCommands } from './policy.ts'
import { addSchemaCommands } from './schema.ts'
import { addStopCommands } from './stop.ts'
import { addTokenCommand } from './token.ts'

await main(process.argv)

async function main(argv: readonly string[]): Promise<void> {
  const io = {
    env: process.env,
    folder: process.cwd(),
    root: path.resolve(import.meta.dirname, '..'),
    fetch: globalThis.fetch,
    world: realWorld,
    write: (text: string) => void process.stdout.write(text),
    writeError: (text: string) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY,
    progress: { stream: process.stderr, isTerminal: process.stderr.isTTY },
  }
  const program = new Command('mandate')
    .description('The control plane of the Mandate gateway on the command line.')
    .showSuggestionAfterError()
    .exitOverride()
  addTokenCommand(program, io)
  addLoginCommand(program, io)
  addPolicyCommands(program, io)
  addAccessCommands(program, io)
  addAuditCommands(program, io)
  addApprovalCommands(program, io)
  addStopCommands(program, io)
  addSchemaCommands(program, io)
  addCompanyCommands(program, io)
  addConnectorCommands(program, io)
  addInventoryCommands(program, io)
  addGenerateCommand(program, io)
  addNewCommands(program, io)
  try {
    await program.parseAsync(argv)
  } catch (error) {
    // Commander has said what was wrong by itself.
    if (error instanceof CommanderError) process.exitCode = error.exitCode
    else {
      io.writeError(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = 1
    }
  }
}
