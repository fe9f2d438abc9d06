/** Which budgets a request draws on: those of everybody in its chain, of their roles, and of the task. */
import type { Actor, Caller } from '../../../lib/caller.ts'
import type { BudgetLimit, PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Exchange } from '../../exchange.ts'
import { type Window, windowOf } from './windows.ts'

/** One limit that applies to a request. */
export interface BudgetLine {
  /** Whose budget it is: `agent:finance-agent`, `role:finance-agent`, `agent:finance-agent task:t-17`. */
  readonly subject: string
  readonly limit: BudgetLimit
  /** What it counts on. Limits of one subject, measure and period count on one counter, wherever they come from. */
  readonly counter: string
  readonly window: Window
  /** The agent that a breach may quarantine; null where it is none. */
  readonly agent: string | null
}

/** What single agents may use beside their roles, and the roles of one that is only named; both as they are now. */
export interface AgentBudgets {
  limitsOf(agentId: string): readonly BudgetLimit[]
  rolesOf(agentId: string): readonly string[]
}

/** Every limit that applies to a request now. */
export function linesOf(
  { caller, revision }: Pick<Exchange, 'caller' | 'revision'>,
  agents: AgentBudgets,
  now: Date,
): readonly BudgetLine[] {
  const lines: BudgetLine[] = []
  const shared = new Set<string>()
  for (const principal of principalsOf(caller, agents)) {
    const agent = principal.kind === 'agent' ? principal.id : null
    const add = (subject: string, limits: readonly BudgetLimit[] = [], breaching: string | null = agent) => {
      for (const limit of limits) lines.push(lineOf(subject, limit, breaching, now))
    }
    if (agent !== null) add(agent, agents.limitsOf(agent))
    for (const role of rolesOf(principal, revision)) {
      add(principal.id, role.budgets)
      add(`${principal.id} task:${caller.task ?? 'none'}`, role.taskBudgets)
      if (shared.has(role.key)) continue
      shared.add(role.key)
      add(`role:${role.key}`, role.sharedBudgets)
    }
  }
  return lines
}

/** One limit of one subject at a moment. */
export function lineOf(subject: string, limit: BudgetLimit, agent: string | null, now: Date): BudgetLine {
  const { measure, currency, per } = limit
  const counter = `${subject} ${measure}${currency === undefined ? '' : `:${currency}`} ${per}`
  return { subject, limit, counter, window: windowOf(per, now), agent }
}

/** Everybody whose authority the request rests on, once each: who hands work on pays for it as well. */
function principalsOf({ id, kind, roles, actors, onBehalfOf }: Caller, agents: AgentBudgets): readonly Actor[] {
  const principals = new Map<string, Actor>([
    [id, { id, kind, roles }],
    ...actors.map((actor) => [actor.id, actor] as const),
  ])
  if (onBehalfOf?.startsWith('agent:') === true && !principals.has(onBehalfOf)) {
    principals.set(onBehalfOf, { id: onBehalfOf, kind: 'agent', roles: agents.rolesOf(onBehalfOf) })
  }
  return [...principals.values()]
}

function rolesOf({ roles, kind }: Actor, revision: PolicyRevision) {
  return roles.flatMap((key) => {
    const role = revision.roles.get(key)
    return role?.kind === kind ? [role] : []
  })
}
