/** Lists of YAML files: a service, an address and a scrape target for a new system, and every other line as it was. */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { addSystemToYaml } from '../../../cli/new-subgraph/yaml-lists.ts'

const compose = `x-gateway: &gateway
  SUBGRAPHS: crm=http://crm:4000/graphql,itsm=http://itsm:4000/graphql # for all gateways

services:
  crm:
    <<: *subgraph
    command: ['node', 'processes/subgraph.ts', 'crm']
  itsm:
    <<: *subgraph
    command: ['node', 'processes/subgraph.ts', 'itsm']

  # Kept.
  postgres:
    image: postgres:17-alpine
`
const added = (text: string, name = 'field-service') => addSystemToYaml('list.yml', text, 'crm', name)

describe('a service', () => {
  test('stands after those that are made alike, and gateways know its address', () => {
    expect(added(compose)).toBe(
      compose
        .replace('itsm:4000/graphql #', 'itsm:4000/graphql,field-service=http://field-service:4000/graphql #')
        .replace(
          "'itsm']\n",
          "'itsm']\n  field-service:\n    <<: *subgraph\n    command: ['node', 'processes/subgraph.ts', 'field-service']\n",
        ),
    )
  })

  test('that is there already is refused', () => {
    expect(() => added(compose, 'postgres')).toThrow('`postgres` is taken: list.yml has it already')
  })

  test('of no system: the file stays as it is', () => {
    const plain = 'services:\n  postgres:\n    image: postgres:17\n'
    expect(added(plain)).toBe(plain)
  })
})

test.each([
  ['targets:\n  - crm:4000\n  - itsm:4000\nother: 1\n', ['crm:4000', 'itsm:4000', 'field-service:4000']],
  ['targets: [crm:4000, itsm:4000] # all\nother: 1\n', ['crm:4000', 'itsm:4000', 'field-service:4000']],
  ["targets: ['crm:4000']\nother: 1\n", ['crm:4000', 'field-service:4000']],
])('a target joins %j', (text, targets) => {
  expect(parse(added(text))).toEqual({ targets, other: 1 })
})

test.each(['setting: "crm=http://crm:4000"\n', "setting: 'crm=http://crm:4000' # quoted\n"])(
  'an address joins %j',
  (text) => {
    expect(parse(added(text))).toEqual({ setting: 'crm=http://crm:4000,field-service=http://field-service:4000' })
  },
)

test('a file that does not parse is refused', () => {
  expect(() => added('services: [')).toThrow('list.yml cannot be read as YAML')
})
