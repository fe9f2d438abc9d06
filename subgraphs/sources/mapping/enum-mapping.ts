/** Enums of the contract and the values that a system has for them. What the mapping does not know is an error that names it. */
import { refusal } from '../../../lib/errors.ts'
import type { FieldKind, Value } from './mapped-entity.ts'
import { asText } from './values.ts'

interface EnumMapping {
  readonly kind: FieldKind
  /** Whether a missing native value stands for one of the values. */
  readonly hasNull: boolean
  /** `place` is the coordinate, for the message. */
  readonly toRecord: (place: string) => (value: Value) => Value
  readonly toNative: (value: Value) => readonly Value[]
}

type Natives = string | number | boolean | null

/**
 * Prepares an enum: each value of the contract with its native value, or with several, of which the first is written.
 * `otherwise` stands for every native value that is not listed.
 */
export function prepareEnum(
  given: Readonly<Record<string, Natives | readonly Natives[]>>,
  otherwise: string | undefined,
  complain: (message: string) => void,
): EnumMapping {
  const toNative = new Map<string, readonly Natives[]>()
  const toRecord = new Map<Natives, string>()
  for (const [value, natives] of Object.entries(given)) {
    const list: readonly Natives[] = Array.isArray(natives) ? (natives as readonly Natives[]) : [natives as Natives]
    toNative.set(value, list)
    for (const native of list) {
      if (toRecord.has(native)) complain(`gives the native value \`${String(native)}\` to two values of the enum.`)
      toRecord.set(native, value)
    }
  }
  if (otherwise !== undefined && !toNative.has(otherwise)) {
    complain(`has \`otherwise: ${otherwise}\`, which is not one of its values.`)
  }
  const example = [...toRecord.keys()].find((value) => value !== null)
  const byText = new Map([...toRecord].map(([native, value]) => [String(native), value]))
  return {
    kind: typeof example === 'boolean' ? 'boolean' : typeof example === 'number' ? 'int' : 'text',
    toRecord: (place) => (value) => {
      const known = byText.get(asText(value)) ?? otherwise
      if (known !== undefined) return known
      throw refusal(
        'SYSTEM_UNAVAILABLE',
        `The system has the value \`${asText(value).slice(0, 40)}\` for ${place}, which the connector does not map; add it to the \`enum\` of that field.`,
        { reason: 'unmapped-value', field: place },
      )
    },
    toNative: (value) => (typeof value === 'string' ? toNative.get(value) : undefined) ?? [],
    hasNull: toRecord.has(null),
  }
}
