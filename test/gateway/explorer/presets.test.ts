import path from 'node:path'
import { OperationTypeNode, buildSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql'
import { describe, expect, test } from 'vitest'
import { newKey } from '../../../gateway/explorer/options.ts'
import { presets } from '../../../gateway/explorer/presets.ts'
import { composeSupergraph } from '../../../gateway/federation/compose.ts'
import { demoIdentities } from '../../../gateway/identity/demo-identities.ts'
import { describeOperation } from '../../../gateway/operation.ts'
import { contractIndex, readContracts } from '../../../schema/contract.ts'

const contracts = readContracts(path.resolve(import.meta.dirname, '../../../schema'))
const index = contractIndex(contracts)

const apiSchema = buildSchema(composeSupergraph(contracts).apiSdl())

/** What is wrong with an operation and its variables; empty when they fit. */
function problems(query: string, variables: Readonly<Record<string, unknown>>): readonly string[] {
  const document = parse(query)
  const definitions = getOperationAST(document)?.variableDefinitions ?? []
  const { errors = [] } = getVariableValues(apiSchema, definitions, { ...variables })
  return [...validate(apiSchema, document), ...errors].map(({ message }) => message)
}

/** The fields that a preset asks for, as the contracts know them. */
function fieldsOf(name: string | undefined) {
  const preset = presets.find((one) => one.name === name)
  if (!preset) throw new Error(`There is no preset \`${name ?? ''}\`.`)
  const { query: text, variables } = preset
  const document = parse(text)
  // INVARIANT: an earlier case has validated it.
  const operation = getOperationAST(document)!
  const { coordinates } = describeOperation({
    schema: apiSchema,
    document,
    operation,
    text,
    variables,
    maxFields: 500,
  })
  return coordinates.map((coordinate) => index.fields.get(coordinate))
}

describe('every preset', () => {
  test.for(presets.map((preset) => [preset.name, preset] as const))(
    '%s fits the schema',
    ([, { query, variables }]) => {
      expect(problems(query, variables)).toEqual([])
    },
  )

  test.for(presets.map((preset) => [preset.name, preset] as const))('%s is for a demo identity', ([, preset]) => {
    expect(demoIdentities.map(({ name }) => name)).toContain(preset.as)
  })

  test.for(presets.map((preset) => [preset.name, preset] as const))('%s gives a mutation a new key', ([, preset]) => {
    const isMutation = getOperationAST(parse(preset.query))?.operation === OperationTypeNode.MUTATION
    expect(JSON.stringify(preset.variables).includes(JSON.stringify(newKey))).toBe(isMutation)
  })
})

test('a preset that does not fit is found out', () => {
  expect(problems('{ acount(id: "acc-0001") { name } }', {})).not.toEqual([])
  expect(problems('query ($id: ID!) { account(id: $id) { name } }', {})).not.toEqual([])
})

test('names are unique', () => {
  expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length)
})

test('the first one spans three systems', () => {
  // Keys are everywhere; what one system alone resolves comes from there.
  const systems = fieldsOf(presets[0]?.name).flatMap((field) => (field?.subgraphs.length === 1 ? field.subgraphs : []))
  expect(new Set(systems)).toEqual(new Set(['crm', 'itsm', 'finance']))
})

test('the refusal asks for restricted data', () => {
  expect(fieldsOf('bank-details').some((field) => field?.labels.includes('RESTRICTED'))).toBe(true)
})
