/** JSON from outside, without the one member that could change the prototype of an object that it is copied into. */

/**
 * Parses JSON and leaves out every `__proto__` member. Only a text that could have one, written plainly or escaped, pays for
 * the look at each member.
 * @throws {SyntaxError} when the text is not JSON (RFC 8259).
 */
export function parseJson(text: string): unknown {
  if (!text.includes('__proto__') && !text.includes(String.raw`\u`)) return JSON.parse(text)
  return JSON.parse(text, (key, value: unknown) => (key === '__proto__' ? undefined : value))
}
