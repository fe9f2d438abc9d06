/** `mandate access …` against a gateway that listens: list what waits, decide it, find what nobody uses. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Command } from 'commander'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAccessCommands } from '../../cli/access.ts'
import { type World, realWorld } from '../../lib/world.ts'
import { freePort } from '../support/process.ts'
import { type Stack, startStack } from '../support/stack.ts'

let folder: string
let port: number
let stack: Stack
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mandate-access-'))
  port = await freePort()
  stack = await startStack({ company: 'none', env: { PORT: String(port), MANDATE_DATA: folder } })
  await stack.app.listen()
})
afterAll(async () => {
  await stack[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** Runs `mandate access …` as the shell would. */
async function run(args: readonly string[], world: World = realWorld): Promise<{ stdout: string; failure: string }> {
  let stdout = ''
  let failure = ''
  const program = new Command().exitOverride().configureOutput({ writeErr: (text) => (failure += text) })
  const io = {
    env: { PORT: String(port), MANDATE_DATA: folder },
    fetch,
    world,
    write: (text: string) => void (stdout += text),
  }
  addAccessCommands(program, io)
  await program.parseAsync(['access', ...args], { from: 'user' }).catch((error: unknown) => {
    failure ||= error instanceof Error ? error.message : String(error)
  })
  return { stdout, failure }
}

const ask = `mutation Ask($input: RequestAccessInput!) { requestAccess(input: $input) { requests { id } } }`

test('a request is listed, decided by its role, and its grant found while nobody uses it', async () => {
  expect(await run(['list'])).toEqual({ stdout: 'Nobody waits for access.\n', failure: '' })
  const input = {
    idempotencyKey: 'one',
    coordinates: ['Contact.email'],
    purpose: 'incident-response',
    reason: 'A customer\u001b[2J must be told',
    duration: 'P7D',
  }
  const asked = await stack.graphql('it-ops-agent', ask, { input })
  const [{ id }] = asked.data?.['requestAccess'].requests

  const { stdout: shown } = await run(['list'])
  expect(shown).toMatch(new RegExp(`${id} +REQUESTED +agent:it-ops-agent +account-manager +Contact.email`, 'u'))
  expect(shown).toContain('agent:it-ops-agent says: “A customer')
  expect(shown).not.toContain('\u001b')
  expect(JSON.parse((await run(['list', '--json'])).stdout)).toMatchObject([{ id, reason: input.reason }])

  const decide = ['decide', id, 'approve', '--reason', 'An outage']
  expect((await run([...decide, '--as', 'jonas.weber'])).failure).toContain('There is no request')
  expect((await run(decide)).failure).toContain('--as')
  expect((await run(['decide', id, 'maybe', '--reason', 'x', '--as', 'maria.keller'])).failure).toContain('`approve`')
  const { stdout: decided } = await run([...decide, '--as', 'maria.keller'])
  expect(decided).toMatch(/is APPROVED: the grant [\w-]+ holds until /u)
  expect((await run([...decide, '--as', 'maria.keller'])).failure).toContain('is final')

  const { stdout: used } = await run(['unused'])
  expect(used).toContain('Every active grant was used or made since')
  const later: World = { ...realWorld, now: () => new Date(Date.now() + 8 * 86_400_000) }
  const { stdout: found } = await run(['unused', '--since', '7d'], later)
  expect(found).toMatch(/agent:it-ops-agent +account-manager +Contact.email +never +0/u)
  expect((await run(['unused', '--since', 'soon'])).failure).toContain('is not a time')
})
