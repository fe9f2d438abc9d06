/** One process under the supervisor: waited for, started again, stopped, and never left behind. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Child, startChild } from '../../processes/child.ts'
import { freePort } from '../support/spawned.ts'
import { until } from '../support/until.ts'

/** A process that is ready at once, and does what its argument says. */
const script = `
import { createServer } from 'node:http'
console.log('hello')
console.error('a complaint')
if (process.argv[2] === 'ends') process.exit(3)
createServer((_, response) => response.end('{}')).listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => process.argv[2] === 'deaf' || process.exit(0))
process.stdin.resume().once('close', () => process.exit(0))
`
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mandate-child-'))
  await writeFile(path.join(folder, 'child.mjs'), script)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function start(behaviour: 'well' | 'ends' | 'deaf') {
  const port = await freePort()
  const lines: string[] = []
  const said: string[] = []
  const planned = {
    name: 'itsm',
    kind: 'subgraph' as const,
    command: [path.join(folder, 'child.mjs'), behaviour],
    address: `http://127.0.0.1:${port}`,
    env: { PORT: String(port) },
  }
  const child = startChild({
    planned,
    env: { PATH: process.env['PATH'] },
    write: (line) => void lines.push(line),
    say: (text) => void said.push(text),
    pauseMs: 20,
    maxPauseMs: 80,
  })
  return { child, lines, said }
}

async function killed(child: Child): Promise<void> {
  const before = child.pid() ?? 0
  process.kill(before, 'SIGKILL')
  await until(() => child.pid() !== before)
}

test('its lines have its name in front', async () => {
  const { child, lines } = await start('well')
  await child.started(20_000)
  await until(() => lines.length === 2)
  expect(lines.toSorted()).toEqual(['itsm | a complaint\n', 'itsm | hello\n'])
  expect(await child.stop(5_000)).toBe(true)
})

test('one that dies is started again, after pauses that double, and that is said', async () => {
  const { child, said } = await start('well')
  await child.started(20_000)
  for (let round = 0; round < 2; round += 1) {
    await killed(child)
    await until(() => said.filter((text) => text.includes('is back (pid ')).length === round + 1)
  }
  expect(said.filter((text) => text.includes('ended'))).toEqual([
    'itsm ended (SIGKILL); it is started again in 0.02 s',
    'itsm ended (SIGKILL); it is started again in 0.04 s',
  ])
  expect(await child.stop(5_000)).toBe(true)
})

test('one that ends before it was ever ready is not tried again', async () => {
  const { child, said } = await start('ends')
  await expect(child.started(20_000)).rejects.toThrow('itsm ended.')
  expect(said).toEqual([])
})

test('one that does not listen to the signal is ended by force, and that did not go well', async () => {
  const { child, said } = await start('deaf')
  await child.started(20_000)
  expect(await child.stop(100)).toBe(false)
  expect(said).toEqual(['itsm ended with SIGKILL'])
})

test('one that is stopped stays stopped', async () => {
  const { child } = await start('well')
  await child.started(20_000)
  const pid = child.pid()
  await child.stop(5_000)
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect(child.pid()).toBe(pid)
})
