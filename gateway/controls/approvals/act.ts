/**
 * An act, and the hashes that stand for it: over everything that decides what would happen, in canonical form (RFC 8785). Literals
 * count as variables do, because the coerced arguments of every field are part of it.
 */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Caller } from '../../../lib/caller.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import { hashOperation } from '../../../lib/statement.ts'
import type { ApprovalTarget } from '../../../storage/stores/approvals/request.ts'
import type { DescribedExchange } from '../decided.ts'

/** One root field of an act with its coerced arguments. */
export interface ActRoot {
  readonly coordinate: Coordinate
  readonly path: string
  readonly args: Readonly<Record<string, unknown>>
}

/** What would be done, by whom, under which rules. */
export interface Act {
  readonly document: string
  readonly operationName: string | null
  readonly variables: Readonly<Record<string, unknown>>
  /** Every field that has arguments, the roots among them. */
  readonly fields: readonly ActRoot[]
  readonly roots: readonly ActRoot[]
  readonly initiator: string
  readonly onBehalfOf: string | null
  readonly actors: readonly string[]
  readonly task: string | null
  readonly purpose: string | null
  readonly policyRevision: string
}

/** The act that an exchange asks for. */
export function actOf({ operation, sent, caller, revision }: DescribedExchange): Act {
  return {
    document: operation.text,
    operationName: operation.name,
    variables: sent.variables,
    fields: operation.fields
      .filter(({ args }) => Object.keys(args).length > 0)
      .map(({ coordinate, path, args }) => ({ coordinate, path: path.join('.'), args })),
    roots: operation.roots.map(({ coordinates: [coordinate], path, args }) => ({
      coordinate,
      path: path.join('.'),
      args,
    })),
    ...principalsOf(caller),
    policyRevision: revision.id,
  }
}

function principalsOf({ id, onBehalfOf, actors, task, purpose }: Caller) {
  return { initiator: id, onBehalfOf, actors: actors.map((actor) => actor.id), task, purpose }
}

/** The hash that an approval binds: this act, by this chain, under these rules, on records at these versions. */
export function actionHash({ document, ...act }: Act, targets: readonly ApprovalTarget[]): string {
  return canonicalHash('approval/action/v1', { ...act, documentHash: hashOperation(document), targets })
}

/** Equal for repetitions of an act with its idempotency key, whatever has become of the records and the rules. */
export function repeatHash({ initiator, onBehalfOf, actors, roots }: Act): string {
  return canonicalHash('approval/repeat/v1', { initiator, onBehalfOf, actors, roots: withoutPaths(roots) })
}

/** Equal for acts that would do the same, whatever key, version or task they name: what was rejected once is known by it. */
export function likenessHash({ initiator, roots }: Act): string {
  const alike = withoutPaths(roots).map(({ coordinate, args }) => ({ coordinate, args: withoutNames(args) }))
  return canonicalHash('approval/likeness/v1', { initiator, roots: alike })
}

/** The hash of what people are shown. */
export function previewHash(preview: object): string {
  return canonicalHash('approval/preview/v1', preview)
}

function withoutPaths(roots: readonly ActRoot[]) {
  return roots.map(({ coordinate, args }) => ({ coordinate, args }))
}

/** Names that tell one sending from another, and say nothing of what is done. */
const sendingNames: ReadonlySet<string> = new Set(['idempotencyKey', 'expectedVersion'])

function withoutNames(args: Readonly<Record<string, unknown>>): unknown {
  return JSON.parse(JSON.stringify(args, (key, value: unknown) => (sendingNames.has(key) ? undefined : value)))
}

/** SHA-256 in base64url over the purpose of the hash and the value. */
function canonicalHash(purpose: string, value: object): string {
  // Arguments come without a prototype, and may hold what JSON leaves out: the same text for the same meaning.
  const plain: unknown = JSON.parse(JSON.stringify(value))
  return createHash('sha256')
    .update(`${purpose}\n${canonicalize(plain) ?? ''}`)
    .digest('base64url')
}
