import { expect, test } from 'vitest'
import { outcomeOfError } from '../../../../clients/typescript/src/work/outcomes.ts'

test('an error that is its own cause is looked at once', () => {
  const error = new Error('round')
  error.cause = error
  expect(outcomeOfError(error)).toMatchObject({ kind: 'failed', class: 'RETRYABLE', message: 'round' })
})

test('what is no error is told too', () => {
  expect(outcomeOfError('a word')).toMatchObject({ kind: 'failed', class: 'RETRYABLE', message: 'a word' })
})
