/** `npm run demo` as it is run: against a gateway that is there, against none, and where something is not as it should be. */
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GatewayProcess, cleanEnvironment, freePort, repository, run, startGateway } from '../support/process.ts'

const demo = (args: string[], env: Record<string, string> = {}) =>
  run(process.execPath, ['examples/demo.ts', ...args], { cwd: repository, env: { ...cleanEnvironment(), ...env } })

/** One screen, in plain characters, with the whole story on it. */
function expectScreen(stdout: string): void {
  const lines = stdout.split('\n')
  expect(lines.length).toBeLessThanOrEqual(45)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(110)
  expect(stdout).not.toContain('\u001b')
  for (const told of [
    'Erika Brandt, Head of Warehouse Operations at Nordwind Logistics GmbH',
    'WORKING now',
    'with Field Devices, for Nordwind Logistics handheld scanners',
    'person:maria.keller was notified at',
    'POLICY_DENIED',
    'ask treasury for the scope finance:bank:read',
    'Cannot query field "postJournalEntry" on type "Mutation".',
    'Byte for byte',
    'denied Supplier.bankDetails, SupplierBankDetails.iban',
    'hidden: Mutation.postJournalEntry',
    'The chain is whole',
  ]) {
    expect(stdout).toContain(told)
  }
}

describe('against a gateway that runs', () => {
  let gateway: GatewayProcess
  beforeAll(async () => {
    gateway = await startGateway()
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  test('tells the story on one screen, again and again', async () => {
    for (const told of ['case-0001 waited in NEW', 'was just opened', 'was just opened']) {
      const { code, stdout, stderr } = await demo(['--url', gateway.url, '--data', gateway.folder])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expectScreen(stdout)
      expect(stdout).toContain(told)
      expect(stdout).toContain('npm run -s mandate -- audit show ')
    }
  })

  test('finds it by PORT and MANDATE_DATA as the other commands do', async () => {
    const { code, stdout } = await demo([], { PORT: new URL(gateway.url).port, MANDATE_DATA: gateway.folder })
    expect(code).toBe(0)
    expect(stdout).toContain(`at ${gateway.url} reads an e-mail`)
  })

  test('what it did is in the systems', async () => {
    const { body } = await gateway.graphql(
      'maria.keller',
      '{ case(id: "case-0001") { status incident { state account { id } case { id } caller { id } } activities(first: 1) { notifyUserId } } }',
    )
    expect(body.data).toEqual({
      case: {
        status: 'WORKING',
        incident: { state: 'NEW', account: { id: 'acc-0001' }, case: { id: 'case-0001' }, caller: { id: 'con-00001' } },
        activities: [{ notifyUserId: 'person:maria.keller' }],
      },
    })
  })

  test('an agent that was shut out ends it with code 1 and the reason', async () => {
    const input = {
      idempotencyKey: crypto.randomUUID(),
      principal: 'agent:support-agent',
      reason: 'A test of the demo.',
    }
    await gateway.graphql(
      'omar.haddad',
      'mutation Revoke($input: RevokeInput!) { revoke(input: $input) { replayed } }',
      { input },
    )
    const { code, stderr } = await demo(['--url', gateway.url, '--data', gateway.folder])
    expect(code).toBe(1)
    expect(stderr).toContain('The demo ended early. Refused with IDENTITY_REVOKED: This identity has been revoked.')
    expect(stderr).not.toContain('    at ')
  })
})

describe('where no gateway runs', () => {
  const demoFolders = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('mandate-demo-'))

  test('it starts one of its own, and leaves nothing behind', async () => {
    const before = await demoFolders()
    const { code, stdout, stderr } = await demo([], { PORT: String(await freePort()) })
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 0,
      stderr: expect.stringMatching(/^No gateway answers at http:\/\/localhost:\d+; starting one$/u) as string,
    })
    expectScreen(stdout)
    const url = /at (http:\/\/localhost:\d+) reads/u.exec(stdout)?.[1] ?? ''
    await expect(fetch(`${url}/health/live`)).rejects.toThrow()
    expect((await demoFolders()).filter((name) => !before.includes(name))).toEqual([])
  })

  test('the life of an agent, from the door it is turned away at to its retirement, is in the ledger step by step', async () => {
    const { code, stdout, stderr } = await demo(['life'])
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 0,
      stderr: 'A life needs a gateway of its own; starting one',
    })
    const [steps = '', ledger = ''] = stdout.split('What the ledger has of it')
    for (const told of [
      'AGENT_NOT_REGISTERED',
      'agent:invoice-pilot is DISCOVERED',
      'person:beatrice.laurent answers for it',
      'agent:invoice-pilot is to be a finance-agent',
      'It is ACTIVE, with 13 scopes of its role',
      '19 of 20 mutations are left today',
      'POLICY_DENIED',
      'for accounts-payable alone',
      'dry run, nothing happens: wait for finance-controller',
      'APPROVAL_REQUIRED',
      'CONSUMED, SUCCEEDED',
      'has been carried out; its result stands with the approval',
      'The old one gets no token any more (invalid_client)',
      'AGENT_NOT_ACTIVE',
      'It is RETIRED; its key gets no token',
    ]) {
      expect(steps).toContain(told)
    }
    const records = ledger.split('\n').filter((line) => /^ +\d+ +\S+:/u.test(line))
    expect(records).toHaveLength(29)
    expect(records[0]).toMatch(/agent:invoice-pilot .*AGENT_NOT_REGISTERED: agent-unknown/u)
    expect(records[1]).toMatch(/service:mandate +pilot\.discovered/u)
    expect(records.at(-1)).toMatch(/person:nina\.vogt +RetireAgent +answered/u)
    expect(ledger).toContain('The chain is whole')
  })

  test('an address that was named is not replaced by another', async () => {
    const url = `http://localhost:${await freePort()}`
    const { code, stdout, stderr } = await demo(['--url', url])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain(`No gateway answers at ${url}. Start it with \`npm start\`, or leave --url out.`)
  })

  test('a server that is no gateway is told from one', async () => {
    const server = createServer((_request, response) => response.end('{"hello":"world"}')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://localhost:${(server.address() as AddressInfo).port}`
    const { code, stderr } = await demo(['--url', url])
    server.close()
    expect(code).toBe(1)
    expect(stderr).toContain(`No gateway answers at ${url}`)
  })
})
