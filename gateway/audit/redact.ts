/**
 * What of an operation's arguments the ledger may keep, decided by their labels: clear, as a keyed hash, or left out. What
 * nobody labelled is hashed, except what has a shape that cannot carry somebody's data.
 */
import { createHmac } from 'node:crypto'
import type { Coordinate, Sensitivity } from '../../lib/labels.ts'
import type { ContractArgument, ContractIndex } from '../../schema/contract.ts'
import type { Operation } from '../operation.ts'

export interface RedactOptions {
  readonly index: ContractIndex
  /** The key of the hashes (`ledger-key.ts`). */
  readonly key: Buffer
}

type Treatment = 'clear' | 'hash' | 'hash-with-length' | 'leave-out'

const leftOut = '[left out]'

const treatments: Readonly<Record<Sensitivity, Treatment>> = {
  PUBLIC: 'clear',
  INTERNAL: 'clear',
  CONFIDENTIAL: 'hash',
  PERSONAL: 'hash',
  UNTRUSTED: 'hash-with-length',
  RESTRICTED: 'leave-out',
}

/** From the most protective to the least: of several labels the first here counts. */
const strictest: readonly Treatment[] = ['leave-out', 'hash-with-length', 'hash', 'clear']

/**
 * Arguments that say how to answer or which record is meant, not what somebody's data is: they stay clear without a label.
 * `after` is not among them: a cursor carries the values that its list is sorted by.
 */
const structural: ReadonlySet<string> = new Set(['first', 'last', 'expectedVersion', 'idempotencyKey', 'direction'])
const structuralTypes: ReadonlySet<string> = new Set(['ID', 'Boolean'])

/**
 * The arguments of every field that has some, by response path (`account.cases`), each leaf as its labels allow. The label
 * of an input field counts before that of the argument around it.
 */
export function redactArgs(operation: Operation, options: RedactOptions): Record<string, unknown> {
  const redactor = new Redactor(options)
  const redacted: [string, unknown][] = []
  const seen = new Set<string>()
  for (const { coordinate, path, args } of operation.fields) {
    const at = path.join('.')
    if (seen.has(at) || Object.keys(args).length === 0) continue
    seen.add(at)
    redacted.push([at, redactor.field(coordinate, args)])
  }
  return Object.fromEntries(redacted)
}

/** One value as a keyed hash: `hmac:` and HMAC-SHA-256 in base64url. Equal values give equal hashes. */
export function keyedHash(key: Buffer, value: unknown): string {
  const text = textOf(value)
  return `hmac:${createHmac('sha256', key).update(text).digest('base64url')}`
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

class Redactor {
  readonly #index: ContractIndex
  readonly #key: Buffer

  constructor({ index, key }: RedactOptions) {
    this.#index = index
    this.#key = key
  }

  field(coordinate: Coordinate, args: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return this.#members(args, this.#index.fields.get(coordinate)?.args ?? [], null)
  }

  #members(
    values: Readonly<Record<string, unknown>>,
    definitions: readonly ContractArgument[],
    outer: Treatment | null,
  ): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => {
        const definition = definitions.find((candidate) => candidate.name === name)
        return [name, this.#value(value, definition, treatmentOf(definition) ?? outer)]
      }),
    )
  }

  #value(value: unknown, definition: ContractArgument | undefined, labelled: Treatment | null): unknown {
    if (value === null || value === undefined) return null
    // Left out as a whole: not even how many items there are.
    if (labelled === 'leave-out') return leftOut
    if (Array.isArray(value)) return value.map((item) => this.#value(item, definition, labelled))
    const type = definition && this.#index.types.get(definition.typeName)
    if (typeof value === 'object' && type?.kind === 'input') {
      return this.#members(value as Readonly<Record<string, unknown>>, type.inputFields, labelled)
    }
    switch (labelled ?? unlabelled(definition, type?.kind === 'enum')) {
      case 'clear':
        return value
      case 'hash':
        return keyedHash(this.#key, value)
      case 'hash-with-length':
        return `${keyedHash(this.#key, value)} (${textOf(value).length} characters)`
      case 'leave-out':
        return leftOut
    }
  }
}

function treatmentOf(definition: ContractArgument | undefined): Treatment | null {
  if (!definition || definition.labels.length === 0) return null
  const wanted = definition.labels.map((label) => treatments[label])
  return strictest.find((treatment) => wanted.includes(treatment)) ?? 'hash'
}

function unlabelled(definition: ContractArgument | undefined, isEnum: boolean): Treatment {
  if (definition === undefined) return 'hash'
  const clear = isEnum || structural.has(definition.name) || structuralTypes.has(definition.typeName)
  return clear ? 'clear' : 'hash'
}
