/** Which record a mutation changes, as its contract tells it, or as `policies/approvals.ts` does where names do not. */
import type { Coordinate } from '../../../lib/labels.ts'
import type { ApprovalPolicies } from '../../../policies/engine/approval-policies.ts'
import type { ContractField, ContractIndex } from '../../../schema/contract.ts'
import type { ActRoot } from './act.ts'

/** How the record of a mutation is read. */
export interface TargetSource {
  /** The root field of a query, which takes the id. */
  readonly query: string
  /** The path of the argument that has the id. */
  readonly idPath: string
  /** The field of what the query gives that is the record itself; null where the query gives it. */
  readonly at: string | null
  /** The record's type. */
  readonly type: string
}

/** The record of one root field of an act. */
export interface TargetToRead extends TargetSource {
  readonly path: string
  readonly id: string
}

/** How the record that a mutation changes is read; null for one that makes a record, and for one whose record no query gives. */
export function targetSource(
  coordinate: Coordinate,
  index: ContractIndex,
  { targets }: Pick<ApprovalPolicies, 'targets'>,
): TargetSource | null {
  const field = index.fields.get(coordinate)
  if (field?.parentType !== 'Mutation') return null
  const rule = targets[coordinate]
  if (rule === null) return null
  if (rule !== undefined) {
    return sourceOf(rule.query, rule.id ?? 'input.id', rule.at ?? null, index)
  }
  const inputs = index.types.get(field.args.find(({ name }) => name === 'input')?.typeName ?? '')?.inputFields ?? []
  if (inputs.some(({ name }) => name === 'id')) return byPayload(field, index)
  // A part of a record is made under the version of its whole: `createPayment(input: { invoiceId, expectedVersion })`.
  if (!inputs.some(({ name }) => name === 'expectedVersion')) return null
  const wholes = inputs.flatMap(({ name, isRequired }) =>
    isRequired && name.endsWith('Id') && readsById(name.slice(0, -2), index) ? [name] : [],
  )
  const [whole, ...others] = wholes
  return whole === undefined || others.length > 0 ? null : sourceOf(whole.slice(0, -2), `input.${whole}`, null, index)
}

/** The records that an act changes, as far as they can be read. */
export function targetsOf(
  roots: readonly ActRoot[],
  index: ContractIndex,
  policies: Pick<ApprovalPolicies, 'targets'>,
): readonly TargetToRead[] {
  return roots.flatMap(({ coordinate, path, args }) => {
    const source = targetSource(coordinate, index, policies)
    const id = source === null ? null : valueAt(args, source.idPath)
    return source === null || typeof id !== 'string' ? [] : [{ ...source, path, id }]
  })
}

/** What the mutation gives back that a query gives by its id: when there is only one such record, it is the one. */
function byPayload({ typeName }: ContractField, index: ContractIndex): TargetSource | null {
  const given = (index.types.get(typeName)?.fields ?? []).flatMap((name) => {
    const type = index.fields.get(`${typeName}.${name}`)?.typeName
    const query = [...index.fields.values()].find(
      (field) => field.parentType === 'Query' && field.typeName === type && readsById(field.fieldName, index),
    )
    return query === undefined ? [] : [query.fieldName]
  })
  const [only, ...others] = new Set(given)
  return only === undefined || others.length > 0 ? null : sourceOf(only, 'input.id', null, index)
}

function readsById(query: string, index: ContractIndex): boolean {
  const field = index.fields.get(`Query.${query}`)
  const [id, ...others] = field?.args ?? []
  return field?.isList === false && id?.name === 'id' && others.length === 0
}

function sourceOf(query: string, idPath: string, at: string | null, index: ContractIndex): TargetSource | null {
  const whole = index.fields.get(`Query.${query}`)?.typeName
  if (whole === undefined) return null
  const type = at === null ? whole : index.fields.get(`${whole}.${at}`)?.typeName
  return type === undefined ? null : { query, idPath, at, type }
}

function valueAt(args: Readonly<Record<string, unknown>>, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, key)
          ? (value as Record<string, unknown>)[key]
          : undefined,
      args,
    )
}
