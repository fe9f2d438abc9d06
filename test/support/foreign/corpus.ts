/** Random operations over any schema, the same for the same seed: fragments, aliases, variables, conditions, abstract types. */
import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql'

export interface CorpusOperation {
  readonly query: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** Values for arguments by name; what is not named gets a value of its type. */
export type ArgumentPool = Readonly<Record<string, readonly unknown[]>>

/** Makes `count` operations. */
export function makeCorpus(schema: GraphQLSchema, seed: number, count: number, pool: ArgumentPool): CorpusOperation[] {
  const random = mulberry(seed)
  return Array.from({ length: count }, () => new Operation(schema, random, pool).make())
}

class Operation {
  readonly #schema: GraphQLSchema
  readonly #random: () => number
  readonly #pool: ArgumentPool
  readonly #variables = new Map<string, { type: string; value: unknown }>()
  readonly #fragments: string[] = []
  #aliases = 0

  constructor(schema: GraphQLSchema, random: () => number, pool: ArgumentPool) {
    this.#schema = schema
    this.#random = random
    this.#pool = pool
  }

  make(): CorpusOperation {
    const selections = this.#selections(this.#schema.getQueryType()!, 4)
    const declared = [...this.#variables].map(([name, { type }]) => `$${name}: ${type}`).join(', ')
    return {
      query: [`query${declared === '' ? '' : `(${declared})`} ${selections}`, ...this.#fragments].join('\n'),
      variables: Object.fromEntries([...this.#variables].map(([name, { value }]) => [name, value])),
    }
  }

  #selections(type: GraphQLNamedType, depth: number): string {
    const parts: string[] = []
    if (this.#chance(0.3)) parts.push(this.#chance(0.2) ? 'kindOfIt: __typename' : '__typename')
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        if (this.#chance(depth > 3 ? 0.4 : 0.55)) parts.push(...this.#field(field, depth))
      }
    }
    if (isAbstractType(type)) {
      for (const possible of this.#schema.getPossibleTypes(type)) {
        if (this.#chance(0.7)) parts.push(this.#fragment(possible, depth))
      }
      if (isInterfaceType(type) && this.#chance(0.2)) parts.push(this.#fragment(type, depth))
    } else if (isObjectType(type) && this.#chance(0.15)) parts.push(this.#fragment(type, depth))
    if (parts.length === 0) parts.push('__typename')
    return `{ ${parts.join(' ')} }`
  }

  #field(field: GraphQLField<unknown, unknown>, depth: number): string[] {
    const named = getNamedType(field.type)
    if (!isLeafType(named) && depth === 0) return []
    const inner = isLeafType(named) ? '' : ` ${this.#selections(named, depth - 1)}`
    // Two fields of one name must be the same field: what has arguments or may differ by type gets an alias of its own.
    const needsAlias = field.args.length > 0 || !isLeafType(named) || this.#chance(0.2)
    const alias = needsAlias ? `a${(this.#aliases += 1)}: ` : ''
    const args = field.args.flatMap((argument) => this.#argument(argument)).join(', ')
    const text = `${alias}${field.name}${args === '' ? '' : `(${args})`}${this.#condition()}${inner}`
    return [text]
  }

  #argument(argument: GraphQLArgument): string[] {
    if (!isNonNullType(argument.type) && this.#chance(0.4)) return []
    const value = this.#value(argument)
    if (this.#chance(0.5)) {
      const name = `v${this.#variables.size}`
      this.#variables.set(name, { type: String(argument.type), value })
      return [`${argument.name}: $${name}`]
    }
    return [`${argument.name}: ${isEnumType(getNamedType(argument.type)) ? String(value) : JSON.stringify(value)}`]
  }

  #value({ name, type }: GraphQLArgument): unknown {
    const pool = this.#pool[name]
    return pool ? this.#pick(pool) : this.#valueOf(type)
  }

  #valueOf(type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.#valueOf(type.ofType)
    if (isListType(type)) return [this.#valueOf(type.ofType)]
    if (isEnumType(type)) return this.#pick(type.getValues()).name
    return { Int: 3, Float: 1.5, Boolean: true }[type.name] ?? 'a'
  }

  #condition(): string {
    if (!this.#chance(0.12)) return ''
    const directive = this.#pick(['include', 'skip'])
    if (this.#chance(0.4)) return ` @${directive}(if: ${this.#pick(['true', 'false'])})`
    const name = `v${this.#variables.size}`
    this.#variables.set(name, { type: 'Boolean!', value: this.#chance(0.5) })
    return ` @${directive}(if: $${name})`
  }

  #fragment(type: GraphQLNamedType, depth: number): string {
    const selections = this.#selections(type, Math.max(0, depth - 1))
    if (this.#chance(0.6)) return `... on ${type.name}${this.#condition()} ${selections}`
    const name = `F${this.#fragments.length}`
    this.#fragments.push(`fragment ${name} on ${type.name} ${selections}`)
    return `...${name}`
  }

  #chance(probability: number): boolean {
    return this.#random() < probability
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T
  }
}

function mulberry(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
