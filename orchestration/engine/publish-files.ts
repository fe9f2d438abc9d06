/** Publishes the workflows that come with the code, where they have changed. A file that is wrong leaves the others alone. */
import { checkDefinition } from '../definition/check-definition.ts'
import type { DefinitionProblem } from '../definition/definition-problem.ts'
import { readDefinition } from '../definition/read-definition.ts'
import { type PublishedVersion, publishDefinition } from './definitions.ts'
import { type Engine, transact } from './engine.ts'
import { type PublishSources, publishEnvironment } from './publish-environment.ts'
import type { WorkflowFile } from './workflow-files.ts'

export interface PublishedFiles {
  readonly published: readonly PublishedVersion[]
  readonly problems: readonly DefinitionProblem[]
}

/** Publishes each file whose newest version says something else. */
export async function publishFiles(
  engine: Engine,
  files: readonly WorkflowFile[],
  sources: PublishSources,
  by: string,
): Promise<PublishedFiles> {
  const published: PublishedVersion[] = []
  const problems: DefinitionProblem[] = []
  const known = await publishedChecksums(engine)
  for (const { name, text } of files) {
    const read = readDefinition(text, name)
    if (!read.ok) {
      problems.push(...read.problems)
      continue
    }
    const { definition, checksum, positions } = read
    if (known.get(definition.key) === checksum) continue
    await transact(engine, async ({ tx }) => {
      const found = checkDefinition(definition, await publishEnvironment(tx, sources), positions)
      if (found.length > 0) problems.push(...found)
      else published.push(await publishDefinition(tx, { definition, checksum, by }))
    })
  }
  return { published, problems }
}

/** The checksum of the newest version of each workflow, where that is published. */
async function publishedChecksums({ database }: Engine): Promise<ReadonlyMap<string, string>> {
  const rows = await database.kysely
    .selectFrom('mandate.workflow_definitions')
    .select(['key', 'checksum', 'status'])
    .orderBy('version')
    .execute()
  const newest = new Map(rows.map((row) => [row.key, row]))
  return new Map(
    [...newest.values()].flatMap(({ key, checksum, status }) =>
      status === 'PUBLISHED' ? [[key, checksum] as const] : [],
    ),
  )
}
