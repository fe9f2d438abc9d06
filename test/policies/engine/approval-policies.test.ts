/** The policy of an act: the first that fits, each role once under the strictest terms; what nobody could decide does not load. */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  type ApprovalPolicies,
  type ApprovalPolicy,
  chooseApproval,
  defaultApprovals,
  secondsOf,
} from '../../../policies/engine/approval-policies.ts'
import { checkApprovals } from '../../../policies/engine/check-approvals.ts'
import { policies as shipped } from '../../../policies/index.ts'
import { contractIndex, readContracts } from '../../../schema/contract.ts'

const index = contractIndex(readContracts(path.resolve('schema')))
const around = { roles: shipped.roles, scopes: new Set(Object.keys(shipped.scopes)), index }
const [byDefault] = defaultApprovals.policies as [ApprovalPolicy]
const effectOf = () => ({ impact: 'HIGH', reversible: false }) as const

describe('chooseApproval', () => {
  const release = { coordinate: 'Mutation.releasePayment', approvers: 'finance-controller' } as const

  test('nothing asks, nothing is chosen', () => {
    expect(chooseApproval([], defaultApprovals, effectOf)).toBeNull()
  })

  test('the first that fits; each role decides once, under the strictest terms', () => {
    const strict: ApprovalPolicy = {
      key: 'strict',
      when: { coordinates: ['Mutation.releasePayment'] },
      stages: [
        { candidates: 'asked', quorum: 2, maxPendingFor: '1h', onExpiry: { escalateTo: 'plant-manager' } },
        { candidates: 'plant-manager', quorum: 1, maxPendingFor: '2h', onExpiry: 'DENY' },
      ],
      delegableTo: ['hr-manager'],
      useWithin: '5m',
      authenticatedWithin: '1h',
    }
    const policies = { ...defaultApprovals, policies: [strict, { ...byDefault, delegableTo: ['plant-manager'] }] }
    const other = { coordinate: 'Mutation.createInvoice', approvers: 'finance-controller' } as const
    expect(chooseApproval([other, release], policies, effectOf)).toEqual({
      policies: ['default', 'strict'],
      stages: [
        {
          candidates: 'finance-controller',
          quorum: 2,
          rejections: 1,
          pendingSeconds: 3_600,
          // The other policy lets nobody else decide.
          onExpiry: 'DENY',
        },
        { candidates: 'plant-manager', quorum: 1, rejections: 1, pendingSeconds: 7_200, onExpiry: 'DENY' },
      ],
      terms: { delegableTo: [], useWithinSeconds: 300, authenticatedWithinSeconds: 3_600 },
    })
  })

  test('two stages of one policy that one role decides want as many people as both', () => {
    const stage = { candidates: 'asked', quorum: 1, maxPendingFor: '1h', onExpiry: 'DENY' } as const
    const stages = [stage, { ...stage, candidates: 'finance-controller' }] as const
    const twice: ApprovalPolicy = { ...byDefault, key: 'twice', stages: [...stages] }
    const chosen = chooseApproval([release], { ...defaultApprovals, policies: [twice] }, effectOf)
    expect(chosen?.stages.map(({ candidates, quorum }) => [candidates, quorum])).toEqual([['finance-controller', 2]])
  })
})

describe('checkApprovals', () => {
  const problems = (changes: Partial<ApprovalPolicies>) =>
    checkApprovals({ ...defaultApprovals, ...changes }, around).map(({ message }) => message)
  const policy = (changes: Partial<ApprovalPolicy>) => problems({ policies: [{ ...byDefault, ...changes }] })

  test('the shipped ones and the default are good', () => {
    expect(problems({})).toEqual([])
    expect(checkApprovals(shipped.approvals ?? defaultApprovals, around)).toEqual([])
  })

  test.each<[string, readonly string[], string]>([
    [
      'a role that does not exist',
      policy({ delegableTo: ['finance-controler'] }),
      'names `finance-controler`, which is no role for people',
    ],
    [
      'an agent that would decide',
      policy({ delegableTo: ['finance-agent'] }),
      'names `finance-agent`, which is no role for people',
    ],
    [
      'people who may not decide',
      policy({ delegableTo: ['auditor'] }),
      'lets holders of `auditor` decide, who may not',
    ],
    [
      'a stage that nobody must approve',
      policy({ stages: [{ ...byDefault.stages[0], quorum: 0 }] }),
      'asks for 0 approvals',
    ],
    ['a span that is none', policy({ useWithin: '10x' as '10m' }), 'has the span `10x`'],
    ['a list that ends without everything', policy({ when: { impacts: ['HIGH'] } }), 'No policy is for everything'],
    ['a key twice', problems({ policies: [byDefault, byDefault] }), 'is defined twice'],
    [
      'a mutation that does not exist',
      policy({ when: { coordinates: ['Mutation.none'] } }),
      '`Mutation.none` is not in the contracts',
    ],
    [
      'an argument that does not exist',
      problems({ amendable: { 'Mutation.createChange': ['/input/none'] } }),
      '`/input/none` is no argument',
    ],
    [
      'which record is meant',
      problems({ amendable: { 'Mutation.updateCase': ['/input/id'] } }),
      '`/input/id` is no argument',
    ],
    [
      'a query that does not exist',
      problems({ targets: { 'Mutation.updateCase': { query: 'none' } } }),
      '`Query.none`, which does not exist',
    ],
  ])('%s', (_title, found, message) => {
    expect(found.join('\n')).toContain(message)
  })
})

test('spans', () => {
  expect([secondsOf('10m'), secondsOf('24h'), secondsOf('7d')]).toEqual([600, 86_400, 604_800])
  for (const wrong of ['', '0m', '1.5h', '10', 'm', '10s']) expect(secondsOf(wrong)).toBeNaN()
})
