/** What can be asked about the roles for agents and their versions, and letting a version into force that waits. */
import type { RoleDefinition } from '../../../policies/engine/revision.ts'
import { definitionOf, roleChanges } from '../../../policies/engine/role-changes.ts'
import { createAgentStore } from '../../../storage/stores/agents.ts'
import { type RoleVersion, createRoleVersions, roleVersionSteps } from '../../../storage/stores/role-versions.ts'
import { requireFound, requireStep } from '../../acts.ts'
import type { FieldResolver } from '../../context.ts'
import { invalid } from '../../inputs.ts'
import type { AgentsServices } from '../services.ts'
import { type Act, type ActInput, type AgentsContext, actOnce } from './act-once.ts'
import { budgetNode } from './budgets.ts'
import { loadersOf } from './loaders.ts'

interface ActivateInput extends ActInput {
  readonly role: string
  readonly version: number
  readonly checksum: string
}

/** A role as the contract has it; its versions are read when they are asked for. */
interface RoleNode {
  readonly key: string
}

type Resolver<Args, Source = unknown> = FieldResolver<Source, Args, AgentsServices>

const agentRole: Resolver<{ readonly key: string }> = async (_source, { key }, context) => {
  const keys = await roleKeys(context)
  return keys.includes(key) ? await roleNode(key, context) : null
}

const agentRoles: Resolver<unknown> = async (_source, _args, context) => {
  const keys = await roleKeys(context)
  return await Promise.all(keys.map((key) => roleNode(key, context)))
}

/** Of the files and of the store: a role that no file has any more can still be looked at. */
async function roleKeys({ services: { database, roles } }: AgentsContext): Promise<readonly string[]> {
  const inFiles = [...roles().values()].flatMap(({ key, kind }) => (kind === 'agent' ? [key] : []))
  return [...new Set([...inFiles, ...(await createRoleVersions(database.kysely).keys())])].toSorted()
}

async function roleNode(key: string, context: AgentsContext) {
  const file = context.services.roles().get(key)
  const inFiles = file?.kind === 'agent'
  // What holds; where nothing does, what the file says of the role without what it would give.
  const role = (await loadersOf(context).roles()).get(key) ?? nothingOf(key, inFiles ? file : undefined)
  return {
    key,
    inFiles,
    title: role.title,
    responsibilities: role.responsibilities,
    scopes: inFiles ? role.scopes : [],
    purposes: inFiles ? role.purposes : [],
    autonomy: inFiles ? (role.autonomy ?? 0) : 0,
    supervisor: role.supervisor ?? null,
    proofOfPossession: role.proofOfPossession === 'required',
    workflows: role.workflows ?? [],
    budgets: (role.budgets ?? []).map(budgetNode),
    sharedBudgets: (role.sharedBudgets ?? []).map(budgetNode),
    taskBudgets: (role.taskBudgets ?? []).map(budgetNode),
    expectations: role.expectations ?? [],
  }
}

function nothingOf(key: string, file: RoleDefinition | undefined): RoleDefinition {
  return {
    key,
    kind: 'agent',
    title: file?.title ?? key,
    responsibilities: file?.responsibilities ?? [],
    scopes: [],
    purposes: [],
  }
}

async function activate({ role, version, checksum }: ActivateInput, { transaction, context: { caller, now } }: Act) {
  const versions = createRoleVersions(transaction)
  const id = `${role} ${version}`
  const found = requireFound(await versions.get(role, version), 'AgentRoleVersion', id)
  if (found.checksum !== checksum) throw invalid('input.checksum', 'is not that of this version; read it again')
  requireStep(roleVersionSteps, found.status, 'ACTIVE', { entity: 'AgentRoleVersion', id })
  const roleVersion = await versions.activate(role, version, caller.id, now)
  return { roleVersion: requireFound(roleVersion, 'AgentRoleVersion that waits', id) }
}

const changes: Resolver<unknown, RoleVersion> = async (source, _args, { services }) => {
  const versions = createRoleVersions(services.database.kysely)
  const before = source.version === 1 ? null : await versions.get(source.roleKey, source.version - 1)
  return roleChanges(before && definitionOf(before), definitionOf(source))
}

export const roleQueries = { agentRole, agentRoles }
export const roleMutations = { activateRoleVersion: actOnce(activate) }

export const roleFields = {
  activeVersion: (async ({ key }, _args, { services }) => {
    const versions = await createRoleVersions(services.database.kysely).of(key)
    return versions.find(({ status }) => status === 'ACTIVE') ?? null
  }) satisfies Resolver<unknown, RoleNode>,
  versions: (({ key }, _args, { services }) => createRoleVersions(services.database.kysely).of(key)) satisfies Resolver<
    unknown,
    RoleNode
  >,
  holders: (({ key }, _args, { services, now }) =>
    createAgentStore(services.database.kysely).count({ roleKey: key, status: ['ACTIVE'] }, now)) satisfies Resolver<
    unknown,
    RoleNode
  >,
}

export const roleVersionFields = {
  changes,
  definition: ({ definition }: RoleVersion) => JSON.stringify(definition),
}
