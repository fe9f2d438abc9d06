/** An amended act: the arguments that were changed, and nothing else, whether they came as literals or as variables. */
import { parse } from 'graphql'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { amendAct, amendableOf } from '../../../../gateway/controls/approvals/amend-document.ts'
import { contractIndex, readContracts } from '../../../../schema/contract.ts'

const index = contractIndex(readContracts(path.resolve('schema')))
const args = { input: { idempotencyKey: 'k', id: 'INV-1', expectedVersion: 1, grossTotal: '9000.00' } }
const root = { coordinate: 'Mutation.approveInvoice', path: 'approveInvoice', args } as const
const change = [{ pointer: '/approveInvoice/input/grossTotal', value: '10.00' }]

describe('amendAct', () => {
  test('a literal becomes a variable with the new value', () => {
    const document = `mutation { approveInvoice(input: { idempotencyKey: "k", id: "INV-1", expectedVersion: 1, grossTotal: "9000.00" }) { replayed } me: approveInvoice(input: { idempotencyKey: "l", id: "INV-2", expectedVersion: 1, grossTotal: "1" }) { replayed } }`
    const act = { document, operationName: null, variables: {}, roots: [root, { ...root, path: 'me' }] }
    const { query, variables } = amendAct(act, change, index)
    expect(() => parse(query)).not.toThrow()
    expect(query).toContain('$amended0_input: ApproveInvoiceInput!')
    expect(query).toContain('approveInvoice(input: $amended0_input)')
    expect(query).toContain('idempotencyKey: "l"')
    expect(variables).toEqual({ amended0_input: { ...args.input, grossTotal: '10.00' } })
  })

  test('a variable that nothing reads any more is gone, others stay', () => {
    const document = `mutation Approve($input: ApproveInvoiceInput!, $with: Boolean!) { approveInvoice(input: $input) { replayed @include(if: $with) } } query Other { me { id } }`
    const act = { document, operationName: 'Approve', variables: { input: args.input, with: true }, roots: [root] }
    const { query, operationName, variables } = amendAct(act, change, index)
    expect(operationName).toBe('Approve')
    expect(query).not.toContain('$input:')
    expect(query).toContain('query Other')
    expect(variables).toEqual({ with: true, amended0_input: { ...args.input, grossTotal: '10.00' } })
  })
})

test('a field inside a fragment is not amended', () => {
  const allowed = () => ['/input/grossTotal']
  const plain = { document: 'mutation { approveInvoice(input: $i) { replayed } }', operationName: null, roots: [root] }
  expect(amendableOf(plain, allowed)(root)).toEqual(['/input/grossTotal'])
  const spread = {
    ...plain,
    document: 'mutation { ...A } fragment A on Mutation { approveInvoice(input: $i) { replayed } }',
  }
  expect(amendableOf(spread, allowed)(root)).toEqual([])
})
