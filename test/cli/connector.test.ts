/** `mandate connector list | test`, run against a live peer. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addConnectorCommands } from '../../cli/connector.ts'
import { realWorld } from '../../lib/world.ts'
import { startTablePeer, type TablePeer } from '../support/peers/table-api.ts'

const mapping = (url: string) => `
kind: servicenow
url: ${url}
allow: [${new URL(url).host}]
auth: { type: basic, username: env:SN_USER, password: env:SN_PASSWORD }
limits: { timeoutMs: 400, totalMs: 600, retries: 0 }
entities:
  ConfigurationItem:
    collection: cmdb_ci
    key: sys_id
    version: { field: sys_mod_count }
    fields:
      name: name
      class: { path: sys_class_name, enum: { SERVER: cmdb_ci_server } }
      operationalStatus: { constant: OPERATIONAL }
      environment: { constant: PRODUCTION }
      ownerId: { path: owned_by, format: 'person:{key}' }
      supportGroup: support_group
      location: nowhere
      createdAt: sys_created_on
      updatedAt: sys_updated_on
  CiRelation: { fallback: postgres }
  Change: { fallback: postgres }
  Incident: { fallback: postgres }
  WorkNote: { fallback: postgres }
`

describe('connector', () => {
  let peer: TablePeer
  let folder: string

  beforeAll(async () => {
    const columns = { cmdb_ci: ['name', 'sys_class_name', 'owned_by', 'support_group', 'cost_center'] }
    peer = await startTablePeer(() => new Date('2026-10-31T12:00:00Z'), { columns })
    const row = {
      sys_id: 'a1',
      name: 'Press 4 terminal\u001b[31m',
      sys_class_name: 'cmdb_ci_server',
      owned_by: 'ana.silva',
    }
    peer.tables['cmdb_ci']!.add({ ...row, support_group: 'Plant', cost_center: 'CC-1' })
    folder = mkdtempSync(path.join(tmpdir(), 'mandate-cli-'))
    mkdirSync(path.join(folder, 'connectors'))
    writeFileSync(path.join(folder, 'mandate.yaml'), 'subgraphs: { itsm: { connector: cmdb } }\n')
    writeFileSync(path.join(folder, 'connectors', 'cmdb.yaml'), mapping(peer.url))
    writeFileSync(
      path.join(folder, 'connectors', 'broken.yaml'),
      'kind: rest\nurl: https://a.example\nauth: { type: bearer, token: abc }\nentities: {}\n',
    )
  })
  afterAll(async () => {
    await peer[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  async function run(...argv: string[]) {
    let out = ''
    const program = new Command().exitOverride()
    const env = { SN_USER: peer.username, SN_PASSWORD: peer.password }
    addConnectorCommands(program, { env, folder, world: realWorld, write: (text) => void (out += text) })
    const error = await program.parseAsync(['connector', ...argv], { from: 'user' }).then(
      () => null,
      (reason: unknown) => (reason as Error).message,
    )
    return { out, error }
  }

  test('list says which are well, and names a file that cannot be used', async () => {
    const { out, error } = await run('list', '--json')
    expect(error).toBeNull()
    expect(JSON.parse(out)).toMatchObject([
      { name: 'broken', ok: false, detail: expect.stringContaining('a reference to a secret') },
      { name: 'cmdb', kind: 'servicenow', subgraph: 'itsm', ok: true, detail: 'The Table API answers.' },
    ])
    expect((await run('list')).out).toMatch(/cmdb\s+servicenow\s+itsm\s+well/)
  })

  test('test shows a sample, what is not mapped, and a column that is not there', async () => {
    const { out, error } = await run('test', 'cmdb', '--json')
    expect(error).toContain('is not fit for use yet')
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      health: { ok: true },
      fallback: ['CiRelation', 'Change', 'Incident', 'WorkNote'],
      entities: [
        {
          entity: 'ConfigurationItem',
          sample: { id: 'a1', class: 'SERVER', ownerId: 'person:ana.silva', serialNumber: null },
          emptyFields: ['serialNumber', 'accountId'],
          unmappedProperties: expect.arrayContaining(['cost_center']),
          problems: ['The table `cmdb_ci` shows no column `nowhere` to this account.'],
        },
      ],
    })
    const { out: text } = await run('test', 'cmdb')
    expect(text).toContain('FAIL ConfigurationItem from cmdb_ci')
    expect(text).not.toContain('\u001b')
  })

  test('test says what failed and how to mend it', async () => {
    peer.control.fault = 'redirect'
    const { out } = await run('test', 'cmdb')
    peer.control.fault = null
    expect(out).toContain('answered with a redirect, and redirects are never followed (to 169.254.169.254).')
    expect(out).toContain('Put the address that the system really answers at into `url`')
  })

  test('a name without a file is said plainly', async () => {
    expect((await run('test', 'sap')).error).toContain('there is no such file')
  })
})
