/**
 * The end-to-end tests that say nothing of a system in many processes, each with the reason: they are about the embedded database,
 * or about what the single process does. All others run against a distributed system as they are.
 */

export interface Exemption {
  /** In `test/e2e/`. */
  readonly file: string
  /** How the full name of the test begins, with its groups. */
  readonly title: string
  /** How many tests that are. */
  readonly tests: number
  readonly reason: string
}

export const exemptions: readonly Exemption[] = [
  {
    file: 'demo.test.ts',
    title: 'where no gateway runs',
    tests: 4,
    reason: 'The demo starts a single process of its own, on the embedded database.',
  },
]

/** Files of `test/e2e/` that start no gateway of ours: run once, with the single process. */
export const withoutGateway: readonly string[] = [
  'embedded-database.test.ts',
  'explorer-page.test.ts',
  'ledger-scale.test.ts',
  'new-subgraph-files.test.ts',
]

/** Files about what one process does by itself, each with the reason why many would say nothing new. */
export const aboutOneProcess: Readonly<Record<string, string>> = {
  'command-line.test.ts':
    'Commands read one ledger, whoever writes it; what systems of their own report to it is asked in `distributed/failures.test.ts`.',
  'edit-rules.test.ts':
    'Each process reads the folder by itself; that an edit holds in all of them is asked in `distributed/failures.test.ts`.',
  'explorer.test.ts':
    'A page and its tokens, served by each gateway as all its routes are; the sign-in beside it is asked in `sign-in-page.test.ts`.',
  'foreign-graph.test.ts': 'None of our subgraphs runs there, so there is nothing to distribute.',
  'new-subgraph.test.ts': 'It starts a copy of the repository with a system more.',
  'processes.test.ts':
    'How the single process starts, on its own folder. The welcome of many is asked in `distributed/failures.test.ts`, taken ports in `distributed/statements.test.ts`, what a kill leaves in `shutdown.test.ts`.',
  'schema-check.test.ts': 'A command, which reads the ledger of whatever gateway there is.',
  'start-up.test.ts': 'It watches what a single process dials.',
}

/** Why a test is exempt, or null. */
export function exemptionOf(file: string, fullName: string): Exemption | null {
  return exemptions.find((each) => each.file === file && fullName.startsWith(each.title)) ?? null
}
