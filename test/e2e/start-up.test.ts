/** From its start to its end a gateway opens no connection off its machine: no telemetry, no update check, no cloud metadata. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanEnvironment, repository, startGateway } from '../support/process.ts'

const watched = import.meta.resolve('../support/watched-dialling.ts')
const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|::1|\/.*)$/

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mandate-dialled-'))
  file = path.join(folder, 'dialled')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const environment = () => ({ NODE_OPTIONS: `--import=${watched}`, DIALLED: file })
async function dialled(): Promise<readonly string[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n')
  return lines.filter((line) => line !== '').map((line) => line.replace(/^(?:dial|look up) /, ''))
}

test('the watch sees what is dialled, by every way that the gateway has', async () => {
  await writeFile(file, '')
  const dials = `
    await fetch('http://one.invalid').catch(() => {})
    const { Agent } = await import('undici')
    await new Agent().request({ origin: 'http://two.invalid', path: '/', method: 'GET' }).catch(() => {})
    const pg = await import('pg')
    await new pg.default.Client({ connectionString: 'postgres://three.invalid/x' }).connect().catch(() => {})`
  const options = { cwd: repository, env: { ...cleanEnvironment(), ...environment() } }
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', dials], options)
  expect(await dialled()).toEqual(expect.arrayContaining(['one.invalid', 'two.invalid', 'three.invalid']))
})

test('a gateway that starts, answers and stops dials nobody off this machine', async () => {
  await writeFile(file, '')
  await using gateway = await startGateway({ env: environment(), data: 'none' })
  const answer = await gateway.graphql(
    'support-agent',
    '{ account(id: "acc-0001") { name invoices(first: 1) { number } } }',
  )
  expect(answer.body.errors).toBeUndefined()
  expect((await gateway.graphql('support-agent', '{ payments { totalCount } }')).status).toBe(400)
  await gateway.stop()
  const targets = await dialled()
  // The command line, which fetched the token, runs under the same watch: it did dial the gateway.
  expect(targets.length).toBeGreaterThan(0)
  expect(targets.filter((target) => !loopback.test(target))).toEqual([])
})
