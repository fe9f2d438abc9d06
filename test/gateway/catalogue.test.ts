/** The catalogue of errors is true: every code is produced, and seen to be, by a test; its document is fresh. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { catalog } from '../../lib/errors.ts'
import { repository } from '../support/process.ts'

const folder = path.join(repository, 'test')
const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !/catalogue|lib[\\/]errors|config/.test(name))
  .map((name) => readFileSync(path.join(folder, name), 'utf8'))

// In quotes or in a title: the name of another code that begins alike does not count.
const isSeen = (code: string) => tests.some((text) => new RegExp(`['" ]${code}['" ]`).test(text))

test.each(Object.keys(catalog))('a test sees %s', (code) => {
  expect(isSeen(code)).toBe(true)
})

test('docs/errors.md has a line for each code, with its status and what to do, and for no other', () => {
  const lines = readFileSync(path.join(repository, 'docs/errors.md'), 'utf8').split('\n')
  const documented = lines.flatMap((line) => {
    const [, code, status, meaning, next] = /^\| `(\w+)` +\| (\d+) +\| (.*?) +\| (.*?) +\|$/.exec(line) ?? []
    return code === undefined ? [] : [[code, { status: Number(status), meaning, next }] as const]
  })
  expect(Object.fromEntries(documented)).toEqual(catalog)
})
