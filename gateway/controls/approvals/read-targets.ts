/**
 * Reads the records that an act changes, with the authority of the role that decides: through the pipeline, so that rules and ledger
 * hold for it as for everybody. What that role may not read is not shown, and its version is not bound.
 */
import { type Caller, freezeCaller } from '../../../lib/caller.ts'
import { refusal } from '../../../lib/errors.ts'
import { authorityOf } from '../../../policies/engine/evaluate.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { ContractIndex } from '../../../schema/contract.ts'
import type { ApprovalTarget } from '../../../storage/stores/approvals/request.ts'
import { gatewayItself } from '../../audit/note-event.ts'
import { authorityView } from '../../policy/authority.ts'
import type { Answer } from '../../response/answer.ts'
import type { TargetToRead } from './targets.ts'

/** Asks one query as a caller that the gateway vouches for. */
export type AskAs = (
  caller: Caller,
  query: string,
  variables: Readonly<Record<string, unknown>>,
) => Promise<Pick<Answer, 'body' | 'codes'>>

export interface ReadTarget {
  readonly target: ApprovalTarget
  /** What could be read of it; null where nothing could. */
  readonly values: Readonly<Record<string, unknown>> | null
}

export interface ReadTargetsOptions {
  readonly targets: readonly TargetToRead[]
  /** For each target, the type of the mutation's input: what it names is what is read. */
  readonly inputTypeOf: (target: TargetToRead) => string | null
  /** The role that decides first. */
  readonly role: string
  readonly revision: PolicyRevision
  readonly now: Date
  readonly ask: AskAs
}

/** Reads them all in one request; those that cannot be read come back as such. */
export async function readTargets(options: ReadTargetsOptions): Promise<readonly ReadTarget[]> {
  const { targets, revision, role, now, ask } = options
  if (targets.length === 0) return []
  const caller = asHolderOf(role, revision, now)
  const view = authorityView(revision, authorityOf(caller))
  const isUsable = (coordinate: `${string}.${string}`) => view.standing(coordinate).disclosure === 'usable'
  const selections = targets.map((target) => {
    const { type, query, at } = target
    const way = at === null ? [`Query.${query}`] : [`Query.${query}`, `${whole(query, revision.index)}.${at}`]
    if (![...way, `${type}.version`].every((coordinate) => isUsable(coordinate as `${string}.${string}`))) return null
    return selectionOf(type, options.inputTypeOf(target), revision.index, isUsable)
  })
  const asked = await askFor(targets, selections, { ask, caller })
  // One field that only its record denies must not hide the versions of all.
  const found =
    asked ??
    (await askFor(
      targets,
      selections.map((one) => one && ''),
      { ask, caller },
    )) ??
    {}
  return targets.map((target, position) => read(target, found[`t${position}`]))
}

/** Somebody with this role and nothing else: what any of its holders may read. */
export function asHolderOf(role: string, revision: PolicyRevision, now: Date): Caller {
  return freezeCaller({
    ...gatewayItself(now),
    kind: 'person',
    roles: [role],
    scopes: [...(revision.roles.get(role)?.scopes ?? [])].sort(),
  })
}

/** What says that the role may not read something, or that it is not there; everything else says that nobody can tell now. */
const denials: ReadonlySet<string> = new Set(['RECORD_DENIED', 'POLICY_DENIED', 'NOT_FOUND'])

async function askFor(
  targets: readonly TargetToRead[],
  selections: readonly (string | null)[],
  { ask, caller }: { readonly ask: AskAs; readonly caller: Caller },
): Promise<Readonly<Record<string, unknown>> | null> {
  const parts = targets.flatMap(({ query, at }, position) => {
    const selection = selections[position]
    if (selection === null || selection === undefined) return []
    const record = `version ${selection}`
    return [`t${position}: ${query}(id: $id${position}) { ${at === null ? record : `${at} { ${record} }`} }`]
  })
  if (parts.length === 0) return {}
  const used = targets.flatMap(({ id }, position) =>
    selections[position] == null ? [] : [[`id${position}`, id] as const],
  )
  const definitions = used.map(([name]) => `$${name}: ID!`).join(', ')
  const query = `query ApprovalTargets(${definitions}) { ${parts.join(' ')} }`
  const { body, codes } = await ask(caller, query, Object.fromEntries(used))
  if (codes.some((code) => !denials.has(code))) {
    throw refusal('SYSTEM_UNAVAILABLE', 'The records of this act cannot be read at the moment.')
  }
  const { data, errors = [] } = JSON.parse(body) as {
    readonly data?: Record<string, unknown> | null
    readonly errors?: readonly { readonly path?: readonly (string | number)[] }[]
  }
  if (data == null) return null
  for (const { path = [] } of errors) takeOut(data, path)
  return data
}

/** What came with an error was not read: it must not look like an empty field. */
function takeOut(data: Record<string, unknown>, path: readonly (string | number)[]): void {
  let at: unknown = data
  for (const key of path.slice(0, -1)) at = isObject(at) ? at[String(key)] : undefined
  const last = path.at(-1)
  if (isObject(at) && last !== undefined) Reflect.deleteProperty(at, String(last))
}

function read({ path, type, id, at }: TargetToRead, found: unknown): ReadTarget {
  const nothing = { target: { path, type, id, version: null, readable: false }, values: null }
  if (found === undefined) return nothing
  const inner = at !== null && isObject(found) ? found[at] : found
  // Read, and not there.
  if (inner === null && (at !== null || found === null))
    return { ...nothing, target: { ...nothing.target, readable: true } }
  if (!isObject(inner) || typeof inner['version'] !== 'number') return nothing
  return { target: { path, type, id, version: inner['version'], readable: true }, values: inner }
}

/** The fields of the record that the mutation would replace, as far as the role may read them. */
function selectionOf(
  type: string,
  inputType: string | null,
  index: ContractIndex,
  isUsable: (coordinate: `${string}.${string}`) => boolean,
  depth = 0,
): string {
  const inputs = (inputType === null ? undefined : index.types.get(inputType)?.inputFields) ?? []
  const parts = inputs.flatMap(({ name, typeName }) => {
    const field = index.fields.get(`${type}.${name}`)
    if (field === undefined || name === 'version' || !isUsable(field.coordinate)) return []
    if (field.args.some(({ isRequired }) => isRequired)) return []
    if (index.types.get(field.typeName)?.kind !== 'object') return [name]
    if (field.isList || depth > 1) return []
    const inner = selectionOf(field.typeName, typeName, index, isUsable, depth + 1)
    return inner === '' ? [] : [`${name} { ${inner} }`]
  })
  return parts.join(' ')
}

function whole(query: string, index: ContractIndex): string {
  return index.fields.get(`Query.${query}`)?.typeName ?? ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
