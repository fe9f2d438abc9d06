/** Reads SCIM filters (RFC 7644, section 3.4.2.2) into a test of resources; text is compared without regard to case (RFC 7643, 2.2). */

type Resource = Readonly<Record<string, unknown>>
type Test = (resource: Resource) => boolean

export class BadFilter extends Error {}

const token = /\s*(?:(?<text>"(?:[^"\\]|\\.)*")|(?<mark>[()])|(?<word>[^\s()"]+))/y

/** The test that a filter stands for. @throws {BadFilter} */
export function readScimFilter(filter: string): Test {
  const reader = new Reader(filter)
  const test = reader.either()
  if (reader.next() !== null) throw new BadFilter('There is something behind the filter.')
  return test
}

class Reader {
  readonly #filter: string
  #at = 0

  constructor(filter: string) {
    this.#filter = filter.trim()
  }

  either(): Test {
    let left = this.#both()
    while (this.#skip('or')) {
      const [one, other] = [left, this.#both()]
      left = (resource) => one(resource) || other(resource)
    }
    return left
  }

  next(): string | null {
    if (this.#at >= this.#filter.length) return null
    token.lastIndex = this.#at
    const found = token.exec(this.#filter)
    if (!found) throw new BadFilter(`Cannot read the filter at ${this.#at}.`)
    this.#at = token.lastIndex
    return found[0].trim()
  }

  #both(): Test {
    let left = this.#one()
    while (this.#skip('and')) {
      const [one, other] = [left, this.#one()]
      left = (resource) => one(resource) && other(resource)
    }
    return left
  }

  #one(): Test {
    if (this.#skip('not')) {
      const inner = this.#one()
      return (resource) => !inner(resource)
    }
    if (this.#skip('(')) {
      const inner = this.either()
      if (!this.#skip(')')) throw new BadFilter('A parenthesis is not closed.')
      return inner
    }
    const name = this.next() ?? ''
    const operator = this.next() ?? ''
    if (operator === 'pr') return (resource) => attributeOf(resource, name) !== undefined
    const value = JSON.parse(this.next() ?? 'null') as unknown
    const compare = comparisons[operator]
    if (!compare) throw new BadFilter(`There is no operator ${operator}.`)
    return (resource) => {
      const actual = folded(attributeOf(resource, name))
      return actual !== undefined && compare(actual as never, folded(value) as never)
    }
  }

  #skip(word: string): boolean {
    const before = this.#at
    if (this.next() === word) return true
    this.#at = before
    return false
  }
}

const comparisons: Readonly<Record<string, (actual: never, value: never) => boolean>> = {
  eq: (actual, value) => actual === value,
  co: (actual: string, value: string) => actual.includes(value),
  gt: (actual: number, value: number) => actual > value,
  ge: (actual: number, value: number) => actual >= value,
  lt: (actual: number, value: number) => actual < value,
  le: (actual: number, value: number) => actual <= value,
}

function folded(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}

/** `name.givenName`, or an attribute of an extension behind its URN. */
function attributeOf(resource: Resource, name: string): unknown {
  const [, urn, rest = name] = /^(urn:.+):([^:]+)$/.exec(name) ?? []
  const start: unknown = urn === undefined ? resource : resource[urn]
  return rest.split('.').reduce<unknown>((value, key) => (value as Resource | undefined)?.[key], start) ?? undefined
}
