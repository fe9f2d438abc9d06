/** `mandate policy …`: check, test and explain the permissions, without a running gateway. */
import type { Command } from 'commander'
import { checkPolicies } from './policy/check.ts'
import { explainPolicies, type ExplainPoliciesOptions } from './policy/explain.ts'
import { testPolicies, type TestPoliciesOptions } from './policy/test.ts'
import type { PolicyIo } from './policy/workspace.ts'

/** Adds the commands to the program. */
export function addPolicyCommands(program: Command, io: PolicyIo): void {
  const policy = program.command('policy').description('check, test and explain the permissions in policies/')
  policy
    .command('check')
    .description('say whether the policies would load, and everything that is wrong with them')
    .option('--json', 'write JSON')
    .action((options: { json?: boolean }) => checkPolicies(io, options))
  policy
    .command('test')
    .description('run the cases of policies/cases/ and name the coordinates that no case covers')
    .option('--coverage', 'write the coverage of every coordinate')
    .option('--json', 'write JSON')
    .action((options: TestPoliciesOptions) => testPolicies(io, options))
  policy
    .command('explain')
    .description('say what the rules answer to an identity, where they stand and what they read')
    .argument('<subject>', 'a coordinate (Account.name), a file with an operation, or an operation')
    .requiredOption('--as <identity>', 'a demo identity or a role')
    .option('--var <name=value>', 'a variable, or an argument of the coordinate; may be repeated', collect, [])
    .option('--purpose <purpose>', 'the purpose that the caller declares')
    .option('--at <time>', 'when it is asked, like 2026-10-28T09:30:00Z')
    .option('--record <json>', 'the record, to see what the subgraph would decide')
    .option('--json', 'write JSON')
    .action((subject: string, options: Omit<ExplainPoliciesOptions, 'subject'>) =>
      explainPolicies(io, { ...options, subject }),
    )
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value]
}
