/** What can be asked about agents. */
import type { RoleDefinition } from '../../../policies/engine/revision.ts'
import { isInForce } from '../../../storage/stores/agent-assignments.ts'
import { createAgentBudgets } from '../../../storage/stores/agent-budgets.ts'
import { createAgentKeys } from '../../../storage/stores/agent-keys.ts'
import { readScorecard } from '../../../storage/stores/agent-scorecard.ts'
import { type Agent, type AgentFilter, createAgentStore } from '../../../storage/stores/agents.ts'
import type { AgentEnvironment, AgentStatus } from '../../../storage/tables/agents.ts'
import type { FieldResolver } from '../../context.ts'
import { between, invalid } from '../../inputs.ts'
import type { AgentsServices } from '../services.ts'
import type { AgentsContext } from './act-once.ts'
import { budgetNode } from './budgets.ts'
import { agentCard } from './card.ts'
import { loadersOf } from './loaders.ts'

type Resolver<Args, Source = unknown> = FieldResolver<Source, Args, AgentsServices>

interface ListArgs {
  readonly first: number
  readonly after?: string | null
  readonly filter?: {
    readonly status?: readonly AgentStatus[] | null
    readonly ownerId?: string | null
    readonly role?: string | null
    readonly environment?: AgentEnvironment | null
    readonly text?: string | null
  } | null
}

interface TimeArgs {
  readonly since?: string | null
  readonly until?: string | null
}

const dayMs = 24 * 60 * 60_000
const usualDays = 30
const mostDays = 92

const agent: Resolver<{ readonly id: string }> = (_source, { id }, { services }) =>
  createAgentStore(services.database.kysely).get(id)

const agents: Resolver<ListArgs> = async (_source, { first, after, filter }, { services, now }) => {
  const problem = between(1, 100)(first)
  if (problem !== null) throw invalid('first', problem)
  const store = createAgentStore(services.database.kysely)
  const wanted = filterOf(filter)
  const { items, hasMore } = await store.list(wanted, { first, after: after ?? null, now })
  return {
    edges: items.map((node) => ({ cursor: node.id, node })),
    nodes: items,
    pageInfo: { hasNextPage: hasMore, endCursor: items.at(-1)?.id ?? null },
    totalCount: () => store.count(wanted, now),
  }
}

/** The agent that a representation names. */
export function agentReference(
  { id }: Readonly<Record<string, unknown>>,
  { services }: AgentsContext,
): Promise<Agent | null> {
  return typeof id === 'string' ? createAgentStore(services.database.kysely).get(id) : Promise.resolve(null)
}

const scorecard: Resolver<TimeArgs, Agent> = (source, args, { services, now }) => {
  const until = typeof args.until === 'string' ? new Date(args.until) : now
  const since = typeof args.since === 'string' ? new Date(args.since) : new Date(until.getTime() - usualDays * dayMs)
  if (since >= until) throw invalid('since', 'must be before `until`')
  if (until.getTime() - since.getTime() > mostDays * dayMs)
    throw invalid('since', `must be at most ${mostDays} days before \`until\``)
  return readScorecard(services.database, source.id, { since, until })
}

const card: Resolver<unknown, Agent> = async (source, _args, context) =>
  JSON.stringify(agentCard(source, await rolesOf(source, context)))

const effectiveScopes: Resolver<unknown, Agent> = async (source, _args, context) => {
  const scopes = (await rolesOf(source, context)).flatMap((role) => role.scopes)
  return [...new Set(scopes)].toSorted()
}

/** The roles that the agent holds now; none where it may not work. */
async function rolesOf({ id, status }: Agent, context: AgentsContext): Promise<readonly RoleDefinition[]> {
  if (status !== 'ACTIVE') return []
  const { assignments, roles } = loadersOf(context)
  const known = await roles()
  const held = (await assignments.load(id)).filter((each) => isInForce(each, context.now))
  const definitions = [...new Set(held.map(({ roleKey }) => roleKey))].map((key) => known.get(key))
  return definitions.filter((role) => role?.kind === 'agent') as readonly RoleDefinition[]
}

function filterOf(filter: ListArgs['filter']): AgentFilter {
  const { status, ownerId, role, environment, text } = filter ?? {}
  return {
    ...(status ? { status } : {}),
    ...(typeof ownerId === 'string' ? { ownerId } : {}),
    ...(typeof role === 'string' ? { roleKey: role } : {}),
    ...(environment ? { environment } : {}),
    ...(typeof text === 'string' ? { text } : {}),
  }
}

export const agentQueries = { agent, agents }

export const agentFields = {
  assignments: (({ id }, _args, context) => loadersOf(context).assignments.load(id)) satisfies Resolver<unknown, Agent>,
  keys: (({ id }, _args, { services }) => createAgentKeys(services.database.kysely).all(id)) satisfies Resolver<
    unknown,
    Agent
  >,
  budgets: (async ({ id }, _args, { services }) =>
    (await createAgentBudgets(services.database.kysely).budgetsOf(id)).map(budgetNode)) satisfies Resolver<
    unknown,
    Agent
  >,
  effectiveScopes,
  card,
  scorecard,
}
