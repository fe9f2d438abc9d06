/** `mandate new subgraph`: plans, writes, generates, and says what there is now and what to do with it. */
import { artifacts, generate } from '../generate.ts'
import { lineDiff } from './line-diff.ts'
import { readNames, type Names, type NamesInput } from './names.ts'
import { planSubgraph, type FileChange } from './plan.ts'
import { writeChanges } from './write-changes.ts'

/** The outside world of the command. */
export interface NewSubgraphIo {
  /** The repository. */
  readonly root: string
  write(text: string): void
}

export interface NewSubgraphOptions extends NamesInput {
  readonly dryRun?: boolean | undefined
}

/** Makes a new system, or with `dryRun` says what would be made. @throws with the reason, and then nothing has changed. */
export async function newSubgraph(io: NewSubgraphIo, options: NewSubgraphOptions): Promise<void> {
  const names = readNames(options)
  const changes = await planSubgraph(io.root, names)
  if (options.dryRun === true) {
    io.write(describePlan(changes))
    return
  }
  let generated: readonly string[] = []
  await writeChanges(io.root, changes, {
    touched: artifacts(io.root).map(({ file }) => file),
    finish: async () => {
      generated = (await generate({ root: io.root, mode: 'write' })).stale
    },
  })
  io.write(describeResult(names, changes, generated))
}

function describePlan(changes: readonly FileChange[]): string {
  const made = changes.filter(({ before }) => before === null)
  const listed = changes.filter(({ before }) => before !== null)
  const width = Math.max(...made.map(({ file }) => file.length))
  return [
    'Would be made:',
    ...made.map(({ file, after }) => `  ${file.padEnd(width)}  ${after.split('\n').length - 1} lines`),
    '',
    ...listed.flatMap(({ file, before, after }) => [`--- ${file}`, lineDiff(before ?? '', after), '']),
    'Nothing was written.',
    '',
  ].join('\n')
}

function describeResult(names: Names, changes: readonly FileChange[], generated: readonly string[]): string {
  const name = names['system-name']
  const list = (files: readonly string[]): string => files.map((file) => `  ${file}\n`).join('')
  const made = changes.filter(({ before }) => before === null).map(({ file }) => file)
  const listed = changes.filter(({ before }) => before !== null).map(({ file }) => file)
  return `Made:
${list(made)}Listed in:
${list(listed)}Generated:
${list(generated)}
Look first at:
  schema/${name}.graphql: what ${names['a thing words']} is, and what can be done with it
  policies/${name}.ts: who may; the scopes, and who answers for them, are in policies/scopes.ts

Then:
  npm run -s mandate -- policy check    do the rules fit the contract?
  npm run -s mandate -- policy test     do the cases hold, and does every coordinate have one?
  npx vitest run test/subgraphs/${name}
  npm start                             then ask as \`${name}-agent\` at http://localhost:4000/graphql:
    mutation { create${names.Thing}(input: { idempotencyKey: "first", name: "First" }) { ${names.thing} { id status } } }

To add a field, or to put a system of your own behind it: docs/add-a-system.md.
`
}
