/** Paths of the context are names with dots between them, and no node writes both a value and a part of it. */
import type { DefinitionCheck } from '../check-subject.ts'
import { contextWrites, type ContextWrite } from '../context-writes.ts'
import type { Finding } from '../definition-problem.ts'

const form = /^[a-zA-Z_]\w*(?:\.[a-zA-Z_]\w*){0,9}$/u

export const contextPathsAreClear: DefinitionCheck = {
  followsWays: false,
  find({ definition }) {
    const writes = contextWrites(definition)
    const written = writes.map(({ path, at }) => ({ name: path.join('.'), path: at }))
    const merged = Object.keys(definition.merge).map((name) => ({ name, path: ['merge', name] }))
    const unclear = [...written, ...merged].filter(({ name }) => !form.test(name))
    return [
      ...unclear.map(({ name, path }) => ({
        path,
        message: `\`${name}\` is no path of the context.`,
        mend: 'Write names with dots between them, like `invoice.total`.',
      })),
      ...writes.flatMap((write) => overlapping(write, writes)),
    ]
  },
}

/** The order of the keys of an object says nothing, so that either could be what remains. */
function overlapping(write: ContextWrite, writes: readonly ContextWrite[]): readonly Finding[] {
  const own = write.path.join('.')
  const inside = writes.find(
    ({ node, perItem, path }) =>
      node === write.node && perItem === write.perItem && path.join('.').startsWith(`${own}.`),
  )
  if (inside === undefined) return []
  const message = `\`${write.node}\` writes both \`${own}\` and \`${inside.path.join('.')}\`, which is a part of it.`
  return [{ path: inside.at, message, mend: 'Write the one or the other.' }]
}
