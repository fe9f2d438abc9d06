/** Says what the strict schema of a definition found, in sentences with what to do about it. */
import { z } from 'zod'
import type { Finding } from './definition-problem.ts'

/** The findings of a value that does not fit; where it could be one of several forms, of the form that it comes nearest to. */
export function explainIssues(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): readonly Finding[] {
  return issues.flatMap((issue) => explain(schema, issue, []))
}

function explain(schema: unknown, issue: z.core.$ZodIssue, base: readonly PropertyKey[]): readonly Finding[] {
  const at = [...base, ...issue.path]
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysOf(schemaAt(schema, issue.path, issue.input))
      const mend = known.length === 0 ? 'Remove it.' : `Use one of ${known.map((key) => `\`${key}\``).join(', ')}.`
      return issue.keys.map((key) => finding([...at, key], `There is no key \`${key}\` here.`, mend))
    }
    case 'invalid_union': {
      const nearest = issue.errors.toSorted((a, b) => depthOf(b) - depthOf(a))[0]
      if (nearest !== undefined && depthOf(nearest) > 0) {
        return nearest.flatMap((inner) => explain(undefined, inner, at))
      }
      const types = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
      if (types.length === 0)
        return [finding(at, `${named(at)} has none of the forms that it may have.`, 'Correct it.')]
      const mend = `Use one of ${types.map((type) => `\`${type}\``).join(', ')}.`
      return [finding(at, `${named(at)} is not known.`, mend)]
    }
    case 'invalid_type':
      if (issue.input === undefined) return [finding(at, `${named(at)} is missing.`, 'Add it.')]
      return [finding(at, `${named(at)} is not ${kinds[issue.expected] ?? issue.expected}.`, 'Correct it.')]
    case 'invalid_key':
      return [finding(at, `The name ${named(at)} ${reason(issue.issues[0]?.message)}.`, 'Rename it.')]
    default:
      return [finding(at, `${named(at)} ${reason(issue.message)}.`, 'Correct it.')]
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

function finding(path: readonly PropertyKey[], message: string, mend: string): Finding {
  return { path: path.map((step) => (typeof step === 'number' ? step : String(step))), message, mend }
}

function named(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'The definition' : `\`${path.map(String).join('.')}\``
}

/** Our own messages begin with `must`; those of the library are turned round. */
function reason(message = 'must be different'): string {
  return message.startsWith('must') ? message : `is refused (${message.charAt(0).toLowerCase()}${message.slice(1)})`
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)))
}

function keysOf(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** The schema of a place; undefined where the path goes through something that this cannot look into. */
function schemaAt(schema: unknown, path: readonly PropertyKey[], input: unknown): unknown {
  let inner = choose(schema, path.length === 0 ? input : undefined)
  for (const [index, key] of path.entries()) {
    const last = index === path.length - 1
    if (inner instanceof z.ZodObject) inner = (inner.shape as Record<string, unknown>)[String(key)]
    else if (inner instanceof z.ZodRecord) inner = inner.valueType
    else if (inner instanceof z.ZodArray) inner = inner.element
    else return undefined
    inner = choose(inner, last ? input : undefined)
  }
  return inner
}

/** Below defaults and the like; of the kinds of nodes, the one that the value says it is. */
function choose(schema: unknown, input: unknown): unknown {
  let inner = schema
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap()
  }
  if (!(inner instanceof z.ZodDiscriminatedUnion)) return inner
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined
  return inner.options.find((option) => option instanceof z.ZodObject && shapeHas(option, type))
}

function shapeHas(option: z.ZodObject, type: unknown): boolean {
  const literal: unknown = option.shape['type']
  return literal instanceof z.ZodLiteral && literal.value === type
}
