/** The part of the subgraph that is about runs: the one list of its resolvers. */
import { run, runs } from './find-runs.ts'
import { forkRun } from './fork-run.ts'
import { operatorMutations } from './operate.ts'
import { startRun } from './start-run.ts'
import { writeContext } from './write-context.ts'

export const runQueries = { run, runs }
export const runMutations = { startRun, forkRun, writeContext, ...operatorMutations }
