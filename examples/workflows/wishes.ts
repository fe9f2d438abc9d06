/** What the command line asks of a workflow: how many runs, how many agents of a role, and what goes wrong. */
import { type FaultName, faultNames } from '../agents/faults.ts'
import { type WorkflowName, workflowNames } from './plans.ts'

export interface Wishes {
  readonly workflow: WorkflowName
  readonly runs: number
  readonly agents: number
  readonly faults: readonly FaultName[]
}

export interface GivenWishes {
  readonly runs?: string | undefined
  readonly agents?: string | undefined
  readonly fail?: readonly string[] | undefined
}

/** Reads what was given; throws with what can be. */
export function readWishes(workflow: string, { runs = '3', agents = '1', fail = [] }: GivenWishes): Wishes {
  const known = workflowNames.find((each) => each === workflow)
  if (known === undefined) {
    throw new Error(`There is no workflow \`${workflow}\`. Choose from ${workflowNames.join(', ')}.`)
  }
  return {
    workflow: known,
    runs: readCount('--runs', runs, 40),
    agents: readCount('--agents', agents, 8),
    faults: [...new Set(fail.map(readFault))],
  }
}

function readCount(option: string, given: string, most: number): number {
  const count = /^\d{1,4}$/u.test(given) ? Number(given) : 0
  if (count < 1 || count > most) throw new Error(`${option} takes a number from 1 to ${most}, not \`${given}\`.`)
  return count
}

function readFault(given: string): FaultName {
  const known = faultNames.find((each) => each === given)
  if (known === undefined) throw new Error(`There is no fault \`${given}\`. Choose from ${faultNames.join(', ')}.`)
  return known
}
