/** The table of steps, every pair of it, and what time does; the page says the same. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  approvalStatuses,
  type ApprovalStage,
  type ApprovalStatus,
} from '../../../../storage/stores/approvals/request.ts'
import { approvalSteps, isSettled, mayStep, statusAt } from '../../../../storage/stores/approvals/states.ts'

const legal: Readonly<Record<ApprovalStatus, readonly ApprovalStatus[]>> = {
  PENDING: ['APPROVED', 'REJECTED', 'SUPERSEDED', 'EXPIRED', 'CANCELLED', 'LAPSED'],
  APPROVED: ['CONSUMED', 'LAPSED'],
  REJECTED: [],
  SUPERSEDED: [],
  EXPIRED: [],
  CANCELLED: [],
  CONSUMED: [],
  LAPSED: [],
}

const pairs = approvalStatuses.flatMap((from) => approvalStatuses.map((to) => [from, to] as const))

test.each(pairs)('%s to %s', (from, to) => {
  expect(mayStep(from, to)).toBe(legal[from].includes(to))
})

test('docs/approvals.md has the table', () => {
  const rows = readFileSync('docs/approvals.md', 'utf8').matchAll(/^\| `([A-Z]+)` +\|([^|]*)\|/gm)
  const documented = [...rows].map(([, from = '', to = '']) => [
    from,
    [...to.matchAll(/`([A-Z]+)`/g)].map(([, name]) => name),
  ])
  expect(Object.fromEntries(documented)).toEqual(approvalSteps)
})

describe('time', () => {
  const at = (seconds: number) => new Date(seconds * 1000)
  const stage = (onExpiry: ApprovalStage['onExpiry']): ApprovalStage => ({
    candidates: 'finance-controller',
    quorum: 1,
    rejections: 1,
    pendingSeconds: 10,
    onExpiry,
  })
  const request = (status: ApprovalStatus, onExpiry: ApprovalStage['onExpiry'] = 'DENY') => ({
    status,
    deadline: at(10),
    useUntil: at(20),
    stages: [stage(onExpiry)],
    stage: 0,
    execution: null,
    amendmentState: null,
  })

  test.each<[ApprovalStatus, number, ApprovalStatus]>([
    ['PENDING', 9.999, 'PENDING'],
    ['PENDING', 10, 'EXPIRED'],
    ['APPROVED', 19.999, 'APPROVED'],
    ['APPROVED', 20, 'LAPSED'],
    ['REJECTED', 99, 'REJECTED'],
    ['CONSUMED', 99, 'CONSUMED'],
  ])('%s after %d s is %s', (status, seconds, expected) => {
    expect(statusAt(request(status), at(seconds))).toBe(expected)
  })

  test('a stage that goes to others does not expire by itself', () => {
    expect(statusAt(request('PENDING', { escalateTo: 'plant-manager' }), at(99))).toBe('PENDING')
  })

  test('settled: nothing will happen any more', () => {
    expect(isSettled(request('PENDING'), at(1))).toBe(false)
    expect(isSettled(request('PENDING'), at(10))).toBe(true)
    expect(isSettled(request('APPROVED'), at(1))).toBe(false)
    expect(isSettled({ ...request('SUPERSEDED'), amendmentState: 'WAITING' }, at(1))).toBe(false)
    expect(isSettled({ ...request('SUPERSEDED'), amendmentState: 'PROPOSED' }, at(1))).toBe(true)
    expect(isSettled(request('CONSUMED'), at(1))).toBe(false)
  })
})
