import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addLoginCommand, signIn } from '../../cli/login.ts'
import { realWorld } from '../../lib/world.ts'
import { createBrowser, type IssuerServer, startIssuerServer } from '../support/issuer-server.ts'

let server: IssuerServer
let folder: string
beforeAll(async () => {
  server = await startIssuerServer()
  folder = await mkdtemp(join(tmpdir(), 'mandate-login-'))
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** Runs `mandate login …`; `browse` is what the person does with the address that it prints. */
async function run(args: readonly string[], browse: (address: string) => Promise<unknown>) {
  let stdout = ''
  let stderr = ''
  const browsing: Promise<unknown>[] = []
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (stderr += text), writeOut: (text) => (stdout += text) })
  addLoginCommand(program, {
    env: { PORT: new URL(server.origin).port, MANDATE_DATA: folder },
    fetch,
    world: realWorld,
    write: (text) => (stdout += text),
    writeError: (text) => {
      stderr += text
      const address = /^ {2}(http\S+)$/mu.exec(text)?.[1]
      if (address !== undefined) browsing.push(browse(address))
    },
  })
  const exitCode = await program.parseAsync(['login', ...args], { from: 'user' }).then(
    () => 0,
    (error: unknown) => (error as { exitCode: number }).exitCode,
  )
  await Promise.all(browsing)
  return { stdout, stderr, exitCode }
}

const target = (response: Response) => new URL(response.headers.get('location') ?? 'none:', server.origin)

/** Signs in as this person, up to the address that the browser is sent back to. */
async function comeBack(address: string, form: Record<string, string> = { person: 'maria.keller' }): Promise<URL> {
  const browser = createBrowser()
  const page = target(await browser.get(address)).href
  return target(await browser.get(target(await browser.post(page, form)).href))
}

const choose = (form?: Record<string, string>) => async (address: string) => {
  const response = await fetch(await comeBack(address, form))
  return await response.text()
}

describe('mandate login', () => {
  test('prints the token and nothing else on standard output', async () => {
    const { stdout, stderr, exitCode } = await run([], choose())
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/u)
    expect(decodeJwt(stdout.trim())).toMatchObject({ sub: 'person:maria.keller', client_id: 'mandate-cli', acr: '0' })
    expect(stderr).toContain(`${server.origin}/oauth/authorize?`)
    expect(await server.enter(stdout.trim())).toMatchObject({ id: 'person:maria.keller', kind: 'person' })
  })

  test('keeps it for its owner alone when asked to, and asks for what was named', async () => {
    const more = ['--save', '--as', 'jonas.weber', '--scope', 'crm:read', '--may-act', 'support-agent']
    const { stdout, stderr, exitCode } = await run(more, async (address) => {
      const browser = createBrowser()
      const page = await (await browser.get(target(await browser.get(address)).href)).text()
      expect(page).toContain('jonas.weber')
      expect(page).not.toContain('maria.keller')
      return choose({ person: 'jonas.weber' })(address)
    })
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 0 })
    const file = join(folder, 'sign-ins', 'jonas.weber.token')
    expect(stderr).toContain(`You are \`person:jonas.weber\`. The token is in ${file}.`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'sign-ins'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(folder, 'sign-ins'))).toEqual(['jonas.weber.token'])
    expect(decodeJwt((await readFile(file, 'utf8')).trim())).toMatchObject({
      sub: 'person:jonas.weber',
      scope: 'crm:read',
      may_act: { sub: 'agent:support-agent' },
    })
  })

  test('says that nobody signed in, and what the issuer refuses', async () => {
    const cancelled = await run([], choose({ cancel: 'true' }))
    expect(cancelled).toMatchObject({ stdout: '', exitCode: 1, stderr: expect.stringContaining('Nobody signed in') })
    const wide = await run(['--scope', 'hr:read'], choose())
    expect(wide).toMatchObject({ stdout: '', exitCode: 1, stderr: expect.stringContaining('none of the scopes') })
  })

  test('row 44: an answer with another state is turned away, and the right one still counts', async () => {
    const { stdout, exitCode } = await run([], async (address) => {
      const back = await comeBack(address)
      const forged = new URL(back)
      forged.searchParams.set('state', 'x'.repeat(43))
      expect((await fetch(forged)).status).toBe(400)
      forged.searchParams.delete('state')
      expect((await fetch(forged)).status).toBe(400)
      expect((await fetch(new URL('/other', back))).status).toBe(404)
      expect((await fetch(back, { method: 'POST' })).status).toBe(404)
      await fetch(back)
    })
    expect(exitCode).toBe(0)
    expect(decodeJwt(stdout.trim()).sub).toBe('person:maria.keller')
  })

  test.each([
    ['of another issuer', 'https://evil.test'],
    ['that names no issuer', null],
  ])('mix-up: a code %s is never redeemed', async (_, named) => {
    const { stdout, stderr, exitCode } = await run([], async (address) => {
      const back = await comeBack(address)
      if (named === null) back.searchParams.delete('iss')
      else back.searchParams.set('iss', named)
      await fetch(back)
    })
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
    expect(stderr).toContain('another issuer')
  })

  test('a code of another sign-in does not fit the verifier of this one', async () => {
    let stolen = ''
    await run([], async (address) => {
      const back = await comeBack(address)
      stolen = back.searchParams.get('code') ?? ''
      back.searchParams.set('code', 'x')
      await fetch(back)
    })
    const { stdout, stderr, exitCode } = await run([], async (address) => {
      const back = await comeBack(address)
      back.searchParams.set('code', stolen)
      await fetch(back)
    })
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 })
    expect(stderr).toContain('gave no token')
  })

  test('gives up when nobody comes', async () => {
    const io = { env: {}, fetch, world: realWorld, writeError: () => undefined }
    await expect(signIn({ url: server.origin, waitMs: 20 }, io)).rejects.toThrow('Nobody signed in within')
  })
})
