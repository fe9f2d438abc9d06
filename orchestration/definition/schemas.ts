/** JSON Schemas (draft 2020-12) of inputs and results: compiled once, and their findings in our words. */
import { createHash } from 'node:crypto'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import canonicalize from 'canonicalize'
import { LRUCache } from 'lru-cache'
import type { JsonSchema } from './model.ts'

/** What does not fit. `path` is `invoice.lines[0].amount`; empty for the whole value. */
export interface SchemaFinding {
  readonly path: string
  readonly message: string
}

/** All that does not fit, in the order of the schema; empty when the value fits. */
export type SchemaCheck = (value: unknown) => readonly SchemaFinding[]

/** More than these help nobody. */
const maxFindings = 20

const compiled = new LRUCache<string, SchemaCheck>({ max: 500 })

/** Compiles a schema. `name` is what the value is called in the messages. @throws an Error that says what the schema has wrong. */
export function compileSchema(schema: JsonSchema, name = 'result'): SchemaCheck {
  const key = createHash('sha256')
    .update(`${name} ${canonicalize(schema) ?? ''}`)
    .digest('hex')
  const known = compiled.get(key)
  if (known !== undefined) return known
  const check = checkOf(compile(schema), name)
  compiled.set(key, check)
  return check
}

/** With an Ajv of its own, so that the `$id` of one schema is no name in another and nothing is kept beyond the cache. */
function compile(schema: JsonSchema): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    allowUnionTypes: true,
    logger: false,
    strict: true,
    strictRequired: false,
    strictTuples: false,
    strictTypes: false,
    validateSchema: true,
  })
  addFormats.default(ajv, ['date', 'date-time', 'duration', 'email', 'time', 'uri', 'uuid'])
  const validate = ajv.compile(schema)
  if ('$async' in validate) throw new Error('`$async` cannot be used')
  return validate
}

function checkOf(validate: ValidateFunction, name: string): SchemaCheck {
  return (value) => {
    if (validate(value)) return []
    return (validate.errors ?? []).slice(0, maxFindings).map((error) => findingOf(error, name))
  }
}

function findingOf(error: ErrorObject, name: string): SchemaFinding {
  const segments = error.instancePath.split('/').slice(1).map(unescape)
  const extra = memberOf(error)
  const path = pathOf(extra === null ? segments : [...segments, extra])
  const shown = path === '' ? name : path.startsWith('[') ? `${name}${path}` : `${name}.${path}`
  return { path, message: `\`${shown}\` ${sayError(error)}` }
}

/** The member that a finding about its object means. */
function memberOf({ keyword, params }: ErrorObject): string | null {
  const { missingProperty, additionalProperty, unevaluatedProperty } = params as Readonly<
    Record<string, string | undefined>
  >
  if (keyword === 'required') return missingProperty ?? null
  return additionalProperty ?? unevaluatedProperty ?? null
}

const types: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
}

function sayError({ keyword, params, message }: ErrorObject): string {
  const values = params as Readonly<Record<string, unknown>>
  switch (keyword) {
    case 'required':
      return 'is missing'
    case 'additionalProperties':
    case 'unevaluatedProperties':
    case 'false schema':
      return 'is not allowed'
    case 'type':
      return `must be ${[values['type']]
        .flat()
        .map((type) => types[String(type)] ?? String(type))
        .join(' or ')}`
    case 'enum':
      return `must be one of ${(values['allowedValues'] as readonly unknown[]).map((one) => `\`${String(one)}\``).join(', ')}`
    case 'const':
      return `must be \`${String(values['allowedValue'])}\``
    case 'format':
      return `must be a ${String(values['format'])}`
    case 'pattern':
      return `must match \`${String(values['pattern'])}\``
    case 'minLength':
      return `must have at least ${String(values['limit'])} characters`
    case 'maxLength':
      return `must have at most ${String(values['limit'])} characters`
    case 'minItems':
      return `must have at least ${String(values['limit'])} items`
    case 'maxItems':
      return `must have at most ${String(values['limit'])} items`
    default:
      // The library's own words for the rest: `must be >= 0`, `must match exactly one schema in oneOf`.
      return message ?? 'does not fit'
  }
}

function unescape(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~')
}

function pathOf(segments: readonly string[]): string {
  return segments.reduce((path, segment) => {
    if (/^\d+$/u.test(segment)) return `${path}[${segment}]`
    return path === '' ? segment : `${path}.${segment}`
  }, '')
}
