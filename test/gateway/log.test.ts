import { DatabaseError } from 'pg'
import { expect, test } from 'vitest'
import { createLog } from '../../gateway/log.ts'

function logged(fields: object): string {
  const lines: string[] = []
  const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) } })
  log.error(fields, 'a resolver failed')
  return lines.join('')
}

test('an error of the database is logged without the row that it is about', () => {
  const error = Object.assign(new DatabaseError('null value in column "tier"', 1, 'error'), {
    code: '23502',
    table: 'contacts',
    detail: 'Failing row contains (con-1, erika.brandt@nordwind-logistics.example, DE89370400440532013000).',
    where: "unnamed portal parameter $1 = 'DE89370400440532013000'",
    internalQuery: "insert into a values ('DE89370400440532013000')",
  })
  const line = logged({ err: error })
  expect(line).toContain('23502')
  expect(line).toContain('contacts')
  expect(line).not.toMatch(/erika|DE8937/)
})

test('headers and tokens are left out by name', () => {
  const line = logged({ request: { headers: { authorization: 'Bearer abc' }, token: 'abc' }, requestId: 'r' })
  expect(line).toContain('"requestId":"r"')
  expect(line).not.toContain('abc')
})
