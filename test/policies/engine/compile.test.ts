/** What the compiler makes of good tables, and every refusal: place, coordinate, message and mend. */
import { describe, expect, test } from 'vitest'
import type { Coordinate } from '../../../lib/labels.ts'
import { shieldGroup, shieldLeaf } from '../../../policies/engine/shield.ts'
import { leafRule, groupRule, type Rule } from '../../../policies/engine/rule.ts'
import {
  all,
  any,
  argumentAtMost,
  argumentOneOf,
  askPerson,
  callerIs,
  callerMay,
  everyone,
  forPurpose,
  nobody,
  not,
  ownRecord,
  recordWhere,
} from '../../../policies/vocabulary.ts'
import type { ScopeName } from '../../../policies/scopes.ts'
import { contractIndex } from '../../../schema/contract.ts'
import { bankSdl, contracts, goodBank, goodShop, problemsOf, revisionOf, shopSdl } from '../../support/policies.ts'

const read = callerMay('crm:read')

/** The one problem of a table of the shop. */
function refusesShop(change: object) {
  const problems = problemsOf({ shop: { ...goodShop, ...change } })
  expect(problems).toHaveLength(1)
  return problems[0]
}

function titles(coordinate: Coordinate, input: Parameters<typeof revisionOf>[0] = {}) {
  const rule = revisionOf(input).rules.get(coordinate)
  return rule?.parts.map(({ because, rule: part }) =>
    `${because}: ${(part as { name?: string }).name ?? 'group'}`.replace(/#\d+/u, ''),
  )
}

describe('good tables', () => {
  test("'*' and the field's rule hold together (row 27)", () => {
    expect(titles('Customer.email')).toEqual(['field: callerMay', "'*': callerMay"])
    expect(revisionOf().rules.get('Customer.email')?.scopes).toEqual(['crm:contact', 'crm:read'])
  })

  test('a dependent field needs what it is made from, and the key by which it is reached (row 25)', () => {
    const rule = revisionOf().rules.get('Customer.riskBand')
    expect(rule?.dependsOn).toEqual(['Customer.creditScore', 'Customer.id'])
    expect(rule?.scopes).toEqual(['crm:read', 'finance:read'])
  })

  test('a rule on an interface holds for every implementer (row 24)', () => {
    const rules = revisionOf({ shop: { ...goodShop, Node: { id: callerMay('crm:contact') } } }).rules
    expect(rules.get('Order.id')?.scopes).toEqual(['crm:contact', 'crm:read'])
    expect(rules.get('Customer.id')?.scopes).toEqual(['crm:contact', 'crm:read'])
  })

  test('a field of an interface needs the rights of every implementer (row 24)', () => {
    const rules = revisionOf({ shop: { ...goodShop, Order: { '*': read, id: callerMay('crm:write') } } }).rules
    expect(rules.get('Node.id')?.scopes).toEqual(['crm:read', 'crm:write'])
  })

  test('the table that names a shared key decides it; otherwise every star does', () => {
    const stars = revisionOf({ bank: { Customer: { '*': callerMay('finance:read') } } })
    expect(stars.rules.get('Customer.id')?.scopes).toEqual(['crm:read', 'finance:read'])
    const named = revisionOf({
      shop: { ...goodShop, Customer: { '*': read, id: read } },
      bank: { Customer: { '*': callerMay('finance:read') } },
    })
    expect(named.rules.get('Customer.id')?.scopes).toEqual(['crm:read'])
  })

  test('every coordinate of the contracts has a rule', () => {
    const revision = revisionOf()
    expect([...revision.index.fields.keys()].filter((coordinate) => !revision.rules.has(coordinate))).toEqual([])
  })

  test('a root field with a record rule says which record', () => {
    const close = all(callerMay('crm:write'), ownRecord('ownerId', { of: 'Order', id: 'input.id' }))
    const rule = revisionOf({ shop: { ...goodShop, Mutation: { pay: callerMay('crm:write'), close } } }).rules.get(
      'Mutation.close',
    )
    expect(rule?.target).toEqual({ type: 'Order', idPath: 'input.id' })
  })
})

describe('names that do not exist', () => {
  test('a type', () => {
    expect(refusesShop({ Custommer: { '*': read } })).toEqual({
      where: 'policies/shop.ts',
      coordinate: null,
      message: 'The type `Custommer` is in no contract.',
      mend: 'Correct the name (did you mean `Customer`?), or delete the entry.',
    })
  })

  test('a field', () => {
    expect(refusesShop({ Customer: { '*': read, emial: read } })).toMatchObject({
      coordinate: 'Customer.emial',
      message: 'The field `Customer.emial` is in no contract.',
      mend: 'Correct the name (did you mean `email`?), or delete the entry.',
    })
  })

  test('a field under an interface, which shield passes over', () => {
    expect(refusesShop({ Node: { ident: read } })).toMatchObject({ coordinate: 'Node.ident' })
  })

  test('a field of another subgraph', () => {
    expect(refusesShop({ Customer: { '*': read, iban: read } })).toMatchObject({
      message: '`Customer.iban` belongs to bank, not to shop.',
      mend: 'Move the rule to policies/bank.ts.',
    })
  })

  test("'*' on a type of which the subgraph resolves nothing", () => {
    const [problem] = problemsOf({ bank: { ...goodBank, Order: { '*': read } } })
    expect(problem).toMatchObject({
      message: '`bank` resolves no field of `Order`.',
      mend: 'Move the entry to policies/shop.ts.',
    })
  })

  test('a subgraph', () => {
    const [problem] = problemsOf({ tables: { shop: goodShop, bank: goodBank, shopp: {} } })
    expect(problem).toMatchObject({
      message: 'There is a table for `shopp`, but no such subgraph.',
      mend: 'Correct the name (did you mean `shop`?), or add schema/shopp.graphql.',
    })
  })

  test('a scope', () => {
    expect(refusesShop({ Order: { '*': callerMay('crm:raed' as ScopeName) } })).toMatchObject({
      coordinate: 'Order.*',
      message: 'The scope `crm:raed` is not in policies/scopes.ts.',
      mend: 'Correct the name (did you mean `crm:read`?), or add the scope with its title and owner.',
    })
  })

  test('a purpose', () => {
    expect(refusesShop({ Order: { '*': forPurpose('salez' as 'sales') } })).toMatchObject({
      message: 'The purpose `salez` is not in policies/purposes.ts.',
    })
  })

  test('a role of people that is asked', () => {
    const pay = all(callerMay('crm:write'), askPerson('finance-controler', 'too much'))
    expect(refusesShop({ Mutation: { ...goodShop.Mutation, pay } })).toMatchObject({
      message: "`askPerson('finance-controler')` asks a role of people that does not exist.",
      mend: 'Name a role of kind person from policies/roles/ (did you mean `finance-controller`?).',
    })
  })
})

describe('missing rules', () => {
  test('a field without a rule', () => {
    expect(refusesShop({ Order: { id: read, ownerId: read, status: read, customer: read } })).toMatchObject({
      coordinate: 'Order.total',
      message: '`Order.total` has no rule.',
      mend: "Give `Order` a rule for `total` or for '*' in policies/shop.ts; `nobody` closes it.",
    })
  })

  test('a type without a rule is one problem that names its coordinates', () => {
    const { Order: _, ...without } = goodShop
    const [problem, ...others] = problemsOf({ shop: without })
    expect(others).toEqual([])
    expect(problem?.message).toBe(
      '`Order.id`, `Order.ownerId`, `Order.status`, `Order.total`, `Order.customer` have no rule.',
    )
  })

  test('a subgraph without a table', () => {
    const messages = problemsOf({ tables: { shop: goodShop } }).map(({ message }) => message)
    expect(messages).toContain('The subgraph `bank` has no table.')
  })

  test("a mutation that only '*' rules", () => {
    expect(refusesShop({ Mutation: { '*': callerMay('crm:write'), pay: callerMay('crm:write') } })).toMatchObject({
      coordinate: 'Mutation.close',
      message: 'The mutation `Mutation.close` has no rule of its own that says who may run it.',
      mend: "Give `close` a rule stronger than '*' and `everyone`.",
    })
  })

  test.each([
    ['everyone', everyone],
    ['everyone inside all', all(everyone, everyone)],
    ['everyone inside any', any(callerMay('crm:write'), everyone)],
  ])('a mutation that is open to everyone by %s', (_title, close) => {
    expect(refusesShop({ Mutation: { pay: callerMay('crm:write'), close } })?.coordinate).toBe('Mutation.close')
  })
})

describe('values that are no rules', () => {
  test('undefined, which shield takes as permission for the whole type', () => {
    expect(refusesShop({ Customer: { '*': read, email: undefined } })).toMatchObject({
      coordinate: 'Customer.email',
      message: 'The value is undefined, which graphql-shield would take as permission for the whole type.',
    })
  })

  test('a word that was not called', () => {
    expect(refusesShop({ Customer: { '*': read, email: callerMay } })).toMatchObject({
      message: 'The value is a function, not a rule.',
      mend: 'Call `callerMay(…)`, or write a rule of policies/vocabulary.ts here.',
    })
  })

  test.each([
    ['an object', {}],
    ['true', true],
    ['null', null],
    ['a string', 'crm:read'],
  ])('%s', (_title, value) => {
    expect(refusesShop({ Customer: { '*': read, email: value } })?.message).toMatch(
      /^The value is (?:of type \w+|null), not a rule\.$/u,
    )
  })

  test('a rule made with graphql-shield itself', () => {
    const raw = shieldLeaf('raw', () => true)
    expect(refusesShop({ Customer: { '*': read, email: raw } })?.message).toMatch(
      /^The value is a rule that the vocabulary did not make/u,
    )
    const group = shieldGroup('all', [read])
    expect(refusesShop({ Customer: { '*': read, email: group } })?.message).toMatch(
      /^The value is a rule that the vocabulary did not make/u,
    )
  })

  test('a rule for a whole type', () => {
    expect(refusesShop({ Order: read })).toMatchObject({
      message: '`Order` has a rule instead of a list of fields.',
      mend: "Write { '*': … }.",
    })
  })

  test('undefined inside a group', () => {
    const group = groupRule('all', [read, undefined as unknown as Rule])
    expect(refusesShop({ Customer: { '*': read, email: group } })?.message).toMatch(/^The value is undefined/u)
  })

  test.each(['all', 'any'] as const)('an empty %s, which shield lets through', (form) => {
    expect(refusesShop({ Customer: { '*': read, email: groupRule(form, []) } })).toMatchObject({
      message: `\`${form}()\` has no rules, so it would allow everything.`,
    })
  })

  test('a rule that shield would cache', () => {
    const cached = callerMay('crm:contact')
    Object.defineProperty(cached, 'cache', { value: 'contextual' })
    expect(refusesShop({ Customer: { '*': read, email: cached } })?.message).toMatch(/is cached by graphql-shield/u)
  })
})

describe('places where shield asks no rule', () => {
  test.each([
    ['a union', 'Hit', 'union', 'its members'],
    ['an enum', 'Status', 'enum', 'the fields that return it'],
    ['a scalar', 'Decimal', 'scalar', 'the fields that return it'],
    ['an input', 'PayInput', 'input', 'the arguments, by `argumentOneOf` and its siblings'],
  ])('%s', (_title, type, kind, instead) => {
    expect(refusesShop({ [type]: { '*': read } })).toMatchObject({
      message: `\`${type}\` is a${kind === 'enum' || kind === 'input' ? 'n' : ''} ${kind}; a rule on it would never be asked.`,
      mend: `Rule ${instead} instead.`,
    })
  })
})

describe('not', () => {
  test.each<[string, Rule]>([
    ['a scope: losing it would open something', callerMay('crm:contact')],
    ['a person who is asked', askPerson('finance-controller', 'why')],
    ['everyone', everyone],
    ['nobody', nobody],
    ['a group with a scope in it', all(callerIs('agent'), callerMay('crm:contact'))],
  ])('refused before %s', (_title, rule) => {
    expect(refusesShop({ Customer: { '*': read, email: not(rule) } })?.message).toMatch(
      /^`not` stands before .+, whose no is not a definite one\.$/u,
    )
  })

  test('accepted before what answers definitely', () => {
    const email = not(
      any(
        callerIs('agent'),
        forPurpose('audit'),
        recordWhere('unnamed people', ['name'], ({ name }) => name === ''),
      ),
    )
    expect(revisionOf({ shop: { ...goodShop, Customer: { '*': read, email } } }).rules.has('Customer.email')).toBe(true)
  })
})

describe('arguments', () => {
  const pay = (rule: Rule) =>
    refusesShop({ Mutation: { ...goodShop.Mutation, pay: all(callerMay('crm:write'), rule) } })

  test('a path that does not exist', () => {
    expect(pay(argumentAtMost('input.amuont', 10))).toMatchObject({
      coordinate: 'Mutation.pay',
      message:
        "`argumentAtMost('input.amuont', 10)` reads the argument `input.amuont`, which `Mutation.pay` does not have: " +
        'there are `id`, `amount`, `to`, `lines`.',
      mend: 'Correct `amuont` (did you mean `amount`?).',
    })
  })

  test('an argument of a field that takes none', () => {
    expect(refusesShop({ Order: { '*': read, total: argumentOneOf('mode', ['a']) } })?.message).toMatch(
      /does not have: it takes none\.$/u,
    )
  })

  test('an amount that is no number', () => {
    expect(pay(argumentAtMost('input.to', 10))?.message).toMatch(/which is a String, not a number\.$/u)
  })

  test('a path through a list is good', () => {
    const rule = all(callerMay('crm:write'), argumentAtMost('input.lines.amount', 10))
    expect(
      revisionOf({ shop: { ...goodShop, Mutation: { ...goodShop.Mutation, pay: rule } } }).rules.has('Mutation.pay'),
    ).toBe(true)
  })

  test("an argument rule under '*' must fit every field", () => {
    const problems = problemsOf({ shop: { ...goodShop, Query: { '*': argumentAtMost('first', 50) } } })
    expect(problems.map(({ coordinate }) => coordinate)).toEqual([
      'Query.order',
      'Query.customer',
      'Query.node',
      'Query.search',
    ])
  })
})

describe('records', () => {
  test('a field that the type does not have', () => {
    expect(refusesShop({ Order: { '*': read, total: ownRecord('owner') } })).toMatchObject({
      coordinate: 'Order.total',
      message: "`ownRecord('owner')` reads `Order.owner`, which does not exist.",
      mend: 'Name a field of `Order` that shop resolves (did you mean `ownerId`?).',
    })
  })

  test('a field that is no plain value', () => {
    expect(refusesShop({ Order: { '*': read, total: ownRecord('customer') } })?.message).toMatch(
      /which is no plain value\.$/u,
    )
  })

  test('a field that another subgraph has', () => {
    const [problem] = problemsOf({ bank: { Customer: { ...goodBank.Customer, iban: ownRecord('name') } } })
    expect(problem?.message).toBe(
      "`ownRecord('name')` reads `Customer.name`, which the subgraph bank does not have when it resolves `Customer.iban`.",
    )
  })

  test('a person who is asked, beside what only the record decides', () => {
    const close = all(
      callerMay('crm:write'),
      ownRecord('ownerId', { of: 'Order', id: 'input.id' }),
      askPerson('finance-controller', 'why'),
    )
    expect(refusesShop({ Mutation: { ...goodShop.Mutation, close } })).toMatchObject({
      coordinate: 'Mutation.close',
      message: expect.stringContaining('and then it is too late to ask'),
    })
  })

  test('a root field without a named record', () => {
    expect(refusesShop({ Mutation: { ...goodShop.Mutation, close: ownRecord('ownerId') } })).toMatchObject({
      coordinate: 'Mutation.close',
      message: "`ownRecord('ownerId')` reads a record, and `Mutation.close` has none: it is a root field.",
    })
  })

  test('an entity field with a named record', () => {
    const total = ownRecord('ownerId', { of: 'Order', id: 'id' })
    expect(refusesShop({ Order: { '*': read, total } })?.message).toBe(
      "`ownRecord('ownerId', { of: 'Order', id: 'id' })` names a record, but the record of `Order.total` is its `Order`.",
    )
  })

  test('two records for one field', () => {
    const close = all(
      ownRecord('ownerId', { of: 'Order', id: 'input.id' }),
      recordWhere('x', ['name'], () => true, { of: 'Customer', id: 'input.id' }),
    )
    expect(refusesShop({ Mutation: { ...goodShop.Mutation, close } })?.message).toBe(
      'The rules of `Mutation.close` mean several records: Order by input.id and Customer by input.id.',
    )
  })

  test('a required field whose rule reads the record', () => {
    const score = recordWhere('small scores', ['creditScore'], ({ creditScore }) => Number(creditScore) < 10)
    expect(refusesShop({ Customer: { '*': read, creditScore: score } })).toMatchObject({
      coordinate: 'Customer.riskBand',
      message:
        "`Customer.riskBand` is made from `Customer.creditScore`, whose rule `recordWhere('small scores')` reads the record that is not at hand there.",
    })
  })

  test('a key that several subgraphs hand out and whose rule reads the record', () => {
    const problems = problemsOf({ shop: { ...goodShop, Customer: { '*': ownRecord('name') } } })
    expect(
      problems.some(
        ({ coordinate, mend }) => coordinate === 'Customer.id' && mend.includes("A rule in '*' also holds for the key"),
      ),
    ).toBe(true)
  })
})

describe('roles', () => {
  const role = {
    key: 'clerk',
    kind: 'agent',
    title: '',
    responsibilities: [],
    scopes: [],
    purposes: [],
    autonomy: 3,
  } as const

  test('with an unknown scope', () => {
    const [problem] = problemsOf({ roles: [{ ...role, scopes: ['crm:raed'] }] })
    expect(problem).toMatchObject({
      where: 'policies/roles/clerk.ts',
      message: 'The role `clerk` names the scope `crm:raed`, which is not in policies/scopes.ts.',
    })
  })

  test('with an unknown purpose', () => {
    expect(problemsOf({ roles: [{ ...role, purposes: ['fun'] }] })[0]?.message).toMatch(/names the purpose `fun`/u)
  })

  test('defined twice', () => {
    expect(problemsOf({ roles: [role, role] })[0]?.message).toBe('The role `clerk` is defined twice.')
  })

  test('of an unknown kind', () => {
    expect(problemsOf({ roles: [{ ...role, kind: 'robot' as 'agent' }] })[0]?.message).toMatch(/unknown kind `robot`/u)
  })
})

describe('places', () => {
  const text = [
    "import type { Rules } from './rules.ts'",
    'export const shop: Rules<"shop"> = {',
    "  Query: { '*': read },",
    '  Customer: {',
    "    '*': read,",
    '    emial: callerMay("crm:contact") as Rule,',
    '  },',
    '} satisfies unknown',
  ].join('\n')
  const at = (source: string, shop: object) =>
    problemsOf({
      shop: { ...goodShop, ...shop },
      sources: new Map([['shop', { file: 'policies/shop.ts', text: source }]]),
    })

  test('a misspelt field is named with its line', () => {
    const [problem] = at(text, { Customer: { '*': read, emial: read } })
    expect(problem).toMatchObject({ where: 'policies/shop.ts:6', coordinate: 'Customer.emial' })
  })

  test('a key that is written twice, which JavaScript passes over', () => {
    const doubled = text.replace('emial:', "'*':")
    expect(at(doubled, {})[0]).toMatchObject({
      where: 'policies/shop.ts:6',
      message: '`Customer.*` is written twice; JavaScript keeps the last one without a word.',
    })
  })

  test('a spread, under which nobody sees what is ruled', () => {
    const spread = text.replace('emial: callerMay("crm:contact") as Rule', '...more')
    expect(at(spread, {})[0]).toMatchObject({
      where: 'policies/shop.ts:6',
      message: 'A spread or computed key in `Customer` hides which fields it rules.',
    })
  })

  test('a rule carries the line on which it was written', () => {
    const problem = refusesShop({ Order: { '*': read, total: ownRecord('owner') } })
    expect(problem?.where).toMatch(/^test\/policies\/engine\/compile\.test\.ts:\d+$/u)
  })
})

describe('directives under other names (row 26)', () => {
  test('a renamed @requires still makes a field dependent', () => {
    const renamed = bankSdl
      .replace('"@requires"', '{ name: "@requires", as: "@needs" }')
      .replace('@requires(fields', '@needs(fields')
    const index = contractIndex([
      contracts[0] ?? { name: 'shop', sdl: shopSdl, file: '' },
      { name: 'bank', sdl: renamed, file: 'bank' },
    ])
    expect(revisionOf({ index }).rules.get('Customer.riskBand')?.dependsOn).toContain('Customer.creditScore')
  })
})

test('a leaf that says it reads nothing and answers late is refused by its contract, not by luck', () => {
  const late = leafRule({
    word: 'late',
    title: 'late',
    inputs: [],
    read: [],
    check: () => Promise.resolve({ outcome: 'allow' }),
  })
  expect(revisionOf({ shop: { ...goodShop, Order: { '*': late } } }).rules.get('Order.total')?.inputs.size).toBe(0)
})
