/** Goes through JSON (RFC 8259) and remembers where things are, so that a mistake in a file can be pointed at. */

export interface JsonPlace {
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
}

export interface JsonMember {
  readonly name: string
  readonly at: JsonPlace
  readonly value: JsonValue
}

/** A value; members stay a list, so that a repeated or a special name is seen and never becomes a property. */
export type JsonValue =
  | { readonly kind: 'object'; readonly at: JsonPlace; readonly members: readonly JsonMember[] }
  | { readonly kind: 'array'; readonly at: JsonPlace; readonly items: readonly JsonValue[] }
  | { readonly kind: 'scalar'; readonly at: JsonPlace; readonly value: string | number | boolean | null }

/** Where a text stops to be JSON, and what is wrong there. */
export class JsonMistake extends Error {
  override readonly name = 'JsonMistake'
  readonly at: JsonPlace

  constructor(message: string, at: JsonPlace) {
    super(message)
    this.at = at
  }
}

const deepest = 6
const space = /[ \t\r\n]*/y
const literal = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y

/** Reads a text. @throws {JsonMistake} */
export function scanJson(text: string): JsonValue {
  const scanner = new Scanner(text)
  const value = scanner.value(0)
  scanner.end()
  return value
}

class Scanner {
  readonly #text: string
  #offset = 0
  /** How far lines are counted. */
  #counted = { offset: 0, line: 1, lineStart: 0 }

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonValue {
    this.#skip()
    const at = this.#place()
    if (depth > deepest) throw new JsonMistake('The values are nested too deeply.', at)
    switch (this.#text[this.#offset]) {
      case '{':
        return { kind: 'object', at, members: this.#list('}', () => this.#member(depth)) }
      case '[':
        return { kind: 'array', at, items: this.#list(']', () => this.value(depth + 1)) }
      case '"':
        return { kind: 'scalar', at, value: this.#string() }
      default:
        return { kind: 'scalar', at, value: JSON.parse(this.#take(literal, 'a value')) as number | boolean | null }
    }
  }

  end(): void {
    this.#skip()
    if (this.#offset < this.#text.length) throw new JsonMistake('There is text behind the end.', this.#place())
  }

  #member(depth: number): JsonMember {
    this.#skip()
    const at = this.#place()
    const name = this.#string()
    this.#expect(':')
    return { name, at, value: this.value(depth + 1) }
  }

  #list<T>(close: string, read: () => T): T[] {
    this.#offset += 1
    const items: T[] = []
    this.#skip()
    if (this.#text[this.#offset] === close) {
      this.#offset += 1
      return items
    }
    for (;;) {
      items.push(read())
      this.#skip()
      const next = this.#text[this.#offset]
      if (next !== ',' && next !== close) {
        throw new JsonMistake(`Here must be \`,\` or \`${close}\`, not ${this.#here()}.`, this.#place())
      }
      this.#offset += 1
      if (next === close) return items
    }
  }

  #string(): string {
    return JSON.parse(this.#take(string, 'a text in double quotes')) as string
  }

  #expect(mark: string): void {
    this.#skip()
    if (this.#text[this.#offset] !== mark) {
      throw new JsonMistake(`Here must be \`${mark}\`, not ${this.#here()}.`, this.#place())
    }
    this.#offset += 1
  }

  #take(form: RegExp, what: string): string {
    form.lastIndex = this.#offset
    const [found] = form.exec(this.#text) ?? []
    if (found === undefined) throw new JsonMistake(`Here must be ${what}, not ${this.#here()}.`, this.#place())
    this.#offset += found.length
    return found
  }

  #skip(): void {
    space.lastIndex = this.#offset
    this.#offset += space.exec(this.#text)?.[0].length ?? 0
  }

  #here(): string {
    const code = this.#text.codePointAt(this.#offset)
    if (code === undefined) return 'the end'
    const character = String.fromCodePoint(code)
    return /\p{C}/u.test(character) ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : `\`${character}\``
  }

  /** Lines are counted from where they were counted last: the whole costs one pass. */
  #place(): JsonPlace {
    for (;;) {
      const next = this.#text.indexOf('\n', this.#counted.offset)
      if (next === -1 || next >= this.#offset) break
      this.#counted = { offset: next + 1, line: this.#counted.line + 1, lineStart: next + 1 }
    }
    return { line: this.#counted.line, column: this.#offset - this.#counted.lineStart + 1 }
  }
}
