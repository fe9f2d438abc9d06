/**
 * The end-to-end tests that say nothing of a system in many processes, each with the reason: they are about the embedded database,
 * or about how the single process starts. All others run against a distributed system as they are.
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
    file: 'command-line.test.ts',
    title: 'audit verify goes through the gateway, which holds the folder',
    tests: 1,
    reason: 'The command asks the gateway because the embedded database is held by it; with a server it asks that.',
  },
  {
    file: 'demo.test.ts',
    title: 'where no gateway runs',
    tests: 3,
    reason: 'The demo starts a single process of its own, on the embedded database.',
  },
  {
    file: 'processes.test.ts',
    title: 'a fresh data folder > the first query works when it is pasted, and its trail is there',
    tests: 1,
    reason: 'The terminal that it is pasted into finds the ledger by the data folder alone.',
  },
  {
    file: 'processes.test.ts',
    title: 'a fresh data folder > a second process on the folder is told who holds it, and ends',
    tests: 1,
    reason: 'The lock is on the embedded database.',
  },
  {
    file: 'processes.test.ts',
    title: 'a fresh data folder > a second start reopens in under 5 s',
    tests: 1,
    reason: 'The limit is that of one process on its own folder.',
  },
  {
    file: 'processes.test.ts',
    title: 'production',
    tests: 2,
    reason:
      'They start the single process, on the embedded database, without the issuer that a distributed one would need.',
  },
  {
    file: 'processes.test.ts',
    title: 'a start that cannot succeed says why, without a stack',
    tests: 3,
    reason: 'They start the single process themselves.',
  },
]

/** Files of `test/e2e/` that start no gateway of ours: run once, with the single process. */
export const withoutGateway: readonly string[] = [
  'embedded-database.test.ts',
  'explorer-page.test.ts',
  'ledger-scale.test.ts',
  'new-subgraph-files.test.ts',
]

/** Files about what one process reads at its start, each with the reason why many would say nothing new. */
export const aboutOneProcess: Readonly<Record<string, string>> = {
  'foreign-graph.test.ts': 'None of our subgraphs runs there, so there is nothing to distribute.',
  'new-subgraph.test.ts': 'It starts a copy of the repository with a system more.',
  'schema-check.test.ts': 'A command, which reads the ledger of whatever gateway there is.',
  'start-up.test.ts': 'It watches what a single process dials.',
}

/** Why a test is exempt, or null. */
export function exemptionOf(file: string, fullName: string): Exemption | null {
  return exemptions.find((each) => each.file === file && fullName.startsWith(each.title)) ?? null
}
