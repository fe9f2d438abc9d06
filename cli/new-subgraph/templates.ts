/** The files of a new system: which template makes which file, and how a template is filled. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Names } from './names.ts'

/** What the templates are filled with: the names, and the migration's. */
export type Words = Names & {
  /** `0200-field-service` */
  readonly migration: string
}

/** A file that is to be, and its text. */
export interface NewFile {
  /** From the root of the repository. */
  readonly file: string
  readonly text: string
}

const folder = path.join(import.meta.dirname, 'templates')

/** By template, the file that it makes; in the order in which a reader should open them. */
const files: Readonly<Record<string, string>> = {
  'contract.graphql': 'schema/{{system-name}}.graphql',
  'policy.ts': 'policies/{{system-name}}.ts',
  'role.ts': 'policies/roles/{{system-name}}-agent.ts',
  'cases.ts': 'policies/cases/{{system-name}}.ts',
  'cases.graphql': 'policies/cases/{{system-name}}.graphql',
  'mutations.ts': 'subgraphs/{{system-name}}/mutations.ts',
  'states.ts': 'subgraphs/{{system-name}}/{{thing-file}}-states.ts',
  'queries.ts': 'subgraphs/{{system-name}}/queries.ts',
  'model.ts': 'subgraphs/{{system-name}}/model.ts',
  'tables.ts': 'subgraphs/{{system-name}}/tables.ts',
  'subgraph.ts': 'subgraphs/{{system-name}}/{{system-name}}.ts',
  'migration.ts': 'storage/migrations/{{migration}}.ts',
  'rows.ts': 'storage/tables/{{system-name}}.ts',
  'test.ts': 'test/subgraphs/{{system-name}}/{{system-name}}.test.ts',
}

/** Puts the words into a text: `{{thing}}` becomes `workOrder`. @throws for a placeholder that is none of them. */
export function fill(text: string, words: Words): string {
  return text.replace(/\{\{([^{}]+)\}\}/g, (placeholder, name: string) => {
    if (!Object.hasOwn(words, name)) throw new Error(`The templates have no word for ${placeholder}.`)
    return words[name as keyof Words]
  })
}

/** Every file of a new system, filled, unformatted. */
export async function fillTemplates(words: Words): Promise<readonly NewFile[]> {
  return await Promise.all(
    Object.entries(files).map(async ([template, file]) => ({
      file: fill(file, words),
      text: fill(await readFile(path.join(folder, `${template}.template`), 'utf8'), words),
    })),
  )
}
