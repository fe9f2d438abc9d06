/**
 * What every mutation checks inside its act (`records.change`) before it changes anything: that the record is there, that it
 * is the one the caller has read, and that its state allows the step.
 */
import { refusal } from '../lib/errors.ts'

interface Versioned {
  readonly id: string
  readonly version: number
}

/** The record, or `NOT_FOUND`. */
export function requireFound<R>(record: R | null, entity: string, id: string): R {
  if (record !== null) return record
  throw refusal('NOT_FOUND', `There is no ${entity} with the id \`${id}\`.`, { id })
}

/** The record at the version that the caller has read; `NOT_FOUND` or `VERSION_CONFLICT` otherwise. */
export function requireVersion<R extends Versioned>(
  record: R | null,
  entity: string,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion: number },
): R {
  const found = requireFound(record, entity, id)
  if (found.version === expectedVersion) return found
  throw refusal(
    'VERSION_CONFLICT',
    `The ${entity} \`${id}\` is at version ${found.version}, not at ${expectedVersion} any more.`,
    { id, expectedVersion, version: found.version },
  )
}

/** What a change left, or `VERSION_CONFLICT` where somebody else was there between reading and changing. */
export function requireChanged<R>(
  changed: R | null,
  entity: string,
  { id, expectedVersion }: { readonly id: string; readonly expectedVersion: number },
): R {
  if (changed !== null) return changed
  throw refusal('VERSION_CONFLICT', `The ${entity} \`${id}\` has just been changed by somebody else.`, {
    id,
    expectedVersion,
  })
}

/** Passes when the table has a step between the states; `ILLEGAL_TRANSITION` with the legal ones otherwise. */
export function requireStep<State extends string>(
  steps: Readonly<Record<State, readonly State[]>>,
  from: State,
  to: State,
  what: { readonly entity: string; readonly id: string },
): void {
  const legal = steps[from]
  if (legal.includes(to)) return
  const choice = legal.length === 0 ? `\`${from}\` is final` : `it can go to ${legal.map((s) => `\`${s}\``).join(', ')}`
  throw refusal(
    'ILLEGAL_TRANSITION',
    `The ${what.entity} \`${what.id}\` cannot go from \`${from}\` to \`${to}\`; ${choice}.`,
    {
      id: what.id,
      from,
      to,
      legal,
    },
  )
}

/** A record that an argument names, or `INVALID_INPUT` naming the argument. */
export function requireReference<R>(record: R | null, argument: string, id: string): R {
  if (record !== null) return record
  throw refusal('INVALID_INPUT', `The argument \`${argument}\` names a record that does not exist: \`${id}\`.`, {
    argument,
  })
}
