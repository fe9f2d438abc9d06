import { execFile } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'

const folder = path.resolve(import.meta.dirname, '../../../gateway/explorer/browser')
const compiler = path.resolve(import.meta.dirname, '../../../node_modules/typescript-native/bin/tsc')

test('the page’s scripts fit their types', async () => {
  const problems = await new Promise<string>((resolve) => {
    execFile(process.execPath, [compiler, '-p', folder], (_error, output) => resolve(output))
  })
  expect(problems).toBe('')
})
