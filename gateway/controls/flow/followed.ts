/** Which coordinates are followed when an agent reads them, and how: found once for each revision of the policies. */
import type { Coordinate } from '../../../lib/labels.ts'
import type { ProtectedLabel } from '../../../policies/engine/flow-policy.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { ContractField } from '../../../schema/contract.ts'

export interface Followed {
  /** Text that somebody outside wrote. */
  readonly untrusted: boolean
  /** The stricter of its protecting labels; null where its values are not followed. */
  readonly protects: ProtectedLabel | null
  readonly form: 'text' | 'number'
}

const byRevision = new WeakMap<PolicyRevision, ReadonlyMap<Coordinate, Followed>>()

/**
 * What too many records share says nothing of where it came from: yes and no, the words of an enum, days and times. An id names a
 * record and is not its content.
 */
const notFollowed: ReadonlySet<string> = new Set(['Boolean', 'ID', 'Date', 'DateTime', 'Time'])

/** The scalars that are numbers. */
export const numberTypes: ReadonlySet<string> = new Set(['Int', 'Float', 'Decimal'])

/** The followed coordinates of a revision. */
export function followedOf(revision: PolicyRevision): ReadonlyMap<Coordinate, Followed> {
  const known = byRevision.get(revision)
  if (known !== undefined) return known
  const exempt = new Set(revision.flow.exempt.reads.map(({ coordinate }) => coordinate))
  const found = new Map<Coordinate, Followed>()
  for (const field of revision.index.fields.values()) {
    const untrusted = field.labels.includes('UNTRUSTED')
    const protects = exempt.has(field.coordinate) ? null : protectedLabelOf(field, revision)
    if (!untrusted && protects === null) continue
    found.set(field.coordinate, { untrusted, protects, form: numberTypes.has(field.typeName) ? 'number' : 'text' })
  }
  byRevision.set(revision, found)
  return found
}

function protectedLabelOf({ labels, typeName }: ContractField, { index }: PolicyRevision): ProtectedLabel | null {
  const kind = index.types.get(typeName)?.kind ?? 'scalar'
  // The fields of an object have labels of their own.
  if (kind !== 'scalar' || notFollowed.has(typeName)) return null
  if (labels.includes('RESTRICTED')) return 'RESTRICTED'
  return labels.includes('PERSONAL') ? 'PERSONAL' : null
}
