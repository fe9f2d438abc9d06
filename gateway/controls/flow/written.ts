/** What a mutation writes: the texts and numbers of its arguments, and which protected values each of them may hold. */
import type { ProtectedLabel } from '../../../policies/engine/flow-policy.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Sensitivity } from '../../../lib/labels.ts'
import type { ContractArgument } from '../../../schema/contract.ts'
import type { OperationNode } from '../../operation.ts'

export interface Written {
  /** Where it stands: `input.lines.text`. */
  readonly argument: string
  readonly text: string
  /** Whether a value of the label may stand here without a person. */
  readonly mayHold: (label: ProtectedLabel) => boolean
}

/** How to answer and which state was read: numbers of the protocol, nobody's data. */
const protocol: ReadonlySet<string> = new Set(['first', 'last', 'expectedVersion'])

/** The leaves of a mutation's arguments, in order. Enums and booleans are words of the contract, not of the caller. */
export function writtenBy({ coordinates, args }: OperationNode, revision: PolicyRevision): readonly Written[] {
  const [coordinate] = coordinates
  const definitions = revision.index.fields.get(coordinate)?.args ?? []
  return members(args, definitions, { path: [], labels: [], revision })
}

interface Place {
  readonly path: readonly string[]
  /** The labels of the argument around it. */
  readonly labels: readonly Sensitivity[]
  readonly revision: PolicyRevision
}

function members(
  values: Readonly<Record<string, unknown>>,
  definitions: readonly ContractArgument[],
  { path, labels, revision }: Place,
): readonly Written[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const definition = definitions.find((candidate) => candidate.name === name)
    // The label of an input field counts before that of the argument around it.
    const own = definition?.labels.length ? definition.labels : labels
    return leaves(value, definition, { path: [...path, name], labels: own, revision })
  })
}

function leaves(value: unknown, definition: ContractArgument | undefined, place: Place): readonly Written[] {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, definition, place))
  const type = definition && place.revision.index.types.get(definition.typeName)
  if (typeof value === 'object' && value !== null) {
    if (type?.kind === 'input') return members(value as Record<string, unknown>, type.inputFields, place)
    // A scalar that is an object: its keys are the caller's as well.
    return Object.entries(value).flatMap(([key, inner]) => [
      ...leaves(key, definition, place),
      ...leaves(inner, definition, { ...place, path: [...place.path, key] }),
    ])
  }
  if (type?.kind === 'enum' || protocol.has(definition?.name ?? '')) return []
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return []
  return [{ argument: place.path.join('.'), text: String(value), mayHold: permission(definition, place) }]
}

function permission(definition: ContractArgument | undefined, { labels, revision }: Place): Written['mayHold'] {
  const { sinks } = revision.flow
  return (label) => {
    // An id says which record is meant; that may be a person's, and is never a bank account.
    if (label === 'PERSONAL' && definition?.typeName === 'ID') return true
    return labels.some((own) => sinks[label].includes(own))
  }
}
