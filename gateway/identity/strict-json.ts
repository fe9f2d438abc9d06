/**
 * JSON that means one thing: objects only, in valid UTF-8, with no member named twice. Two parsers that keep different ones
 * of a repeated member would see two different tokens (RFC 8725, section 2.4; RFC 7515, section 4).
 */

/** A member that stands twice in one object. */
export class RepeatedMember extends Error {
  constructor(name: string) {
    super(`The member ${JSON.stringify(name.slice(0, 64))} stands twice.`)
    this.name = 'RepeatedMember'
  }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Parses one JSON object; throws {@link RepeatedMember}, or a SyntaxError or TypeError for anything else that is wrong. */
export function parseStrictObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const text = strictUtf8.decode(bytes)
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('It is not a JSON object.')
  refuseRepeatedMembers(text)
  return value as Record<string, unknown>
}

/** INVARIANT: `text` is valid JSON, so a string before a colon is a member's name and every bracket has its partner. */
function refuseRepeatedMembers(text: string): void {
  const open: (Set<string> | null)[] = []
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/gu)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(null)
    else if (token === '}' || token === ']') open.pop()
    else if (token.endsWith(':')) {
      const name = JSON.parse(token.slice(0, -1)) as string
      const names = open.at(-1)
      if (names?.has(name) === true) throw new RepeatedMember(name)
      names?.add(name)
    }
  }
}
