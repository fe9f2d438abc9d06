/**
 * What graphql-shield does by itself, and what we make of it: one regression test for each hole that `facts.md` lists. The left
 * half shows the hole, so that a new version that closes it is noticed; the right half shows it closed.
 */
import { createRequire } from 'node:module'
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { evaluate } from '../../../policies/engine/evaluate.ts'
import { describeRule, groupRule, leafRule, leavesOf, type Rule } from '../../../policies/engine/rule.ts'
import { askLeaf, isUncached, shieldGroup, shieldLeaf } from '../../../policies/engine/shield.ts'
import { all, callerMay } from '../../../policies/vocabulary.ts'
import { callerWith, wednesday } from '../../support/policies.ts'

interface RawShield {
  readonly and: (...rules: unknown[]) => RawRule
  readonly not: (rule: unknown) => RawRule
  readonly chain: (...rules: unknown[]) => RawRule
  readonly race: (...rules: unknown[]) => RawRule
  readonly rule: (name?: string, options?: object) => (ask: (...parts: unknown[]) => unknown) => RawRule
}
interface RawRule {
  resolve(parent: object, args: object, context: object, info: object, options: object): Promise<unknown>
}

const raw = createRequire(import.meta.url)('graphql-shield') as RawShield
const ask = (rule: RawRule, context: object = {}) => rule.resolve({}, {}, context, {}, { debug: false })
const asked = { record: 'elsewhere', args: {}, context: { caller: callerWith([]), now: wednesday } } as const

function leaf(check: () => unknown): Rule {
  return leafRule({ word: 'x', title: 'x', inputs: [], read: [], check: check as never })
}

describe('loading', () => {
  test('the ES module does not load on this Node, the CommonJS build does', () => {
    const root = path.resolve(import.meta.dirname, '..', '..', '..')
    const run = (code: string) =>
      execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: root, stdio: 'pipe' }).toString()
    if (Number(process.versions.node.split('.')[0]) >= 23)
      expect(() => run("await import('graphql-shield')")).toThrow(/SyntaxError/u)
    expect(
      run(
        "import { createRequire } from 'node:module'; console.log(typeof createRequire(import.meta.url === '' ? '' : process.cwd() + '/x.js')('graphql-shield').rule)",
      ),
    ).toBe('function\n')
  })

  test('chain and race work again, now that the missing helper is back', async () => {
    const yes = raw.rule('yes')(() => true)
    const no = raw.rule('no')(() => false)
    expect(await ask(raw.chain(yes, yes))).toBe(true)
    expect(await ask(raw.race(no, yes))).toBe(true)
  })
})

describe('groups', () => {
  test('and() with no rules allows; ours denies', async () => {
    expect(await ask(raw.and())).toBe(true)
    expect((await evaluate(groupRule('all', []), asked)).outcome).toBe('deny')
  })

  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['returns an Error', () => new Error('x')],
    ['returns a string', () => 'no'],
    ['returns 1', () => 1],
  ])('not of a rule that %s allows; ours denies', async (_title, check) => {
    expect(await ask(raw.not(raw.rule('x')(check)))).toBe(true)
    expect((await evaluate(groupRule('not', [leaf(check)]), asked)).outcome).toBe('deny')
  })
})

describe('caches', () => {
  test("contextual caching carries one call's permission to the next; ours never caches", async () => {
    const smallOnly = raw.rule('small', { cache: 'contextual' })(
      (_parent, args) => (args as { amount: number }).amount < 10,
    )
    const context = { _shield: { cache: {} } }
    const call = (amount: number) => smallOnly.resolve({}, { amount }, context, {}, {})
    expect(await call(1)).toBe(true)
    expect(await call(1_000_000)).toBe(true)
    const [ours] = [...leavesOf(callerMay('crm:read')).keys()]
    expect(ours !== undefined && isUncached(ours)).toBe(true)
  })

  test('two rules of one name share a cache; ours have names of their own', async () => {
    const context = { _shield: { cache: {} } }
    const yes = raw.rule('same', { cache: 'contextual' })(() => true)
    const no = raw.rule('same', { cache: 'contextual' })(() => false)
    expect([await ask(yes, context), await ask(no, context)]).toEqual([true, true])
    const names = [callerMay('crm:read'), callerMay('crm:read')].map(
      (rule) => (rule as unknown as { name: string }).name,
    )
    expect(new Set(names).size).toBe(2)
  })
})

describe('our use of it', () => {
  test('what is evaluated are shield objects', async () => {
    const rule = callerMay('crm:read')
    expect(rule.constructor.name).toBe('Rule')
    expect(all(rule).constructor.name).toBe('RuleAnd')
    const [[object]] = [...leavesOf(rule)] as [[Parameters<typeof askLeaf>[0], unknown]]
    expect(await askLeaf(object, {}, {}, { authority: { kind: 'agent', roles: [], scopes: ['crm:read'] } })).toBe(true)
  })

  test('an exception passes through, instead of becoming a no', async () => {
    const rule = shieldLeaf('x', () => {
      throw new RangeError('needs the record')
    })
    await expect(askLeaf(rule, {}, {}, {})).rejects.toThrow(RangeError)
  })

  test('a rule that the vocabulary did not make has no description', () => {
    expect(describeRule(shieldLeaf('x', () => true))).toBeNull()
    expect(describeRule(shieldGroup('any', [callerMay('crm:read')]))).toBeNull()
  })

  test('graphql-shield is imported by one file', () => {
    const root = path.resolve(import.meta.dirname, '..', '..', '..')
    const found = execFileSync(
      'grep',
      [
        '-rlE',
        '(from|require\\()\\s*[\'"]graphql-shield[\'"]',
        'policies',
        'gateway',
        'subgraphs',
        'lib',
        'cli',
        'storage',
        'schema',
        '--include=*.ts',
      ],
      { cwd: root },
    )
    expect(found.toString().trim().split('\n')).toEqual(['policies/engine/shield.ts'])
  })
})
