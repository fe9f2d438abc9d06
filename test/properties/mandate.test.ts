/**
 * For every demo role: whatever is sent, nothing that comes back names a coordinate outside of the caller's mandate. The truth
 * about what is outside comes from the rules, not from the schema that is under test.
 */
import fc from 'fast-check'
import {
  type GraphQLSchema,
  buildSchema,
  getIntrospectionQuery,
  isCompositeType,
  isEnumType,
  isInputObjectType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorityView } from '../../gateway/policy/authority.ts'
import { demoIdentities } from '../../gateway/identity/demo-identities.ts'
import { loadPolicies } from '../../policies/engine/load.ts'
import { composeSupergraph } from '../../gateway/federation/compose.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { contractIndex, readContracts } from '../../schema/contract.ts'
import { repository } from '../support/process.ts'
import { type Stack, type StackOptions, startStack } from '../support/stack.ts'

interface Outside {
  /** Fields that are not there for the caller: `Type.field`. */
  readonly coordinates: readonly Coordinate[]
  /** Names of types and fields that stand in hidden coordinates only. */
  readonly names: ReadonlySet<string>
}

let stack: Stack
let whole: GraphQLSchema
const outside = new Map<string, Outside>()

beforeAll(async () => {
  const contracts = readContracts(`${repository}/schema`)
  whole = buildSchema(composeSupergraph(contracts).apiSdl())
  const loaded = await loadPolicies({ folder: `${repository}/policies`, index: contractIndex(contracts) })
  if (loaded.outcome === 'refused') throw new Error('The policies do not load.')
  for (const { name, kind, roles } of demoIdentities) {
    const scopes = roles.flatMap((role) => loaded.revision.roles.get(role)?.scopes ?? [])
    const view = authorityView(loaded.revision, { kind, roles, scopes })
    outside.set(
      name,
      findOutside((coordinate) => view.standing(coordinate).disclosure !== 'undisclosed'),
    )
  }
  stack = await startStack({ settings: unlimited })
})
afterAll(() => stack[Symbol.asyncDispose]())

const unlimited: NonNullable<StackOptions['settings']> = (config) => ({
  ...config,
  limits: { ...config.limits, costPerMinute: 10_000_000 },
})

function findOutside(isDisclosed: (coordinate: Coordinate) => boolean): Outside {
  const known = new Set<string>()
  const hidden: Coordinate[] = []
  const reached = new Set<string>(['Query', 'Mutation'])
  const fieldsOf = Object.values(whole.getTypeMap()).filter((type) => isCompositeType(type) && 'getFields' in type)
  for (const type of fieldsOf) {
    if (!('getFields' in type) || type.name.startsWith('__')) continue
    for (const field of Object.keys(type.getFields())) {
      const coordinate: Coordinate = `${type.name}.${field}`
      if (!isDisclosed(coordinate)) hidden.push(coordinate)
      else {
        known.add(field)
        reached.add(type.name)
      }
    }
  }
  const types = hidden.map((coordinate) => coordinate.split('.')[0] ?? '').filter((name) => !reached.has(name))
  const fields = hidden.map((coordinate) => coordinate.split('.')[1] ?? '')
  // The same word may stand for an argument or an input that the caller does see.
  const words = [...types, ...fields].filter(
    (name) => !known.has(name) && !inputNames().has(name) && isUnmistakable(name),
  )
  return { coordinates: hidden, names: new Set(words) }
}

function inputNames(): ReadonlySet<string> {
  const inputs = Object.values(whole.getTypeMap()).filter(isInputObjectType)
  return new Set(inputs.flatMap((type) => Object.keys(type.getFields())))
}

/** A word of two parts at least: `payments` may stand in any sentence, `journalEntries` in none. */
function isUnmistakable(name: string): boolean {
  return /[a-z][A-Z]/.test(name)
}

function namedIn(text: string, { names }: Outside): readonly string[] {
  return [...new Set(text.match(/\w+/g) ?? [])].filter((word) => names.has(word))
}

/** What an answer says of its own accord: without the words that the caller sent, and those that stand in every refusal. */
function saidOfItself(text: string, sent: string): string {
  const own = new Set([...(sent.match(/\w+/g) ?? []), 'policyRevision'])
  return text.replaceAll(/\w+/g, (word) => (own.has(word) ? '' : word))
}

/** Three hold the explorer scope: nothing is hidden from them. */
const bounded = demoIdentities.filter(({ name }) => !['dev.patel', 'omar.haddad', 'nina.vogt'].includes(name))

for (const { name: as } of bounded) {
  describe(as, () => {
    const hidden = () => outside.get(as) as Outside

    test('has something that it must not know of, so that the properties below can fail', () => {
      expect(hidden().coordinates.length).toBeGreaterThan(10)
      expect(hidden().names.size).toBeGreaterThan(5)
    })

    test('introspection names nothing outside: types, fields, arguments, inputs, enum values, descriptions', async () => {
      const { data, text } = await stack.graphql(
        as,
        getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true }),
      )
      expect(namedIn(text, hidden())).toEqual([])
      const types = data?.['__schema'].types as { name: string; fields: { name: string }[] | null }[]
      const shown = types.flatMap((type) => (type.fields ?? []).map((field) => `${type.name}.${field.name}`))
      expect(shown.filter((coordinate) => hidden().coordinates.includes(coordinate as Coordinate))).toEqual([])
      // An input or an enum that only hidden fields use is hidden with them.
      const names = types.map(({ name }) => name)
      expect(orphans(shown, names)).toEqual([])
    })

    test('a hidden name, or a slip of the pen beside one, is told nothing', async () => {
      const property = fc.asyncProperty(attempt(hidden), async (sent) => {
        const answer = await stack.graphql(as, sent)
        const said = saidOfItself(answer.text, sent)
        expect(namedIn(said, hidden()), `${sent}\n${answer.text}`).toEqual([])
        expect(answer.data ?? null, answer.text).toSatisfy(isEmpty)
      })
      await fc.assert(property, { numRuns: 12, seed: 20_261_031 })
    })
  })
}

/** Types that are shown although nothing that is shown leads to them. */
function orphans(shown: readonly string[], types: readonly string[]): readonly string[] {
  const led = new Set<string>()
  const lead = (name: string): void => {
    if (led.has(name)) return
    led.add(name)
    const type = whole.getType(name)
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) lead(bare(String(field.type)))
  }
  for (const coordinate of shown) {
    const [typeName = '', fieldName = ''] = coordinate.split('.')
    const type = whole.getType(typeName)
    const field = type && 'getFields' in type ? type.getFields()[fieldName] : undefined
    if (field === undefined) continue
    lead(bare(String(field.type)))
    if ('args' in field) for (const { type: argument } of field.args) lead(bare(String(argument)))
  }
  return types.filter((name) => {
    const type = whole.getType(name)
    return !name.startsWith('__') && (isInputObjectType(type) || isEnumType(type)) && !led.has(name)
  })
}

const bare = (type: string) => type.replaceAll(/[[\]!]/g, '')

/** Nothing but introspection of what does not exist. */
const isEmpty = (data: unknown) => data === null || JSON.stringify(data) === '{"__type":null}'

/** A document that asks for something hidden, well or badly spelt, in one of the places where a name may stand. */
function attempt(hidden: () => Outside): fc.Arbitrary<string> {
  const places: ((type: string, field: string) => string)[] = [
    (_type, field) => `{ ${field} }`,
    (_type, field) => `{ ${field}(first: 1, input: {}) { id ${field} } }`,
    (_type, field) => `mutation { ${field}(input: { id: "x", ${field}: "x" }) { replayed } }`,
    (type, field) => `{ me { ... on ${type} { ${field} } } }`,
    (type, field) => `{ me { ...F } } fragment F on ${type} { ${field} { ${field} } }`,
    (type) => `query ($v: ${type}!) { me { id } }`,
    (type) => `query ($v: [${type}]) { me(v: $v) { id } }`,
    (type) =>
      `{ __type(name: "${type}") { name kind description fields { name } inputFields { name } enumValues { name } } }`,
    (_type, field) => `{ account(id: "acc-0001") { ${field} { id } } }`,
    (_type, field) => `{ supplier(id: "x") { ${field} bankDetails { ${field} } } }`,
    (_type, field) => `{ accounts(filter: { ${field}: "x" }, sort: { field: ${field} }) { totalCount } }`,
    (_type, field) => `{ me { id @${field} } }`,
  ]
  const slip = fc.constantFrom<(name: string) => string>(
    (name) => name,
    (name) => name.slice(0, -1),
    (name) => name.slice(1),
    (name) => `${name}s`,
    (name) => name.toLowerCase(),
    (name) => name.replace(/(.)(.)$/, '$2$1'),
    (name) => name.replace(/[aeiou]/, ''),
  )
  return fc
    .tuple(fc.nat(), slip, fc.constantFrom(...places))
    .map(([pick, misspell, place]) => {
      const { coordinates } = hidden()
      const [type = '', field = ''] = (coordinates[pick % coordinates.length] ?? '').split('.')
      return place(misspell(type), misspell(field))
    })
    .filter((text) => !/[( {]\d|\bon [^A-Za-z]/.test(text))
}
