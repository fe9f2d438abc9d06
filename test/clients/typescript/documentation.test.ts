/** What is written about the kit is what there is, and the kit is alone. */
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import * as kit from '../../../clients/typescript/index.ts'

const repository = path.resolve(import.meta.dirname, '..', '..', '..')
const read = (...names: string[]) => readFile(path.join(repository, ...names), 'utf8')

test('the agent in the documentation is the one in the examples', async () => {
  const [example, text] = await Promise.all([read('examples', 'agents', 'echo-agent.ts'), read('docs', 'agents.md')])
  expect(text).toContain(`\`\`\`ts\n${example}\`\`\``)
})

test('everything that can be imported is explained', async () => {
  const text = (await read('docs', 'agents.md')) + (await read('clients', 'typescript', 'README.md'))
  const missing = Object.keys(kit).filter((name) => !new RegExp(`\\b${name}\\b`, 'u').test(text))
  expect(missing).toEqual([])
})

test('the kit imports itself, Node and jose, and nothing of the gateway', async () => {
  const folder = path.join(repository, 'clients', 'typescript')
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'))
  const foreign: string[] = []
  for (const file of files) {
    const text = await readFile(path.join(folder, file), 'utf8')
    for (const [, name = ''] of text.matchAll(/^(?:import|export|\}) .*?from '([^']+)'/gmu)) {
      const inside = name.startsWith('.') && path.resolve(folder, path.dirname(file), name).startsWith(folder)
      if (!inside && !name.startsWith('node:') && name !== 'jose') foreign.push(`${file}: ${name}`)
    }
  }
  expect(files.length).toBeGreaterThan(15)
  expect(foreign).toEqual([])
})

test('its version of jose is that of the repository', async () => {
  const dependencies = async (...names: string[]) =>
    (JSON.parse(await read(...names)) as { dependencies: Record<string, string> }).dependencies
  const own = await dependencies('clients', 'typescript', 'package.json')
  expect(own).toEqual({ jose: (await dependencies('package.json'))['jose'] })
})
