/** Whether it is certain that an operation changed nothing: only then may an approved act be called failed. */
import { describe, expect, test } from 'vitest'
import { changedNothing } from '../../../gateway/controls/did-nothing.ts'
import type { DescribedExchange } from '../../../gateway/controls/decided.ts'

const root = (responseKey: string, fieldName = responseKey) => ({
  responseKey,
  fieldName,
  coordinates: [`Mutation.${fieldName}`],
  children: [],
})
const exchange = (roots: readonly object[], asked: readonly string[], resolved: Record<string, number> = {}) =>
  ({
    operation: { kind: 'mutation', roots },
    subgraphs: new Set(asked),
    resolved: new Map(Object.entries(resolved)),
  }) as unknown as DescribedExchange
const error = (code: string, ...path: (string | number)[]) => ({ message: code, path, extensions: { code } })

describe('certain', () => {
  test('where no system was asked', () => {
    expect(changedNothing(exchange([root('pay')], []), [error('STOPPED')])).toBe(true)
  })
  test('where its system refused it before it did anything', () => {
    expect(changedNothing(exchange([root('pay')], ['finance']), [error('VERSION_CONFLICT', 'pay')])).toBe(true)
  })
})

describe('not certain', () => {
  test.each([
    ['a stop that cut it off', [error('STOPPED')]],
    ['what was read could not be noted', [error('FLOW_UNAVAILABLE')]],
    ['its system went away', [error('SYSTEM_UNAVAILABLE', 'pay')]],
    ['a field inside its payload that was denied', [error('RECORD_DENIED', 'pay', 'payment', 'iban')]],
  ])('%s', (_title, errors) => {
    expect(changedNothing(exchange([root('pay')], ['finance']), errors)).toBe(false)
  })

  test('of two, one was refused', () => {
    const both = exchange([root('pay'), root('cancel')], ['finance'])
    expect(changedNothing(both, [error('NOT_FOUND', 'cancel')])).toBe(false)
  })

  test('an error that rose to the place of an act that its system counted', () => {
    const counted = exchange([root('pay')], ['finance'], { 'Mutation.pay': 1 })
    expect(changedNothing(counted, [error('RECORD_DENIED', 'pay')])).toBe(false)
  })
})
