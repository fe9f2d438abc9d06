/** The catalogue of errors is true: every code is produced, and seen to be, by a test; its document is fresh. */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { catalog } from '../../lib/errors.ts'
import { repository } from '../support/process.ts'

/** Codes that no test can see, and why they are in the catalogue. */
const unseen: Readonly<Record<string, string>> = {
  PERSISTED_QUERY_NOT_FOUND: 'for trusted documents; until then a hash is answered with PERSISTED_QUERY_NOT_SUPPORTED',
}

const folder = path.join(repository, 'test')
const tests = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !/catalogue|lib[\\/]errors|config/.test(name))
  .map((name) => readFileSync(path.join(folder, name), 'utf8'))

// In quotes or in a title: the name of another code that begins alike does not count.
const isSeen = (code: string) => tests.some((text) => new RegExp(`['" ]${code}['" ]`).test(text))

test.each(Object.keys(catalog).filter((code) => !Object.hasOwn(unseen, code)))('a test sees %s', (code) => {
  expect(isSeen(code)).toBe(true)
})

test('the list of what no test sees is not longer than it must be', () => {
  for (const code of Object.keys(unseen))
    expect([code, Object.hasOwn(catalog, code), isSeen(code)]).toEqual([code, true, false])
})

test('docs/errors.md has a line for each code, with its status and what to do, and for no other', () => {
  const lines = readFileSync(path.join(repository, 'docs/errors.md'), 'utf8').split('\n')
  const documented = lines.flatMap((line) => {
    const [, code, status, meaning, next] = /^\| `(\w+)` +\| (\d+) +\| (.*?) +\| (.*?) +\|$/.exec(line) ?? []
    return code === undefined ? [] : [[code, { status: Number(status), meaning, next }] as const]
  })
  expect(Object.fromEntries(documented)).toEqual(catalog)
})
