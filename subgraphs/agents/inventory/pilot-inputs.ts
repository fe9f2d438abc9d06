/** Reads what a mutation says about a pilot, by the table of fields. */
import type { Pilot, PilotFacts } from '../../../storage/stores/pilots.ts'
import { invalid } from '../../inputs.ts'
import { fieldNames, readField, type FieldName } from './pilot-fields.ts'

/** The facts of a pilot, as an input gives them. */
export type PilotInput = Readonly<Partial<Record<FieldName, unknown>>>

/** All facts of a new pilot. @throws `INVALID_INPUT` naming the argument */
export function readFacts(input: PilotInput): PilotFacts {
  return Object.fromEntries(fieldNames.map((name) => [name, read(input, name)])) as unknown as PilotFacts
}

/** The facts of a pilot with what the input changes; what is left out stays. @throws `INVALID_INPUT` */
export function readChangedFacts(pilot: Pilot, input: PilotInput): PilotFacts {
  const given = fieldNames.filter((name) => input[name] !== undefined)
  if (given.length === 0) throw invalid('input', `changes nothing: give at least one of ${fieldNames.join(', ')}`)
  const changes = Object.fromEntries(given.map((name) => [name, read(input, name)]))
  return { ...factsOf(pilot), ...changes }
}

/** What people said about a pilot, without what the inventory says. */
export function factsOf(pilot: PilotFacts): PilotFacts {
  return Object.fromEntries(fieldNames.map((name) => [name, pilot[name]])) as unknown as PilotFacts
}

function read(input: PilotInput, name: FieldName): unknown {
  const value = readField(name, input[name])
  if (value.ok) return value.value
  const { problem, mend } = value
  throw invalid(`input.${name}`, `${problem}. ${mend.replace(/\.$/, '')}`)
}

/** A reason that somebody can read later. @throws `INVALID_INPUT` */
export function readReason(reason: string): string {
  const read = readField('purpose', reason)
  if (!read.ok) throw invalid('input.reason', `${read.problem}. ${read.mend.replace(/\.$/, '')}`)
  const text = String(read.value)
  if (text.length > 500) throw invalid('input.reason', 'can have at most 500 characters')
  return text
}
