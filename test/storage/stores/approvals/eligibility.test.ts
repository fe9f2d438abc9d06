/** Who may decide, and when a stage is decided. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PrincipalId } from '../../../../lib/caller.ts'
import { delegateProblem, eligibilityOf, tally, type Voter } from '../../../../storage/stores/approvals/eligibility.ts'
import type {
  ApprovalCase,
  ApprovalDelegation,
  ApprovalStage,
  ApprovalVote,
} from '../../../../storage/stores/approvals/request.ts'

const now = new Date('2026-03-02T09:00:00Z')
const id = (name: string) => `person:${name}` as PrincipalId
const stage = (candidates: string, quorum = 1): ApprovalStage => ({
  candidates,
  quorum,
  rejections: 1,
  pendingSeconds: 60,
  onExpiry: 'DENY',
})
const voter = (name: string, changes: Partial<Voter> = {}): Voter => ({
  id: id(name),
  kind: 'person',
  roles: ['controller'],
  onBehalfOf: null,
  authenticatedAt: now.getTime() / 1000 - 60,
  ...changes,
})
const vote = (name: string, changes: Partial<ApprovalVote> = {}): ApprovalVote => ({
  stage: 0,
  voter: id(name),
  onBehalfOf: null,
  verdict: 'APPROVE',
  comment: null,
  at: now,
  ...changes,
})
const handed = (from: string, to: string, depth = 1): ApprovalDelegation => ({
  stage: 0,
  from: id(from),
  to: id(to),
  depth,
  reason: 'Away',
  at: now,
})

function caseWith(changes: {
  stages?: readonly ApprovalStage[]
  stage?: number
  excluded?: readonly string[]
  delegableTo?: readonly string[]
  amendedBy?: PrincipalId | null
  votes?: readonly ApprovalVote[]
  delegations?: readonly ApprovalDelegation[]
}): ApprovalCase {
  const {
    stages = [stage('controller')],
    excluded = ['agent:a', 'person:owner'],
    delegableTo = ['deputy'],
    amendedBy = null,
  } = changes
  const terms = { delegableTo, useWithinSeconds: 600, authenticatedWithinSeconds: 3_600 }
  const request = {
    stages,
    stage: changes.stage ?? 0,
    excluded,
    terms,
    amendedBy,
  } as unknown as ApprovalCase['request']
  return { request, votes: changes.votes ?? [], delegations: changes.delegations ?? [] }
}

const because = (found: ApprovalCase, who: Voter) => {
  const verdict = eligibilityOf(found, who, now)
  return verdict.eligible ? 'may' : verdict.because
}

describe('eligibilityOf', () => {
  test.each<[string, ApprovalCase, Voter, string]>([
    ['a holder of the role', caseWith({}), voter('a'), 'may'],
    ['an agent', caseWith({}), voter('a', { kind: 'agent' }), 'not-a-person'],
    ['through somebody else', caseWith({}), voter('a', { onBehalfOf: id('b') }), 'not-a-person'],
    ['another role', caseWith({}), voter('a', { roles: ['other'] }), 'not-a-candidate'],
    ['the owner of the agent', caseWith({}), voter('owner'), 'excluded'],
    ['a second time', caseWith({ votes: [vote('a')] }), voter('a'), 'has-decided'],
    [
      'in a later stage',
      caseWith({ stages: [stage('x'), stage('controller')], stage: 1, votes: [vote('a')] }),
      voter('a'),
      'has-decided',
    ],
    ['after handing the place on', caseWith({ delegations: [handed('a', 'b')] }), voter('a'), 'has-delegated'],
    [
      'in the place of somebody',
      caseWith({ delegations: [handed('a', 'b')] }),
      voter('b', { roles: ['deputy'] }),
      'may',
    ],
    [
      'a delegate of no fitting role',
      caseWith({ delegations: [handed('a', 'b')] }),
      voter('b', { roles: ['x'] }),
      'not-a-candidate',
    ],
    ['for one who may not', caseWith({ delegations: [handed('owner', 'b')] }), voter('b'), 'excluded'],
    [
      'for one who has decided',
      caseWith({ votes: [vote('a')], delegations: [handed('a', 'b')] }),
      voter('b'),
      'has-decided',
    ],
    [
      'with a sign-in of yesterday',
      caseWith({}),
      voter('a', { authenticatedAt: now.getTime() / 1000 - 3_601 }),
      'not-fresh',
    ],
  ])('%s', (_title, found, who, expected) => {
    expect(because(found, who)).toBe(expected)
  })

  test('a place that went through two hands is that of the first', () => {
    const found = caseWith({ delegations: [handed('a', 'b'), handed('b', 'c', 2)] })
    expect(eligibilityOf(found, voter('c'), now)).toEqual({ eligible: true, onBehalfOf: 'person:a', depth: 2 })
    expect(delegateProblem(found, 'person:d', 3)).toContain('at most 2 hands')
  })
})

describe('tally', () => {
  test.each<[string, ApprovalCase, string]>([
    ['nobody', caseWith({}), 'open'],
    ['one of two', caseWith({ stages: [stage('controller', 2)], votes: [vote('a')] }), 'open'],
    ['two of two', caseWith({ stages: [stage('controller', 2)], votes: [vote('a'), vote('b')] }), 'approved'],
    ['one against', caseWith({ votes: [vote('a', { verdict: 'REJECT' })] }), 'rejected'],
    ['votes of another stage', caseWith({ stages: [stage('x'), stage('y')], stage: 1, votes: [vote('a')] }), 'open'],
    ['the amender alone', caseWith({ amendedBy: id('a'), votes: [vote('a')] }), 'open'],
    ['somebody else', caseWith({ amendedBy: id('a'), votes: [vote('b')] }), 'approved'],
    [
      'the amender in the place of another',
      caseWith({ amendedBy: id('a'), votes: [vote('a', { onBehalfOf: id('b') })] }),
      'open',
    ],
    [
      'another in the place of the amender',
      caseWith({ amendedBy: id('a'), votes: [vote('b', { onBehalfOf: id('a') })] }),
      'open',
    ],
  ])('%s: %s', (_title, found, expected) => {
    expect(tally(found)).toBe(expected)
  })
})

test('whatever people do, no principal is counted twice', () => {
  const names = ['a', 'b', 'c', 'd'] as const
  const move = fc.record({ who: fc.constantFrom(...names), to: fc.option(fc.constantFrom(...names)) })
  fc.assert(
    fc.property(fc.array(move, { maxLength: 20 }), (moves) => {
      let found = caseWith({ stages: [stage('controller', 9)] })
      for (const { who, to } of moves) {
        const seat = eligibilityOf(found, voter(who), now)
        if (!seat.eligible) continue
        if (to === null) found = { ...found, votes: [...found.votes, vote(who, { onBehalfOf: seat.onBehalfOf })] }
        else if (to !== who && delegateProblem(found, id(to), seat.depth + 1) === null) {
          found = { ...found, delegations: [...found.delegations, handed(who, to, seat.depth + 1)] }
        }
      }
      const counted = found.votes.flatMap((each) => [
        each.voter,
        ...(each.onBehalfOf === null ? [] : [each.onBehalfOf]),
      ])
      expect(new Set(counted).size).toBe(counted.length)
    }),
  )
})
