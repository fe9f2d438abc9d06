/** Reads `$filter` and `$orderby` into SQL: the expressions of OData 4 and 2 that a business service commonly supports. */
import { sql, type RawBuilder } from 'kysely'
import { toTable, type PeerProperty, type PeerSet } from './sets.ts'

type Sql = RawBuilder<unknown>

interface Operand {
  readonly text: Sql
  /** The property that it is, or is folded from. */
  readonly property: PeerProperty | null
  /** The literal that it is. */
  readonly value: unknown
  readonly isLiteral: boolean
}

export class BadExpression extends Error {}

const token =
  /\s*(?:(?<typed>(?:guid|datetimeoffset|datetime|time)'(?:[^']|'')*')|(?<text>'(?:[^']|'')*')|(?<moment>\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d))?)|(?<number>-?\d+(?:\.\d+)?[LMdf]?)|(?<name>[A-Za-z_][\w/]*)|(?<mark>[(),]))/y

type Token = Readonly<Record<string, string | undefined>>

/** A condition of a set's rows. @throws {BadExpression} */
export function readFilter(set: PeerSet, text: string): Sql {
  const reader = new Reader(set, text)
  const condition = reader.either()
  reader.end()
  return condition
}

/** An order of a set's rows, with nulls where OData 4 has them: first when rising, last when falling. */
export function readOrder(set: PeerSet, text: string): Sql {
  const parts = text.split(/,(?![^(]*\))/).map((part) => {
    const [, subject = '', direction = 'asc'] = /^\s*(.+?)(?:\s+(asc|desc))?\s*$/.exec(part) ?? []
    const reader = new Reader(set, subject)
    const operand = reader.operand()
    reader.end()
    return direction === 'desc' ? sql`${operand.text} desc nulls last` : sql`${operand.text} asc nulls first`
  })
  return sql.join(parts)
}

const comparisons: Readonly<Record<string, Sql>> = {
  eq: sql`=`,
  ne: sql`<>`,
  gt: sql`>`,
  ge: sql`>=`,
  lt: sql`<`,
  le: sql`<=`,
}

class Reader {
  readonly #set: PeerSet
  readonly #text: string
  #at = 0

  constructor(set: PeerSet, text: string) {
    this.#set = set
    this.#text = text.trimEnd()
  }

  either(): Sql {
    let left = this.#both()
    while (this.#skip('or')) left = sql`(${left} or ${this.#both()})`
    return left
  }

  end(): void {
    if (this.#at < this.#text.length) throw new BadExpression(`Unexpected text at ${this.#at}.`)
  }

  operand(): Operand {
    const found = this.#next()
    const { name } = found
    if (name === undefined) return literalOf(found)
    if (name === 'null' || name === 'true' || name === 'false') return literalOf(found)
    if (name === 'tolower') {
      this.#take('(')
      const inner = this.operand()
      this.#take(')')
      return { ...inner, text: sql`lower(${inner.text})`, isLiteral: false }
    }
    const property = this.#set.properties.get(name)
    if (!property) throw new BadExpression(`There is no property ${name}.`)
    return { text: sql`t.${sql.id(property.column)}`, property, value: undefined, isLiteral: false }
  }

  #both(): Sql {
    let left = this.#one()
    while (this.#skip('and')) left = sql`(${left} and ${this.#one()})`
    return left
  }

  #one(): Sql {
    if (this.#skip('not')) return sql`not (${this.#one()})`
    if (this.#skip('(')) {
      const inner = this.either()
      this.#take(')')
      return inner
    }
    if (this.#skip('contains')) {
      const [whole, part] = this.#pair()
      return sql`position(${part} in ${whole}) > 0`
    }
    if (this.#skip('substringof')) {
      const [part, whole] = this.#pair()
      return sql`position(${part} in ${whole}) > 0`
    }
    return this.#comparison()
  }

  #pair(): readonly [Sql, Sql] {
    this.#take('(')
    const first = this.operand()
    this.#take(',')
    const second = this.operand()
    this.#take(')')
    return [first.text, second.text]
  }

  #comparison(): Sql {
    const left = this.operand()
    const operator = this.#next().name ?? ''
    if (operator === 'in') {
      this.#take('(')
      const values = [this.operand()]
      while (this.#skip(',')) values.push(this.operand())
      this.#take(')')
      return sql`${left.text} in (${sql.join(values.map((value) => against(left, value)))})`
    }
    const comparison = comparisons[operator]
    if (!comparison) throw new BadExpression(`There is no operator ${operator}.`)
    const right = this.operand()
    if (right.isLiteral && right.value === null) {
      return operator === 'ne' ? sql`${left.text} is not null` : sql`${left.text} is null`
    }
    return sql`${left.text} ${comparison} ${against(left, right)}`
  }

  #next(): Token {
    token.lastIndex = this.#at
    const found = token.exec(this.#text)
    if (!found?.groups) throw new BadExpression(`Cannot read the expression at ${this.#at}.`)
    this.#at = token.lastIndex
    return found.groups
  }

  /** Goes on behind `word`, where it comes next. */
  #skip(word: string): boolean {
    const before = this.#at
    if (before >= this.#text.length) return false
    const { name, mark } = this.#next()
    if (name === word || mark === word) return true
    this.#at = before
    return false
  }

  #take(word: string): void {
    if (!this.#skip(word)) throw new BadExpression(`Expected \`${word}\` at ${this.#at}.`)
  }
}

/** A literal as the column of the other side compares with it. */
function against(left: Operand, right: Operand): Sql {
  if (!right.isLiteral || !left.property) return right.text
  return sql`${toTable(left.property, right.value)}`
}

function literalOf({ typed, text, moment, number, name }: Token): Operand {
  const value = (): unknown => {
    if (text !== undefined) return unquote(text)
    if (typed !== undefined) return unquote(typed.slice(typed.indexOf("'")))
    if (moment !== undefined) return moment
    if (number !== undefined) return number.replace(/[LMdf]$/, '')
    return name === 'null' ? null : name === 'true'
  }
  const read = value()
  return { text: sql`${read}`, property: null, value: read, isLiteral: true }
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll("''", "'")
}
