/** The source of a subgraph that keeps no records of its own; to ask it for one is a mistake of that subgraph's code. */
import type { EntitySource } from './entity-source.ts'

function nothing(): never {
  throw new Error('This subgraph has no records.')
}

export const emptySource: EntitySource = Object.freeze({
  capabilities: nothing,
  getMany: nothing,
  listMany: nothing,
  list: nothing,
  mutate: nothing,
  health: () => Promise.resolve({ ok: true, detail: 'There is nothing to reach.' }),
})
