/** Where a verdict comes from: the earlier reads, as a person is shown them, and as the agent is told. */
import type { Lineage, AskedField } from '../../policy/decide.ts'
import type { EarlierRead } from '../../../storage/stores/flow.ts'

/** One read as the origin of a verdict; `argument` says where its value is written now. */
export function lineageOf({ requestId, at, reader, coordinate, label }: EarlierRead, argument: string | null): Lineage {
  return { requestId, at, principal: reader, coordinate, label, argument }
}

/**
 * The asks as the agent itself may be told them: with what it has read. What another one read in the same task, or for the same
 * person, may be a field that does not exist for this one.
 */
export function toldTo({ id }: { readonly id: string }, asked: readonly AskedField[]): readonly AskedField[] {
  return asked.map((field) => ({ ...field, lineage: field.lineage.filter(({ principal }) => principal === id) }))
}
