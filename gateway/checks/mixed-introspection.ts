/** Refuses introspection and data in one operation: introspection is answered from the caller's own schema, never planned. */
import { refusal } from '../../lib/errors.ts'
import type { OperationCheck } from './check.ts'

export const mixedIntrospection: OperationCheck = {
  name: 'mixed introspection',
  run({ operation }) {
    if (operation.asks !== 'mixed') return
    throw refusal('INTROSPECTION_MIXED', 'The operation asks for `__schema` or `__type` and for data at once.')
  },
}
