/** Who writes what Node has compiled, and who may read it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { shareCompiled } from '../../processes/compiled.ts'

const planned = [
  { name: 'issuer', kind: 'issuer' },
  { name: 'crm', kind: 'subgraph' },
  { name: 'itsm', kind: 'subgraph' },
  { name: 'gateway-1', kind: 'gateway' },
  { name: 'gateway-2', kind: 'gateway' },
] as const

let data: string
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'mandate-compiled-'))
})
afterEach(() => rm(data, { recursive: true, force: true }))

const folder = () => path.join(data, 'compiled', process.version)
/** The names of the processes that are given the folder. */
function given(): readonly string[] {
  const envOf = shareCompiled(data, planned)
  return planned.map(({ name }) => name).filter((name) => envOf(name)['NODE_COMPILE_CACHE'] === folder())
}

test('while there is nothing, the first process of each kind writes for the others', () => {
  expect(given()).toEqual(['issuer', 'crm', 'gateway-1'])
})

test('a folder in which nothing was written yet is as good as none', async () => {
  await mkdir(path.join(folder(), 'of-this-machine'), { recursive: true })
  expect(given()).toEqual(['issuer', 'crm', 'gateway-1'])
})

test('what is there all may read', async () => {
  await mkdir(path.join(folder(), 'of-this-machine'), { recursive: true })
  await writeFile(path.join(folder(), 'of-this-machine', 'module'), '')
  expect(given()).toEqual(planned.map(({ name }) => name))
})

test('what another version of Node has compiled is of no use', async () => {
  await mkdir(path.join(data, 'compiled', 'v1.2.3'), { recursive: true })
  await writeFile(path.join(data, 'compiled', 'v1.2.3', 'module'), '')
  expect(given()).toEqual(['issuer', 'crm', 'gateway-1'])
})
