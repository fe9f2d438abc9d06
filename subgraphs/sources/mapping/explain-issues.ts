/** Turns the issues of a strict schema into places and sentences; an unknown key is answered with the keys that exist. */
import { z } from 'zod'

interface Explained {
  readonly at: readonly PropertyKey[]
  readonly message: string
}

/** Explains issues. Where a value could be one of several forms, the form that it comes nearest to is the one explained. */
export function explainIssues(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): readonly Explained[] {
  return issues.flatMap((issue) => explain(schema, issue, []))
}

function explain(schema: unknown, issue: z.core.$ZodIssue, base: readonly PropertyKey[]): readonly Explained[] {
  const at = [...base, ...issue.path]
  if (issue.code === 'unrecognized_keys') {
    const valid = keysAt(schema, issue.path)
    const known = valid.length > 0 ? ` It has: \`${valid.join('`, `')}\`.` : ''
    return issue.keys.map((key) => ({ at: [...at, key], message: `there is no key \`${key}\` here.${known}` }))
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The form with the deepest complaints is the one that was meant.
    const depth = (list: readonly z.core.$ZodIssue[]) =>
      Math.max(...list.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)))
    const forms: readonly (readonly z.core.$ZodIssue[])[] = issue.errors
    const nearest = forms.toSorted((a, b) => depth(b) - depth(a))[0] ?? []
    const index = forms.indexOf(nearest)
    const options = (schemaAt(schema, issue.path) as { options?: readonly unknown[] } | undefined)?.options
    return nearest.flatMap((inner) => explain(options?.[index], inner, at))
  }
  return [{ at, message: `${issue.message.replace(/\.$/, '')}.` }]
}

function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const found = schemaAt(schema, path)
  // Of several forms, the one that says most is the one that people make mistakes in.
  const forms = found instanceof z.ZodUnion ? found.options.map(unwrap) : [found]
  const keys = forms.map((form) => (form instanceof z.ZodObject ? Object.keys(form.shape) : []))
  return keys.toSorted((a, b) => b.length - a.length)[0] ?? []
}

/** The schema of a place; undefined where the path goes through something that this cannot look into. */
function schemaAt(schema: unknown, path: readonly PropertyKey[]): unknown {
  let inner = unwrap(schema)
  for (const key of path) {
    if (inner instanceof z.ZodObject) inner = unwrap((inner.shape as Record<string, unknown>)[String(key)])
    else if (inner instanceof z.ZodRecord) inner = unwrap(inner.valueType)
    else if (inner instanceof z.ZodArray) inner = unwrap(inner.element)
    else return undefined
  }
  return inner
}

function unwrap(schema: unknown): unknown {
  let inner = schema
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional) {
    inner = inner.unwrap()
  }
  return inner
}
