/** A whole gateway with one of its systems behind a connector: the same queries, metrics and health, and failures kept apart. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readConfig, ConfigError } from '../../gateway/config.ts'
import { startTablePeer, sysId, type TablePeer } from '../support/peers/table-api.ts'
import { startStack, type Stack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const columns = {
  cmdb_ci: [
    'name',
    'sys_class_name',
    'operational_status',
    'environment',
    'owned_by',
    'support_group',
    'serial_number',
  ],
}

const yaml = (url: string) => `
kind: servicenow
url: ${url}
allow: [${new URL(url).host}]
limits: { timeoutMs: 500, totalMs: 800, retries: 0, breaker: { failures: 3, halfOpenAfterMs: 300 } }
entities:
  ConfigurationItem:
    collection: cmdb_ci
    key: { fields: sys_id, format: '{key}' }
    version: { field: sys_mod_count }
    fields:
      name: name
      class: { path: sys_class_name, enum: { APPLICATION: cmdb_ci_appl, SERVER: [cmdb_ci_server, cmdb_ci_linux_server] } }
      operationalStatus: { path: operational_status, enum: { OPERATIONAL: '1', NON_OPERATIONAL: '2' } }
      environment: { constant: PRODUCTION }
      ownerId: { path: owned_by, format: 'person:{key}' }
      supportGroup: support_group
      serialNumber: serial_number
      createdAt: sys_created_on
      updatedAt: sys_updated_on
  CiRelation: { fallback: postgres }
  Change: { fallback: postgres }
  Incident: { fallback: postgres }
  WorkNote: { fallback: postgres }
`

describe('itsm reads its configuration items from a ServiceNow instance', () => {
  let peer: TablePeer
  let stack: Stack
  let folder: string
  let id: string

  beforeAll(async () => {
    peer = await startTablePeer(() => new Date('2026-10-31T12:00:00Z'), { columns, asks: 'nobody' })
    id = sysId(1, 'cmdb_ci')
    peer.tables['cmdb_ci']!.add({
      sys_id: id,
      name: 'Warehouse scanner gateway',
      sys_class_name: 'cmdb_ci_linux_server',
      operational_status: '1',
      owned_by: 'ana.silva',
      support_group: 'Servers',
    })
    folder = mkdtempSync(path.join(tmpdir(), 'mandate-connectors-'))
    writeFileSync(path.join(folder, 'cmdb.yaml'), yaml(peer.url))
    stack = await startStack({
      settings: (config) => ({ ...config, subgraphs: { itsm: { connector: 'cmdb' } }, connectors: { folder } }),
    })
  })
  afterAll(async () => {
    await stack[Symbol.asyncDispose]()
    await peer[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })
  afterEach(() => {
    peer.control.fault = null
  })

  const query = `query ($id: ID!) {
    configurationItem(id: $id) { id name class operationalStatus serialNumber }
    account(id: "acc-0001") { name }
    incidents(first: 1) { nodes { number } }
  }`
  const ask = () => stack.graphql('it-ops-agent', query, { id })
  const metrics = async () => (await stack.app.server.inject({ url: '/metrics' })).body
  const ready = async () =>
    (await stack.app.server.inject({ url: '/health/ready' })).json<{ ready: boolean; parts: object }>()

  test('the record has the form of the contract, beside records of our own tables', async () => {
    const answer = await ask()
    expect(answer.errors).toEqual([])
    expect(answer.data).toMatchObject({
      configurationItem: {
        id,
        name: 'Warehouse scanner gateway',
        class: 'SERVER',
        operationalStatus: 'OPERATIONAL',
        serialNumber: null,
      },
      account: { name: expect.any(String) },
      incidents: { nodes: [{ number: expect.any(String) }] },
    })
  })

  test('what the mapping cannot do is refused by name', async () => {
    const answer = await stack.graphql(
      'it-ops-agent',
      '{ configurationItems(filter: { name: { contains: "scan" } }, first: 1) { nodes { name } } }',
    )
    expect(answer.data?.['configurationItems'].nodes).toEqual([{ name: 'Warehouse scanner gateway' }])
  })

  test('a failing system costs its own fields alone; metrics and health say which', async () => {
    peer.control.fault = 'error'
    for (let round = 0; round < 3; round++) {
      const answer = await ask()
      expect([answer.status, answer.codes]).toEqual([200, ['SYSTEM_UNAVAILABLE']])
      expect(answer.data).toMatchObject({ configurationItem: null, account: { name: expect.any(String) } })
      expect(answer.text).not.toMatch(/corp|ORA-|127\.0\.0\.1/)
    }
    expect(await metrics()).toContain('mandate_connector_breaker{connector="cmdb",state="open"} 1')
    expect(await metrics()).toMatch(
      /mandate_connector_attempt_seconds_count\{connector="cmdb",outcome="server-error"\} [3-9]/,
    )
    expect(await ready()).toMatchObject({ ready: true, parts: { 'connector cmdb': 'not ready', database: 'ready' } })
    peer.control.fault = null
    await until(async () => (await ask()).errors.length === 0)
    expect(await metrics()).toContain('mandate_connector_breaker{connector="cmdb",state="closed"} 1')
  })

  test('a slow system is given up in its time, and the others answer', async () => {
    peer.control.fault = 'delay'
    const startedMs = performance.now()
    const answer = await ask()
    expect(performance.now() - startedMs).toBeLessThan(4_000)
    expect([answer.codes, answer.data?.['account'].name]).toEqual([['TIMEOUT'], expect.any(String)])
    peer.control.fault = null
    await until(async () => (await ask()).errors.length === 0)
  })

  test('an unmapped value names itself and what to do', async () => {
    const row = peer.tables['cmdb_ci']!.rows[0]!
    row['operational_status'] = '6'
    const answer = await ask()
    expect(answer.errors[0]?.message).toContain('the value `6` for ConfigurationItem.operationalStatus')
    row['operational_status'] = '1'
  })
})

test('a subgraph has an address or a connector', () => {
  const source = (subgraph: string) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'mandate-config-'))
    writeFileSync(path.join(folder, 'mandate.yaml'), `subgraphs: { finance: ${subgraph} }`)
    return () => readConfig({ env: {}, folder })
  }
  expect(source('{ connector: sap }')().subgraphs).toEqual({ finance: { connector: 'sap' } })
  for (const wrong of ['{}', '{ connector: sap, url: "http://127.0.0.1:1" }', '{ conector: sap }']) {
    expect(source(wrong)).toThrow(ConfigError)
  }
})
