/** Four outcomes, joined: what each group makes of its parts, and that whatever goes wrong denies. */
import { describe, expect, test } from 'vitest'
import { combine } from '../../../policies/engine/combine.ts'
import { evaluate, evaluateExplained, leafBudgetMs, type Asked } from '../../../policies/engine/evaluate.ts'
import {
  groupRule,
  leafRule,
  type Answer,
  type LeafVerdict,
  type Question,
  type Rule,
} from '../../../policies/engine/rule.ts'
import { isSatisfiable, isStatic, settle, smallestMissing } from '../../../policies/engine/settle.ts'
import {
  all,
  any,
  argumentAtMost,
  callerIs,
  callerMay,
  not,
  ownRecord,
  recordWhere,
} from '../../../policies/vocabulary.ts'
import { callerWith, wednesday } from '../../support/policies.ts'

const context = { caller: callerWith(['crm:read']), now: wednesday }
const inGateway: Asked = { record: 'elsewhere', args: {}, context }
const withRecord = (record: Readonly<Record<string, unknown>> | null): Asked => ({ record, args: {}, context })

const answers = {
  allow: { outcome: 'allow' },
  ask: { outcome: 'ask', approvers: 'boss', reason: 'why' },
  deny: { outcome: 'deny', reason: 'no', missingScopes: [], certain: true },
  unclear: { outcome: 'deny', reason: 'unclear', missingScopes: [], certain: false },
  record: { outcome: 'needs-record', reason: 'later' },
} as const satisfies Record<string, LeafVerdict>
type Word = keyof typeof answers

/** A leaf that answers the word; `record` looks at the record, which is elsewhere. */
function says(word: Word): Rule {
  const check = (question: Question): Answer => {
    const answer: LeafVerdict = answers[word]
    if (answer.outcome !== 'needs-record') return answer
    return question.record['ownerId'] === undefined ? answers.deny : answers.allow
  }
  return leafRule({
    word,
    title: word,
    inputs: word === 'record' ? ['record'] : [],
    read: [],
    recordFields: ['ownerId'],
    check,
  })
}

async function outcomeOf(rule: Rule, asked: Asked = inGateway) {
  return (await evaluate(rule, asked)).outcome
}

describe('all: the worst of deny, needs-record, ask, allow', () => {
  test.each<[Word[], string]>([
    [['allow', 'allow'], 'allow'],
    [['allow', 'ask'], 'ask'],
    [['ask', 'record'], 'needs-record'],
    [['allow', 'record'], 'needs-record'],
    [['record', 'deny'], 'deny'],
    [['ask', 'deny'], 'deny'],
    [['allow', 'unclear'], 'deny'],
  ])('%j is %s, in any order', async (words, outcome) => {
    expect(await outcomeOf(groupRule('all', words.map(says)))).toBe(outcome)
    expect(await outcomeOf(groupRule('all', words.toReversed().map(says)))).toBe(outcome)
  })

  test('nothing at all denies, where shield allows', async () => {
    expect(await outcomeOf(groupRule('all', []))).toBe('deny')
  })
})

describe('any: the best of allow, needs-record, ask, deny', () => {
  test.each<[Word[], string]>([
    [['deny', 'allow'], 'allow'],
    [['record', 'allow'], 'allow'],
    [['ask', 'record'], 'needs-record'],
    [['deny', 'ask'], 'ask'],
    [['deny', 'unclear'], 'deny'],
  ])('%j is %s, in any order', async (words, outcome) => {
    expect(await outcomeOf(groupRule('any', words.map(says)))).toBe(outcome)
    expect(await outcomeOf(groupRule('any', words.toReversed().map(says)))).toBe(outcome)
  })

  test('nothing at all denies', async () => {
    expect(await outcomeOf(groupRule('any', []))).toBe('deny')
  })
})

describe('not', () => {
  test.each<[Word, string]>([
    ['allow', 'deny'],
    ['deny', 'allow'],
    ['unclear', 'deny'],
    ['ask', 'deny'],
    ['record', 'needs-record'],
  ])('of %s is %s', async (word, outcome) => {
    expect(await outcomeOf(not(says(word)))).toBe(outcome)
  })

  test('of a group that is certain only because of one part', async () => {
    expect(await outcomeOf(not(all(says('unclear'), says('deny'))))).toBe('allow')
    expect(await outcomeOf(not(any(says('unclear'), says('deny'))))).toBe('deny')
    expect(await outcomeOf(not(any(says('deny'), says('deny'))))).toBe('allow')
  })

  test('twice keeps a doubt', async () => {
    expect(await outcomeOf(not(not(says('unclear'))))).toBe('deny')
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('database is down')
      },
    ],
    ['returns an Error', () => new Error('x')],
    ['returns a string', () => 'no'],
    ['returns a truthy value that is not true', () => 1],
    ['returns undefined', () => undefined],
    ['rejects', () => Promise.reject(new Error('x'))],
  ])('of a rule that %s denies, where shield allows', async (_title, check) => {
    const rule = leafRule({ word: 'broken', title: 'broken', inputs: [], read: [], check: check as () => Answer })
    expect(await outcomeOf(not(rule))).toBe('deny')
    expect(await outcomeOf(rule)).toBe('deny')
  })
})

describe('what goes wrong denies', () => {
  test('a rule that never answers is given up in time', async () => {
    const rule = leafRule({
      word: 'slow',
      title: 'slow',
      inputs: [],
      read: [],
      check: () => new Promise<Answer>(() => undefined),
    })
    const started = performance.now()
    expect(await evaluate(rule, inGateway)).toMatchObject({
      outcome: 'deny',
      reason: `\`slow\` could not be decided: it took longer than ${String(leafBudgetMs)} ms`,
    })
    expect(performance.now() - started).toBeLessThan(leafBudgetMs * 4)
  })

  test('the text of what a rule throws is not told', async () => {
    const rule = leafRule({
      word: 'leaky',
      title: 'leaky',
      inputs: [],
      read: [],
      check: () => {
        throw new Error('password=hunter2')
      },
    })
    expect(JSON.stringify(await evaluate(rule, inGateway))).not.toContain('hunter2')
  })

  test('a record that is not there', async () => {
    expect(await evaluate(ownRecord('ownerId'), withRecord(null))).toMatchObject({
      outcome: 'deny',
      reason: 'there is no such record to decide about',
    })
  })

  test('a record without the field', async () => {
    expect(await evaluate(ownRecord('ownerId'), withRecord({ id: '1' }))).toMatchObject({ outcome: 'deny' })
    expect(await outcomeOf(not(ownRecord('ownerId')), withRecord({ id: '1' }))).toBe('deny')
  })

  test.each<[string, (record: Record<string, unknown>) => boolean]>([
    ['another field', (record) => record['secret'] === 1],
    ['a field of the prototype', (record) => record['toString'] !== undefined],
    ['which fields there are', (record) => Object.keys(record).length > 0],
    ['whether a field is there', (record) => 'status' in record],
    [
      'by writing',
      (record) => {
        record['status'] = 'OPEN'
        return true
      },
    ],
  ])('a predicate that reads %s', async (_title, predicate) => {
    const rule = recordWhere('x', ['status'], predicate as never)
    expect(await outcomeOf(rule, withRecord({ status: 'OPEN', secret: 1 }))).toBe('deny')
  })

  test('a predicate that answers no boolean', async () => {
    const rule = recordWhere('x', ['status'], (({ status }: { status: string }) => status) as never)
    expect(await outcomeOf(rule, withRecord({ status: 'OPEN' }))).toBe('deny')
    expect(await outcomeOf(not(rule), withRecord({ status: 'OPEN' }))).toBe('deny')
  })
})

describe('the record', () => {
  test.each<[string, (record: Record<string, unknown>) => boolean]>([
    ['a field', (record) => record['status'] === 'OPEN'],
    ['its keys', (record) => Object.keys(record).length > 0],
    ['whether a field is there', (record) => 'status' in record],
    ['its kind', (record) => record instanceof Date],
    ['its descriptors', (record) => Object.getOwnPropertyDescriptor(record, 'status') !== undefined],
  ])('a rule that asks for %s says that it needs the record', async (_title, predicate) => {
    expect(await outcomeOf(recordWhere('x', ['status'], predicate as never))).toBe('needs-record')
  })

  test('a rule that catches what the absent record throws still gives no clear answer', async () => {
    const rule = recordWhere('x', ['status'], (record) => {
      try {
        return record.status === 'OPEN'
      } catch {
        return undefined as unknown as boolean
      }
    })
    expect(await outcomeOf(rule)).toBe('deny')
  })

  test('each record has a verdict of its own (row 28)', async () => {
    const rule = ownRecord('ownerId')
    const [mine, theirs] = await Promise.all([
      outcomeOf(rule, withRecord({ ownerId: 'agent:tester' })),
      outcomeOf(rule, withRecord({ ownerId: 'agent:other' })),
    ])
    expect([mine, theirs]).toEqual(['allow', 'deny'])
  })

  test('each caller has a verdict of its own (row 28)', async () => {
    const rule = callerMay('crm:read')
    const without = { ...inGateway, context: { caller: callerWith([]), now: wednesday } }
    expect(await Promise.all([outcomeOf(rule), outcomeOf(rule, without), outcomeOf(rule)])).toEqual([
      'allow',
      'deny',
      'allow',
    ])
  })

  test('arguments have a verdict of their own (row 22)', async () => {
    const rule = argumentAtMost('amount', 10)
    const [small, large] = await Promise.all(
      [5, 50].map((amount) => outcomeOf(rule, { ...inGateway, args: { amount } })),
    )
    expect([small, large]).toEqual(['allow', 'deny'])
  })
})

describe('reasons', () => {
  test('all names every missing scope', async () => {
    const rule = all(callerMay('crm:contact'), callerMay('crm:write'), callerMay('crm:read'))
    expect(await evaluate(rule, inGateway)).toEqual({
      outcome: 'deny',
      reason: 'needs the scope `crm:contact` and needs the scope `crm:write`',
      missingScopes: ['crm:contact', 'crm:write'],
    })
  })

  test('any names the shortest way out', async () => {
    const rule = any(all(callerMay('crm:contact'), callerMay('crm:write')), callerMay('itsm:read'))
    expect(await evaluate(rule, inGateway)).toMatchObject({ missingScopes: ['itsm:read'] })
  })

  test('an explanation has the verdict and the reads of every part', async () => {
    const explained = await evaluateExplained(
      all(callerMay('crm:read'), any(callerIs('person'), ownRecord('ownerId'))),
      inGateway,
    )
    expect(explained).toMatchObject({
      verdict: { outcome: 'needs-record' },
      read: ['caller.scopes', 'caller.kind', 'record.ownerId', 'caller.id', 'caller.onBehalfOf'],
      parts: [
        { rule: "callerMay('crm:read')", verdict: { outcome: 'allow' } },
        {
          verdict: { outcome: 'needs-record' },
          parts: [{ verdict: { outcome: 'deny' } }, { verdict: { outcome: 'needs-record' } }],
        },
      ],
    })
    expect(explained.parts[0]?.where).toMatch(/evaluate\.test\.ts:\d+$/u)
  })
})

describe('by authority alone', () => {
  const agent = { kind: 'agent', roles: [], scopes: ['crm:read'] } as const

  test('a static rule settles as it evaluates', async () => {
    const rule = all(callerMay('crm:read'), not(callerIs('person')))
    expect(isStatic(rule)).toBe(true)
    expect(settle(rule, agent)).toEqual(await evaluate(rule, inGateway))
  })

  test('a rule that reads more stays open, unless it is shut already', () => {
    expect(isSatisfiable(all(callerMay('crm:read'), argumentAtMost('a', 1)), agent)).toBe(true)
    expect(isSatisfiable(all(callerMay('crm:write'), argumentAtMost('a', 1)), agent)).toBe(false)
    expect(isSatisfiable(not(argumentAtMost('a', 1)), agent)).toBe(true)
  })

  test('a leaf that says that it reads nothing but answers late does not settle', () => {
    const late = leafRule({
      word: 'late',
      title: 'late',
      inputs: [],
      read: [],
      check: () => Promise.resolve(answers.allow),
    })
    expect(settle(late, agent).outcome).toBe('deny')
  })

  test('the smallest set of scopes over several rules, shared where it can be', () => {
    const offered = new Set(['crm:contact', 'crm:write', 'itsm:read'])
    const rules = [
      any(callerMay('crm:contact'), callerMay('itsm:read')),
      any(callerMay('crm:write'), callerMay('itsm:read')),
    ]
    expect(smallestMissing(rules, agent, offered)).toEqual(['itsm:read'])
    expect(smallestMissing(rules, agent, new Set(['crm:contact']))).toBeNull()
    expect(smallestMissing([callerMay('crm:read')], agent, offered)).toEqual([])
  })

  test('many candidates still give a set from which nothing can be left out', () => {
    const many = [
      'crm:contact',
      'crm:write',
      'crm:case:write',
      'itsm:read',
      'itsm:incident:write',
      'itsm:change:write',
      'itsm:change:approve',
      'finance:read',
      'finance:invoice:write',
      'finance:invoice:approve',
      'finance:payment:read',
      'finance:payment:create',
      'finance:payment:release',
    ] as const
    const [first, ...rest] = many.map((scope) => callerMay(scope))
    if (first === undefined) throw new Error('no scopes')
    expect(smallestMissing([any(first, ...rest)], agent, new Set(many))).toHaveLength(1)
    expect(smallestMissing([all(first, ...rest)], agent, new Set(many))).toHaveLength(many.length)
  })
})

test('combine asks for leaves only, never for what is not a rule', () => {
  expect(() => combine({} as Rule, () => answers.allow)).toThrow(TypeError)
})
