/** Rules of flow that hold nothing, or nothing that exists, do not load. */
import { describe, expect, test } from 'vitest'
import { checkFlow } from '../../../policies/engine/check-flow.ts'
import { defaultFlow, type FlowPolicy } from '../../../policies/engine/flow-policy.ts'
import { flow } from '../../../policies/flow.ts'
import { contractIndex, readContracts } from '../../../schema/contract.ts'
import { repository } from '../../support/process.ts'

const index = contractIndex(readContracts(`${repository}/schema`))
const problemsOf = (changes: Partial<FlowPolicy>) =>
  checkFlow({ ...defaultFlow, ...changes }, index).map(({ message }) => message)
const exempting = (changes: Partial<FlowPolicy['exempt']>) =>
  problemsOf({ exempt: { ...defaultFlow.exempt, ...changes } })

test('the shipped rules, and those of a policy that says nothing, are good', () => {
  expect([checkFlow(flow, index), checkFlow(defaultFlow, index)]).toEqual([[], []])
})

describe('numbers', () => {
  test.each([
    [{ lastsHours: { ...defaultFlow.lastsHours, UNTRUSTED: 0 } }, '`lastsHours.UNTRUSTED` is 0.'],
    [{ lastsHours: { ...defaultFlow.lastsHours, PERSONAL: 24 * 32 } }, '`lastsHours.PERSONAL` is 768.'],
    [{ shortest: { text: 5, number: 5 } }, '`shortest.text` is 5.'],
    [{ shortest: { text: 6, number: Number.NaN } }, '`shortest.number` is NaN.'],
    [{ most: { ...defaultFlow.most, valuesPerAnswer: Infinity } }, '`most.valuesPerAnswer` is Infinity.'],
    [{ most: { ...defaultFlow.most, lineage: 1.5 } }, '`most.lineage` is 1.5.'],
  ] as const)('%j', (changes, message) => {
    expect(problemsOf(changes)).toEqual([message])
  })
})

describe('names', () => {
  test('a label or an impact that does not exist', () => {
    expect(problemsOf({ sinks: { RESTRICTED: ['SECRET' as never], PERSONAL: [] } })).toEqual([
      '`sinks.RESTRICTED` names the label `SECRET`.',
    ])
    expect(problemsOf({ waits: { impacts: ['HUGE' as never], irreversible: true } })).toEqual([
      '`waits.impacts` names `HUGE`.',
    ])
  })
})

describe('exemptions', () => {
  const reason = 'A reason.'
  test.each([
    [
      { reads: [{ coordinate: 'Contact.emial', reason }] },
      '`exempt.reads` names `Contact.emial`, which no contract has.',
    ],
    [
      { reads: [{ coordinate: 'Contact.email', reason: ' ' }] },
      '`exempt.reads` does not say why `Contact.email` is left out.',
    ],
    [
      { reads: [{ coordinate: 'Account.id', reason }] },
      '`exempt.reads` names `Account.id`, which is not followed anyway.',
    ],
    [{ mutations: [{ coordinate: 'Contact.email', reason }] }, '`Contact.email` in `exempt.mutations` is no mutation.'],
    [
      { mutations: [{ coordinate: 'Mutation.releasePayment', reason }] },
      '`exempt.mutations` lets `Mutation.releasePayment` follow an untrusted read.',
    ],
  ] as const)('%j', (changes, message) => {
    expect(exempting(changes)[0]).toBe(message)
  })
  test('one that is named twice', () => {
    const twice = { coordinate: 'Mutation.addWorkNote', reason } as const
    expect(exempting({ mutations: [twice, twice] })).toEqual(['`exempt.mutations` names `Mutation.addWorkNote` twice.'])
  })
  test('each says what to change', () => {
    const mends = checkFlow(
      { ...defaultFlow, exempt: { mutations: [], reads: [{ coordinate: 'Contact.emial', reason }] } },
      index,
    )
    expect(mends[0]).toMatchObject({
      where: 'policies/flow.ts',
      mend: 'Correct the name (did you mean `Contact.email`?), or take it out.',
    })
  })
})
