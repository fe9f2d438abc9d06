/** What a definition is checked against when it is published: the roles and rules of now, who holds them, the graph, other workflows. */
import { type DocumentNode, type GraphQLSchema, TypeInfo, visit, visitWithTypeInfo } from 'graphql'
import type { Kysely } from 'kysely'
import type { Coordinate } from '../../lib/labels.ts'
import type { PolicyRevision, RoleDefinition } from '../../policies/engine/revision.ts'
import { standingsOf } from '../../policies/engine/standing.ts'
import { holdersOf } from '../../storage/stores/role-holders.ts'
import type { Tables } from '../../storage/tables.ts'
import type { PublishEnvironment, PublishRole } from '../definition/check-subject.ts'
import { type WorkflowDefinition, definitionSchema } from '../definition/model.ts'

export interface PublishSources {
  readonly revision: PolicyRevision
  /** The schema that callers see. */
  readonly schema: GraphQLSchema
  readonly calendars: ReadonlySet<string>
}

/** The role of runs: the most that they can do through any agent (`policies/roles/`). */
export const engineRole = 'workflow-engine'

/** Looks at everything once. */
export async function publishEnvironment(
  kysely: Kysely<Tables>,
  { revision, schema, calendars }: PublishSources,
): Promise<PublishEnvironment> {
  const roles = new Map<string, PublishRole>()
  for (const { key, kind } of revision.roles.values()) roles.set(key, await heldRole(kysely, key, kind))
  return {
    roles,
    schema,
    calendars,
    workflows: await newestDefinitions(kysely),
    mayRun: (role, document) => deniedTo(revision, schema, role, document),
  }
}

/** Who among people holds a role, their issuer knows: they count as there. */
async function heldRole(kysely: Kysely<Tables>, key: string, kind: RoleDefinition['kind']): Promise<PublishRole> {
  if (kind !== 'agent') return { kind, held: kind === 'person' }
  const holders = (await holdersOf(kysely, [key])).length
  return { kind, held: holders > 0, holders }
}

/** The coordinates of an operation that no holder of the role can use, whatever the arguments and the records. */
function deniedTo(revision: PolicyRevision, schema: GraphQLSchema, key: string, document: DocumentNode): string[] {
  const role = revision.roles.get(key)
  if (!role) return []
  // A run acts for itself through the agent: it can do what both may.
  const most = new Set(revision.roles.get(engineRole)?.scopes)
  const scopes = role.scopes.filter((scope) => most.has(scope))
  const standing = standingsOf(revision, { kind: role.kind, scopes, roles: [key] })
  const denied = new Set<string>()
  const types = new TypeInfo(schema)
  visit(
    document,
    visitWithTypeInfo(types, {
      Field() {
        const parent = types.getParentType()
        const field = types.getFieldDef()
        if (!parent || !field || field.name.startsWith('__')) return
        const coordinate: Coordinate = `${parent.name}.${field.name}`
        if (standing(coordinate).disclosure !== 'usable') denied.add(coordinate)
      },
    }),
  )
  return [...denied].sort()
}

async function newestDefinitions(kysely: Kysely<Tables>): Promise<ReadonlyMap<string, WorkflowDefinition>> {
  const rows = await kysely
    .selectFrom('mandate.workflow_definitions')
    .select(['key', 'definition'])
    .where('status', '=', 'PUBLISHED')
    .orderBy('version')
    .execute()
  return new Map(rows.map(({ key, definition }) => [key, definitionSchema.parse(definition)]))
}
