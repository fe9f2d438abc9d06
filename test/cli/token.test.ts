import { mkdtemp, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addTokenCommand } from '../../cli/token.ts'
import { createDevelopmentIssuer, type DevelopmentIssuer } from '../../gateway/identity/issuer.ts'
import { readPrivateKey } from '../../gateway/identity/private-keys.ts'
import { realWorld } from '../../lib/world.ts'
import { testRoles } from '../support/identity.ts'

let root: string
let port: number
let issuer: DevelopmentIssuer
let stop: () => void

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'mandate-token-'))
  const server = createServer((request, response) => {
    issuer.handler(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stop = () => void server.close()
  port = (server.address() as AddressInfo).port
  const start = (folder: string) =>
    createDevelopmentIssuer({
      issuer: `http://localhost:${port}`,
      bindHost: '127.0.0.1',
      audience: `http://localhost:${port}/graphql`,
      folder: join(root, folder),
      environment: {},
      world: realWorld,
      roles: () => testRoles,
      log: { error: () => undefined },
    })
  await start('other')
  issuer = await start('data')
})

afterAll(async () => {
  stop()
  await rm(root, { recursive: true })
})

/** Runs `mandate token …` as the shell would: what it printed, what it complained of, how it ended. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  let stdout = ''
  let stderr = ''
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (stderr += text), writeOut: (text) => (stdout += text) })
  addTokenCommand(program, {
    env: { PORT: String(port), MANDATE_DATA: join(root, 'data'), ...env },
    fetch,
    world: realWorld,
    write: (text) => (stdout += text),
    writeError: (text) => (stderr += text),
  })
  const exitCode = await program.parseAsync(['token', ...args], { from: 'user' }).then(
    () => 0,
    (error: unknown) => (error as { exitCode: number }).exitCode,
  )
  return { stdout, stderr, exitCode }
}

describe('mandate token', () => {
  test('prints the token and nothing else', async () => {
    const { stdout, stderr, exitCode } = await run(['support-agent'])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(decodeJwt(stdout.trim())).toMatchObject({
      sub: 'agent:support-agent',
      scope: 'crm:read crm:write itsm:read',
    })
  })

  test('exchanges it, so that the agent acts for a person, or for an agent that acts for one', async () => {
    const once = decodeJwt((await run(['support-agent', '--for', 'maria.keller'])).stdout.trim())
    expect(once).toMatchObject({
      sub: 'person:maria.keller',
      scope: 'crm:read',
      act: { sub: 'agent:support-agent' },
    })
    const names = ['sales-agent', '--for', 'support-agent', '--for', 'person:maria.keller', '--scope', 'crm:read']
    const { stdout, stderr } = await run(names)
    expect(stderr).toBe('')
    expect(decodeJwt(stdout.trim())).toMatchObject({
      sub: 'person:maria.keller',
      act: { sub: 'agent:sales-agent', act: { sub: 'agent:support-agent' } },
    })
    const wider = await run(['support-agent', '--for', 'maria.keller', '--scope', 'finance:read'])
    expect(wider).toMatchObject({ stdout: '', exitCode: 1, stderr: expect.stringContaining('only narrows') })
    const self = await run(['support-agent', '--for', 'support-agent'])
    expect(self.stderr).toMatch('`agent:support-agent` stands in the chain of this token already.')
  })

  test('binds it to a key in the data folder, the same one each time', async () => {
    const { stdout, stderr, exitCode } = await run(['support-agent', '--dpop', '--for', 'maria.keller'])
    expect(exitCode).toBe(0)
    const file = join(root, 'data', 'proofs', 'support-agent.jwk.json')
    expect(stderr).toContain(file)
    const key = await readPrivateKey(file)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(decodeJwt(stdout.trim())).toMatchObject({ cnf: { jkt: key?.kid }, act: { sub: 'agent:support-agent' } })
    const again = decodeJwt((await run(['support-agent', '--dpop'])).stdout.trim())
    expect(again).toMatchObject({ sub: 'agent:support-agent', cnf: { jkt: key?.kid } })
  })

  test('takes a principal id, scopes, and an address by number', async () => {
    const { stdout } = await run([
      'agent:support-agent',
      '--scope',
      'crm:read',
      '--url',
      `http://127.0.0.1:${port}/graphql`,
    ])
    expect(decodeJwt(stdout.trim())).toMatchObject({ sub: 'agent:support-agent', scope: 'crm:read' })
  })

  test.each([
    [
      'an unknown identity: the known ones are listed',
      ['mallory'],
      {},
      /`mallory`[\s\S]*support-agent[\s\S]*dev\.patel/,
    ],
    [
      'no gateway: npm start is named',
      ['support-agent', '--url', 'http://localhost:1'],
      {},
      /No gateway answers[\s\S]*npm start/,
    ],
    [
      'a folder without keys',
      ['support-agent'],
      { MANDATE_DATA: '/nowhere' },
      /`\/nowhere` has no key[\s\S]*MANDATE_DATA/,
    ],
    [
      'the folder of another gateway',
      ['support-agent', '--data', 'OTHER'],
      {},
      /another data folder than[\s\S]*MANDATE_DATA/,
    ],
    ['scopes that the roles do not give', ['support-agent', '--scope', 'a:b'], {}, /give none of the scopes `a:b`/],
  ])('complains of %s', async (_, args, env, message) => {
    const placed = args.map((arg) => (arg === 'OTHER' ? join(root, 'other') : arg))
    const { stdout, stderr, exitCode } = await run(placed, env)
    expect(stderr).toMatch(message)
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
  })

  test('complains of a server that is no gateway', async () => {
    const server = createServer((_, response) => response.end('<html>hello</html>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port: other } = server.address() as AddressInfo
    const { stderr, exitCode } = await run(['support-agent', '--url', `http://localhost:${other}`])
    server.close()
    expect(stderr).toMatch('is not a gateway')
    expect(exitCode).toBe(1)
  })
})
