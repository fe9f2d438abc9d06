/** Which processes there are, and what each is told. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '../../gateway/config.ts'
import { planProcesses } from '../../processes/plan.ts'
import { subgraphNames } from '../../subgraphs/index.ts'

const nowhere = path.join(import.meta.dirname, 'no-such-folder')
const plan = (env: Record<string, string> = {}, change: object = {}) =>
  planProcesses({ ...readConfig({ env, folder: nowhere }), ...change }, subgraphNames)
const named = (name: string, ...args: Parameters<typeof plan>) => {
  const found = plan(...args).find((each) => each.name === name)
  if (!found) throw new Error(`There is no process ${name}.`)
  return found
}

test('the issuer, a process for each subgraph, two gateways; ports counted from one', () => {
  expect(plan({ PORT: '5000' }).map(({ name, kind, address }) => [name, kind, address])).toEqual([
    ['issuer', 'issuer', 'http://localhost:5010'],
    ...subgraphNames.map((name, n) => [name, 'subgraph', `http://localhost:${5101 + n}`]),
    ['gateway-1', 'gateway', 'http://localhost:5000'],
    ['gateway-2', 'gateway', 'http://localhost:5001'],
  ])
})

test('gateways know every subgraph, subgraphs the keys of every gateway, and all the audience of tokens', () => {
  for (const name of ['gateway-1', 'gateway-2']) {
    const told = Object.fromEntries(
      (named(name).env['MANDATE_SUBGRAPHS'] ?? '').split(',').map((pair) => pair.split('=')),
    )
    expect(Object.keys(told)).toEqual(subgraphNames)
    expect(told).toMatchObject({ crm: 'http://127.0.0.1:4101/graphql' })
    expect(named(name).env).toMatchObject({
      MANDATE_AUDIENCE: 'http://localhost:4000/graphql',
      MANDATE_DEVELOPMENT_ISSUER: 'http://localhost:4010',
    })
  }
  expect(named('crm').env['MANDATE_STATEMENT_KEYS']).toBe(
    'http://127.0.0.1:4000/.well-known/statement-keys.json,http://127.0.0.1:4001/.well-known/statement-keys.json',
  )
  expect(named('issuer').env['MANDATE_AUDIENCE']).toBe('http://localhost:4000/graphql')
})

test('what a process is told can be read as settings', () => {
  const { subgraphs } = readConfig({ env: named('gateway-2').env, folder: nowhere })
  expect(subgraphs['crm']).toEqual({ url: 'http://127.0.0.1:4101/graphql' })
  expect(readConfig({ env: named('crm').env, folder: nowhere }).statements.keyUrls).toHaveLength(2)
})

test('in production there is no issuer', () => {
  const names = plan({ NODE_ENV: 'production' }).map(({ name }) => name)
  expect(names).not.toContain('issuer')
  expect(named('gateway-1', { NODE_ENV: 'production' }).env).not.toHaveProperty('MANDATE_DEVELOPMENT_ISSUER')
})

test('a subgraph that runs elsewhere is not started, and those here know other gateways too', () => {
  const env = { MANDATE_SUBGRAPHS: 'itsm=http://elsewhere/graphql', MANDATE_STATEMENT_KEYS: 'https://third/keys' }
  expect(plan(env).map(({ name }) => name)).not.toContain('itsm')
  expect(named('gateway-1', env).env['MANDATE_SUBGRAPHS']).not.toContain('itsm=')
  expect(named('crm', env).env['MANDATE_STATEMENT_KEYS']).toContain(',https://third/keys')
})
