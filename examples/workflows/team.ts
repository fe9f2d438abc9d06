/** The agents of a workflow at work: how many processes of each role, and which of them a fault strikes. */
import type { AgentLine } from '../agents/agent-line.ts'
import type { FaultName } from '../agents/faults.ts'
import type { Gateway } from '../gateway.ts'
import { takeTime } from '../agents/take-time.ts'
import { type AgentProcess, startAgent } from './agent-processes.ts'
import type { Plan } from './plan.ts'
import type { Progress } from './progress.ts'
import type { Wishes } from './wishes.ts'

export interface TeamOptions {
  readonly plan: Plan
  readonly wishes: Wishes
  readonly gateway: Gateway
  readonly issuer: string
  readonly paceMs: number
  readonly progress: Progress
  readonly signal: AbortSignal
}

export interface Team extends AsyncDisposable {
  /** Rejects when an agent ends that was not meant to. */
  readonly failed: Promise<never>
}

const startLimitMs = 30_000

/** Starts all of them, and waits until they can work. Those who are to outlive another one begin when it has a task. */
export async function startTeam(options: TeamOptions): Promise<Team> {
  const { progress, signal } = options
  const places = placesOf(options)
  for (const { name } of places) progress.addWorker(name, 'agent')
  const started: AgentProcess[] = []
  const failed = Promise.withResolvers<never>()
  failed.promise.catch(() => undefined)
  let isStopping = false

  function start(place: Place, onLine: (line: AgentLine) => void): AgentProcess {
    const agent = startOne(place, options, onLine)
    agent.failed.catch(failed.reject)
    started.push(agent)
    return agent
  }
  const stop = async () => {
    isStopping = true
    await Promise.all(started.map((each) => each[Symbol.asyncDispose]()))
  }

  const heirs = places.filter(({ begins }) => begins === 'later')
  const first = places.filter(({ begins }) => begins === 'at once')
  const onLine = ({ event }: AgentLine) => {
    if (event !== 'claimed' || isStopping) return
    for (const heir of heirs.splice(0)) start(heir, () => undefined)
  }
  try {
    const agents = first.map((place) => start(place, place.faults.includes('agent-dies') ? onLine : () => undefined))
    await within(startLimitMs, Promise.all(agents.map(({ ready }) => ready)), signal)
    return { failed: failed.promise, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function within(ms: number, ready: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const settled = new AbortController()
  const late = takeTime(ms, AbortSignal.any([signal, settled.signal])).then(() => {
    throw new Error(`The agents were not ready within ${ms / 1_000} s.`)
  })
  try {
    await Promise.race([ready, late])
  } finally {
    settled.abort()
    await late.catch(() => undefined)
  }
}

interface Place {
  readonly name: string
  readonly identity: string
  readonly faults: readonly FaultName[]
  readonly begins: 'at once' | 'later'
}

/** How many processes there are of an agent role, by its place in the plan: one that dies needs another that lives. */
export function processesOf(role: number, { agents, faults }: Wishes): number {
  return role === 0 && faults.includes('agent-dies') ? Math.max(2, agents) : agents
}

/** Faults strike the agents of the first role; the one that dies is the first of them. */
function placesOf({ plan, wishes }: TeamOptions): readonly Place[] {
  return plan.agents.flatMap((identity, role) => {
    const count = processesOf(role, wishes)
    return Array.from({ length: count }, (_, index): Place => {
      const faults = wishes.faults.filter((fault) => {
        if (fault === 'all-fail') return true
        return role === 0 && (fault !== 'agent-dies' || index === 0)
      })
      const isHeir = role === 0 && index > 0 && wishes.faults.includes('agent-dies')
      const name = count === 1 ? identity : `${identity} #${index + 1}`
      return { name, identity, faults, begins: isHeir ? 'later' : 'at once' }
    })
  })
}

function startOne(
  { name, identity, faults }: Place,
  { gateway, issuer, paceMs, progress }: TeamOptions,
  onLine: (line: AgentLine) => void,
): AgentProcess {
  const { url, dataFolder } = gateway
  return startAgent({
    name,
    identity,
    url,
    issuer,
    dataFolder,
    paceMs,
    faults,
    onLine: (line) => {
      progress.heard(name, line)
      onLine(line)
    },
    onDeath: () => {
      progress.died(name)
    },
  })
}
