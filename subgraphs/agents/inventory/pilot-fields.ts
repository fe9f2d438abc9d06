/**
 * What people may say about a pilot: one table of fields, read in the same way from a mutation, a line of CSV and an object of
 * JSON. A value that cannot be taken is named with what is wrong and how to mend it.
 */
import type { PilotFacts, RiskTier } from '../../../storage/stores/pilots.ts'
import { decimal, formatDecimal, moneyScale } from '../../decimal.ts'

export type FieldName = keyof PilotFacts
type FieldKind = 'text' | 'person' | 'list' | 'amount' | 'count' | 'tier'

interface PilotField {
  readonly kind: FieldKind
  /** Characters of the text, or of one item of the list. */
  readonly longest: number
  readonly required?: true
  readonly form?: { readonly is: RegExp; readonly told: string }
}

const webAddress = { is: /^https?:\/\/[^\s<>"]+$/, told: 'a web address like `https://bi.example/board/7`' }
const person = { is: /^person:[a-z0-9][a-z0-9._-]{0,99}$/, told: 'a person like `person:maria.keller`' }

export const pilotFields: Readonly<Record<FieldName, PilotField>> = {
  name: { kind: 'text', longest: 120, required: true },
  department: { kind: 'text', longest: 120, required: true },
  businessOwner: { kind: 'person', longest: 107, required: true, form: person },
  technicalOwner: { kind: 'person', longest: 107, form: person },
  purpose: { kind: 'text', longest: 2_000, required: true },
  role: { kind: 'text', longest: 120 },
  responsibilities: { kind: 'list', longest: 500 },
  capabilities: { kind: 'list', longest: 120 },
  systems: { kind: 'list', longest: 120 },
  dataEntities: { kind: 'list', longest: 120 },
  dataClasses: { kind: 'list', longest: 120 },
  workflowSteps: { kind: 'list', longest: 200 },
  evidence: { kind: 'list', longest: 500, form: webAddress },
  platform: { kind: 'text', longest: 120 },
  model: { kind: 'text', longest: 120 },
  monthlyCost: { kind: 'amount', longest: 15 },
  monthlyVolume: { kind: 'count', longest: 10 },
  riskTier: { kind: 'tier', longest: 12 },
}

/** In the order in which files have them. */
export const fieldNames = Object.keys(pilotFields) as readonly FieldName[]

const tiers: readonly RiskTier[] = ['MINIMAL', 'LIMITED', 'HIGH', 'UNACCEPTABLE']
const mostItems = 50
const largestCount = 2_147_483_647
/** Controls, marks that turn the direction of a text, and what stands where a character could not be read. */
const unreadable =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]/

/** What is wrong with a value, as the end of a sentence, and how to mend it, as a sentence. */
export interface ValueProblem {
  readonly problem: string
  readonly mend: string
}

export type ReadValue = { readonly ok: true; readonly value: unknown } | ({ readonly ok: false } & ValueProblem)

/** Reads the value of a field: text, a number, a list of texts, or nothing. */
export function readField(name: FieldName, given: unknown): ReadValue {
  const field = pilotFields[name]
  const empty = given === undefined || given === null || given === '' || (Array.isArray(given) && given.length === 0)
  if (empty || (typeof given === 'string' && given.trim() === '')) {
    return field.required === true ? wrong('is empty', `Fill it in; every pilot needs one.`) : right(emptyValue(name))
  }
  if (field.kind === 'list') return readList(field, given)
  if (typeof given === 'number') return readScalar(field, String(given))
  if (typeof given === 'string') return readScalar(field, given)
  return wrong('is neither text nor a number', 'Write one value.')
}

function readScalar(field: PilotField, given: string): ReadValue {
  const text = readText(field, given)
  if (!text.ok) return text
  const value = String(text.value)
  switch (field.kind) {
    case 'amount':
      if (/^\d{1,12}(?:\.\d{1,2})?$/.test(value)) return right(formatDecimal(decimal(value, moneyScale), moneyScale))
      return wrong(
        `is \`${value}\`, not an amount`,
        'Write digits with a point before the cents, and no currency: 1249.90.',
      )
    case 'count':
      if (/^\d{1,10}$/.test(value) && Number(value) <= largestCount) return right(Number(value))
      return wrong(`is \`${value}\`, not a whole number`, `Write digits only, at most ${largestCount}.`)
    case 'tier': {
      const tier = tiers.find((one) => one === value.toUpperCase())
      return tier ? right(tier) : wrong(`is \`${value}\``, `Write one of ${tiers.join(', ')}.`)
    }
    default:
      return right(value)
  }
}

/** Text without surplus space; a line break in it is a space. */
function readText({ longest, form }: PilotField, given: string): ReadValue {
  const found = unreadable.exec(given)
  if (found || !given.isWellFormed()) {
    const code = found?.[0].codePointAt(0) ?? 0xfffd
    const named = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    return code === 0xfffd
      ? wrong('has characters that could not be read', 'Save the file as UTF-8.')
      : wrong(`has the invisible character ${named}`, 'Remove it.')
  }
  const value = given.normalize('NFC').replace(/\s+/gu, ' ').trim()
  if (value.length > longest) {
    return wrong(`has ${value.length} characters`, `Shorten it to ${longest} characters.`)
  }
  if (form && !form.is.test(value)) return wrong(`is \`${clip(value)}\``, `Write ${form.told}.`)
  return right(value)
}

/** A list, or a text with its items between semicolons or on lines of their own; repeated items count once. */
function readList(field: PilotField, given: unknown): ReadValue {
  const items: readonly unknown[] = Array.isArray(given)
    ? given
    : typeof given === 'string'
      ? given.split(/[;\n]/u)
      : [null]
  const values = new Set<string>()
  for (const item of items) {
    if (typeof item !== 'string') return wrong('is not a list of texts', 'Write a list of texts.')
    if (item.trim() === '') continue
    // Files have semicolons between items, so that an item with one in it would not come back as it was.
    if (item.includes(';')) {
      return wrong(
        `has the item \`${clip(item.trim())}\` with a semicolon`,
        'Write it without; semicolons stand between items.',
      )
    }
    const read = readText(field, item)
    if (!read.ok) return wrong(`has the item \`${clip(item.trim())}\`, which ${read.problem}`, read.mend)
    values.add(String(read.value))
  }
  if (values.size > mostItems) return wrong(`has ${values.size} items`, `Keep the ${mostItems} that matter most.`)
  return right([...values])
}

function emptyValue(name: FieldName): unknown {
  if (pilotFields[name].kind === 'list') return []
  return name === 'purpose' || name === 'department' ? '' : null
}

function clip(text: string): string {
  const printable = text.replace(/\p{C}/gu, '�')
  return printable.length > 60 ? `${printable.slice(0, 59)}…` : printable
}

function right(value: unknown): ReadValue {
  return { ok: true, value }
}

function wrong(problem: string, mend: string): ReadValue {
  return { ok: false, problem, mend }
}
