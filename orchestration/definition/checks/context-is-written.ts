/** Nothing is read from the context that no node before has written. */
import type { CheckSubject, DefinitionCheck, PlacedExpression } from '../check-subject.ts'
import { contextWrites } from '../context-writes.ts'
import type { Finding } from '../definition-problem.ts'
import { certainReads } from '../expression-reads.ts'

export const contextIsWritten: DefinitionCheck = {
  followsWays: true,
  find(subject) {
    const known = knownBefore(subject)
    return subject.expressions.flatMap((placed): Finding[] => {
      if (!placed.valid) return []
      const seen = seenBy(placed, subject, known)
      const names = certainReads(placed.compiled.reads, 'context').flatMap(({ path: [name] }) => name ?? [])
      return [...new Set(names)].filter((name) => !seen.has(name)).map((name) => finding(placed, name, subject))
    })
  },
}

/** The first parts of the paths that are written when a node is entered, on any way to it. */
function knownBefore({ definition, graph }: CheckSubject): ReadonlyMap<string, ReadonlySet<string>> {
  const own = Map.groupBy(contextWrites(definition), ({ node }) => node)
  const known = new Map(Object.keys(definition.nodes).map((id) => [id, new Set<string>()]))
  const pending = new Set(Object.keys(definition.nodes))
  for (const id of pending) {
    pending.delete(id)
    const before = known.get(id) ?? new Set()
    const written = (own.get(id) ?? []).map(({ path }) => path[0] ?? '')
    for (const { to, kind } of graph.edgesFrom(id)) {
      const target = known.get(to)
      // What an event brings is not there when it did not come.
      const brought = kind === 'timeout' ? before : [...before, ...written]
      const news = [...brought].filter((name) => target?.has(name) === false)
      for (const name of news) target?.add(name)
      if (news.length > 0) pending.add(to)
    }
  }
  return known
}

function seenBy(
  { node, stage, path }: PlacedExpression,
  { definition }: CheckSubject,
  known: ReadonlyMap<string, ReadonlySet<string>>,
): ReadonlySet<string> {
  const writes = contextWrites(definition)
  const merged = Object.keys(definition.merge).map((name) => name.split('.')[0] ?? '')
  const names = (list: typeof writes) => list.map((write) => write.path[0] ?? '')
  // It may be undone at any time after, so everything may have been written.
  if (path[0] === 'compensations') return new Set([...merged, ...names(writes)])
  const perItem = writes.filter((write) => write.node === node && write.perItem)
  const inItems = stage === 'after' || path[2] === 'do' ? names(perItem) : []
  return new Set([...merged, ...inItems, ...(known.get(node ?? '') ?? [])])
}

function finding({ path, text }: PlacedExpression, name: string, { definition }: CheckSubject): Finding {
  const writers = [
    ...new Set(contextWrites(definition).flatMap((write) => (write.path[0] === name ? [write.node] : []))),
  ]
  const only = writers.length === 0 ? '' : `; only ${writers.map((id) => `\`${id}\``).join(' and ')} does`
  return {
    path,
    message: `\`${text}\` reads \`context.${name}\`, which no node before it writes${only}.`,
    mend: `Write it in the \`output\` of a node before, name it under \`merge\` when agents write it, or ask \`has(context.${name})\`.`,
  }
}
