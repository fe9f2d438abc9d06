/** What is left out of the distributed run is listed, exists, and stays little. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { aboutOneProcess, exemptions, withoutGateway } from '../../support/distributed-exempt.ts'

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '..', file), 'utf8')

test.each(exemptions)('$file: $title', ({ file, title, reason }) => {
  const text = read(file)
  for (const part of title.split(' > ')) expect(text).toContain(part)
  expect(reason.length).toBeGreaterThan(20)
})

test('four tests and twelve files are exempt, and no more', () => {
  expect(exemptions.reduce((sum, { tests }) => sum + tests, 0)).toBe(4)
  expect(withoutGateway.length + Object.keys(aboutOneProcess).length).toBe(12)
})

test('files without a gateway are that', () => {
  for (const file of withoutGateway) {
    expect(existsSync(path.resolve(import.meta.dirname, '..', file))).toBe(true)
    expect(read(file)).not.toContain('startGateway')
  }
})

test('files about one process say why', () => {
  for (const [file, reason] of Object.entries(aboutOneProcess)) {
    expect(read(file)).toContain('test(')
    expect(reason.length).toBeGreaterThan(20)
    // Where a reason names another test, that one runs here.
    for (const [, named = ''] of reason.matchAll(/`([\w/-]+\.test\.ts)`/gu)) {
      expect(read(named)).toContain('test(')
      expect(Object.keys(aboutOneProcess)).not.toContain(named)
    }
  }
})
