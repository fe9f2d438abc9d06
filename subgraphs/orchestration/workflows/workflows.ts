/** Workflows as they are published: the newest version of each, and any version of one. */
import type { Selectable } from 'kysely'
import type { OrchestrationTables } from '../../../storage/tables/orchestration.ts'
import { boundedFirst } from '../../sources/page-size.ts'
import { connectionOf, readCursor } from '../cursors.ts'
import type { OrchestrationContext, OrchestrationResolver } from '../services.ts'
import { publishWorkflow } from './publish.ts'

type Row = Selectable<OrchestrationTables['mandate.workflow_definitions']>

const keyForm = /^([a-z][a-zA-Z0-9-]{0,62})$/u

const workflows: OrchestrationResolver<{ readonly first: number; readonly after?: string | null }> = async (
  _source,
  { first, after },
  { services },
) => {
  const [behind] = readCursor(after, keyForm) ?? []
  const rows = await services.database.kysely
    .selectFrom('mandate.workflow_definitions')
    .selectAll()
    .distinctOn('key')
    .$if(behind !== undefined, (query) => query.where('key', '>', behind ?? ''))
    .orderBy('key')
    .orderBy('version', 'desc')
    .limit(boundedFirst(first) + 1)
    .execute()
  return connectionOf(rows.map(workflowNode), first, ({ key }) => key)
}

const workflow: OrchestrationResolver<{ readonly key: string; readonly version?: number | null }> = (
  _source,
  { key, version },
  { services },
) => findWorkflow(services, key, version ?? null)

/** One version; null for the newest that is published. */
export async function findWorkflow(
  { database }: Pick<OrchestrationContext['services'], 'database'>,
  key: string,
  version: number | null,
) {
  const row = await database.kysely
    .selectFrom('mandate.workflow_definitions')
    .selectAll()
    .where('key', '=', key)
    .$if(version !== null, (query) => query.where('version', '=', version ?? 0))
    .$if(version === null, (query) => query.where('status', '=', 'PUBLISHED'))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row === undefined ? null : workflowNode(row)
}

function workflowNode({ key, version, checksum, status, definition, published_by, published_at }: Row) {
  const { title, description, owner } = definition
  return {
    key,
    version,
    title,
    description,
    status,
    checksum,
    definition: JSON.stringify(definition),
    owner,
    publishedBy: published_by,
    publishedAt: published_at,
  }
}

export const workflowQueries = { workflows, workflow }
export const workflowMutations = { publishWorkflow }
