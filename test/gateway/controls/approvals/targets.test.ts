/** Every mutation of the contracts says which record it changes, or is known to make one, or to have none that a query gives. */
import path from 'node:path'
import { expect, test } from 'vitest'
import { approvals } from '../../../../policies/approvals.ts'
import { contractIndex, readContracts } from '../../../../schema/contract.ts'
import { targetSource } from '../../../../gateway/controls/approvals/targets.ts'

const index = contractIndex(readContracts(path.resolve('schema')))
const mutations = [...index.fields.values()].filter(({ parentType, subgraphs }) => {
  return parentType === 'Mutation' && !subgraphs.includes('governance') && !subgraphs.includes('agents')
})

const inputsOf = (typeName: string | undefined) =>
  index.types.get(typeName ?? '')?.inputFields.map(({ name }) => name) ?? []

test.each(mutations.map(({ coordinate }) => coordinate))('%s', (coordinate) => {
  const field = index.fields.get(coordinate)
  const inputs = inputsOf(field?.args[0]?.typeName)
  const source = targetSource(coordinate, index, approvals)
  const none = approvals.targets[coordinate] === null
  if (!inputs.includes('expectedVersion')) return
  // What names a version changes a record; only what is written down as having none has none.
  expect(source !== null || none, `${coordinate} changes a record that nobody could name`).toBe(true)
  if (source === null) return
  expect(index.fields.has(`${source.type}.version`), `${source.type} has no version`).toBe(true)
  expect(inputs).toContain(source.idPath.replace('input.', ''))
})

test('a record inside another, by its whole', () => {
  expect(targetSource('Mutation.updateSupplierBankDetails', index, approvals)).toEqual({
    query: 'supplier',
    idPath: 'input.id',
    at: 'bankDetails',
    type: 'SupplierBankDetails',
  })
  expect(targetSource('Mutation.createPayment', index, approvals)).toMatchObject({
    query: 'invoice',
    idPath: 'input.invoiceId',
  })
  expect(targetSource('Mutation.createAccount', index, approvals)).toBeNull()
})
