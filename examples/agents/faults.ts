/** What can go wrong with an agent, injected on purpose: each fault stands around the script that does the task. */
import { type Handler, HandOff, MandateError, Retryable, type TaskContext } from '../../clients/typescript/index.ts'
import { scripts } from './handlers/scripts.ts'
import { takeTime } from './take-time.ts'

/** The faults, each with what it does. */
export const faults = {
  'agent-dies': 'the first agent is killed in the middle of its first task; another one takes it over',
  'wrong-answer': 'a first answer of the wrong shape, then one that breaks a check: a person decides',
  'slow-system': 'a task that takes longer than its lease, which heartbeats keep',
  denied: 'an agent tries what the rules deny, and gives the task to a person',
  'all-fail': 'every attempt of every agent fails: everything ends at a person',
} as const

export type FaultName = keyof typeof faults

export const faultNames = Object.keys(faults) as readonly FaultName[]

/** Longer than any lease of the shipped workflows, which are of 15 seconds. */
const slowMs = 20_000
/** How far an agent comes before it dies. */
const diesAfterMs = 500

const bankDetails = `query WhereIsItPaid($name: String!) { supplierByName(name: $name) { bankDetails { iban } } }`

/** Puts the fault around the work of one process. */
export function inject(fault: FaultName, work: Handler): Handler {
  switch (fault) {
    case 'agent-dies':
      return onFirstTask(work, async ({ say, signal }) => {
        await takeTime(diesAfterMs, signal)
        say('is killed in the middle of it')
        process.kill(process.pid, 'SIGKILL')
      })
    case 'slow-system':
      return onFirstTask(work, async (context) => {
        context.say(`waits for a slow system, ${slowMs / 1_000} s`)
        await takeTime(slowMs, context.signal)
        return await work(context)
      })
    case 'denied':
      return onFirstTask(work, tryWhatIsDenied)
    case 'wrong-answer':
      return answerWrongly(work)
    case 'all-fail':
      return () => {
        throw new Retryable('The model does not answer.', { code: 'MODEL_UNAVAILABLE' })
      }
  }
}

function onFirstTask(work: Handler, instead: Handler): Handler {
  let isFirst = true
  return (context) => {
    if (!isFirst) return work(context)
    isFirst = false
    return instead(context)
  }
}

/** Its first task is answered in the wrong shape; whoever tries again after that names who must not be named. */
function answerWrongly(work: Handler): Handler {
  const first = onFirstTask(work, () => ({ answer: 'I am sure that it is fine.' }))
  return async (context) => {
    if (context.task.lastError?.code !== 'RESULT_INVALID') return await first(context)
    const right = (await work(context)) as Readonly<Record<string, unknown>>
    const address = /[\w.+-]+@[\w.-]+\w/u.exec(context.task.input)?.[0]
    if (address === undefined || !('summary' in right)) return { answer: 'I am still sure.' }
    return { ...right, summary: `${address} has written to us` }
  }
}

/** Where a supplier is paid is none of its business: the refusal says so, and it leaves the task to a person. */
async function tryWhatIsDenied({ task, client, say }: TaskContext): Promise<never> {
  try {
    await client.query(bankDetails, { name: 'Kestrel Scanner Supply GmbH' })
  } catch (error) {
    if (!(error instanceof MandateError)) throw error
    say(`is refused: ${error.code}. ${error.message}`)
    const role = scripts[task.node]?.orElse ?? ''
    throw new HandOff({ role }, `I was refused with ${error.code}: ${error.message}`)
  }
  throw new Error('The rules should have denied this.')
}
