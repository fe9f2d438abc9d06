/** What becomes of an operation: outcome, what is named, what is not, and what it costs. */
import { describe, expect, test } from 'vitest'
import { decide, type Decision } from '../../../gateway/policy/decide.ts'
import { refuseDecision } from '../../../gateway/policy/refuse.ts'
import type { Caller } from '../../../lib/caller.ts'
import {
  all,
  any,
  argumentAtMost,
  askPerson,
  callerMay,
  forPurpose,
  not,
  ownRecord,
} from '../../../policies/vocabulary.ts'
import {
  callerWith,
  goodBank,
  goodShop,
  operationOf,
  revisionOf,
  wednesday,
  type PoliciesInput,
} from '../../support/policies.ts'

const read = callerMay('crm:read')

function decided(
  text: string,
  caller: Caller,
  tables: PoliciesInput = {},
  variables: Record<string, unknown> = {},
): Promise<Decision> {
  return decide(operationOf(text, { variables }), caller, revisionOf(tables), wednesday)
}

async function denialOf(text: string, caller: Caller, tables: PoliciesInput = {}) {
  const decision = await decided(text, caller, tables)
  if (decision.outcome !== 'deny') throw new Error(`expected a denial, got ${decision.outcome}`)
  return decision
}

describe('allow', () => {
  test('an operation of which every field is allowed', async () => {
    expect(await decided('{ order(id: "1") { id total } }', callerWith(['crm:read']))).toEqual({
      outcome: 'allow',
      revision: 'test',
      needsRecord: [],
      transitive: [],
    })
  })

  test('names the fields whose record the subgraph must look at', async () => {
    const shop = { ...goodShop, Order: { '*': read, total: ownRecord('ownerId') } }
    const decision = await decided('{ order(id: "1") { id total } }', callerWith(['crm:read']), { shop })
    expect(decision).toMatchObject({ outcome: 'allow', needsRecord: ['Order.total'] })
  })

  test('names what is fetched only because something depends on it', async () => {
    const caller = callerWith(['crm:read', 'finance:read'])
    const decision = await decided('{ customer(id: "1") { riskBand } }', caller)
    expect(decision).toMatchObject({ outcome: 'allow', transitive: ['Customer.creditScore', 'Customer.id'] })
    const requested = await decided('{ customer(id: "1") { id creditScore riskBand } }', caller)
    expect(requested.transitive).toEqual([])
  })

  test('meta fields need no rule of their own', async () => {
    const fields = ['Query.__schema', 'Order.__typename'] as const
    const operation = { fields: fields.map((coordinate) => ({ coordinate, args: {}, path: ['x'] })) }
    expect((await decide(operation, callerWith([]), revisionOf(), wednesday)).outcome).toBe('allow')
  })
})

describe('deny', () => {
  test('names every denied field, where it was asked for, why, and whom to ask', async () => {
    const decision = await denialOf('{ buyer: customer(id: "1") { name email iban } }', callerWith(['crm:read']))
    expect(decision.denied).toEqual([
      {
        coordinate: 'Customer.email',
        path: 'buyer.email',
        reason: 'needs the scope `crm:contact`',
        missingScopes: [{ scope: 'crm:contact', owner: 'sales operations', requestable: true }],
      },
      {
        coordinate: 'Customer.iban',
        path: 'buyer.iban',
        reason: 'needs the scope `finance:bank:read`',
        missingScopes: [{ scope: 'finance:bank:read', owner: 'treasury', requestable: true }],
      },
    ])
    expect(decision.missingScopes.map(({ scope }) => scope)).toEqual(['crm:contact', 'finance:bank:read'])
  })

  test('names the smallest set of scopes for the whole operation', async () => {
    const shop = {
      ...goodShop,
      Customer: {
        '*': read,
        email: any(callerMay('crm:contact'), callerMay('itsm:read')),
        creditScore: any(callerMay('finance:read'), callerMay('itsm:read')),
      },
    }
    const decision = await denialOf('{ customer(id: "1") { email creditScore } }', callerWith(['crm:read']), { shop })
    expect(decision.missingScopes.map(({ scope }) => scope)).toEqual(['itsm:read'])
  })

  test('a dependent field without the right to what it is made from', async () => {
    const shop = { ...goodShop, Customer: { '*': read, creditScore: callerMay('finance:bank:read') } }
    const decision = await denialOf('{ customer(id: "1") { riskBand } }', callerWith(['crm:read', 'finance:read']), {
      shop,
    })
    expect(decision.denied).toMatchObject([
      { coordinate: 'Customer.riskBand', missingScopes: [{ scope: 'finance:bank:read' }] },
    ])
  })

  test('an undisclosed field is for the ledger, not for the answer', async () => {
    const bank = { Customer: { ...goodBank.Customer, iban: callerMay('finance:journal:read') } }
    const decision = await denialOf('{ customer(id: "1") { iban } }', callerWith(['crm:read']), { bank })
    expect(decision).toMatchObject({ denied: [], undisclosed: ['Customer.iban'], missingScopes: [] })
    expect(refuseDecision(decision)?.message).toBe('The operation is not allowed.')
    expect(JSON.stringify(refuseDecision(decision))).not.toMatch(/iban|journal/u)
  })

  test('a coordinate that no rule knows', async () => {
    const operation = { fields: [{ coordinate: 'Order.secret', args: {}, path: ['order', 'secret'] }] } as const
    expect(await decide(operation, callerWith(['crm:read']), revisionOf(), wednesday)).toMatchObject({
      outcome: 'deny',
      undisclosed: ['Order.secret'],
    })
  })

  test('a condition that no scope mends says so', async () => {
    const shop = { ...goodShop, Customer: { '*': read, email: forPurpose('audit') } }
    const decision = await denialOf('{ customer(id: "1") { email } }', callerWith(['crm:read']), { shop })
    expect(decision.denied[0]).toMatchObject({ reason: 'needs a declared purpose, one of `audit`', missingScopes: [] })
  })

  test('a scope that is another way out is named', async () => {
    const shop = {
      ...goodShop,
      Query: { '*': read, orders: any(callerMay('crm:contact'), argumentAtMost('first', 10)) },
    }
    const decision = await denialOf('{ orders(first: 50) { id } }', callerWith(['crm:read']), { shop })
    expect(decision.missingScopes.map(({ scope }) => scope)).toEqual(['crm:contact'])
  })
})

describe('ask', () => {
  const pay = all(
    callerMay('crm:write'),
    any(argumentAtMost('input.amount', 100), askPerson('finance-controller', 'it is more than 100')),
  )
  const shop = { ...goodShop, Mutation: { ...goodShop.Mutation, pay } }
  const caller = callerWith(['crm:read', 'crm:write'])

  test('names the field, who decides and why', async () => {
    const decision = await decided('mutation { pay(input: { id: "1", amount: "101" }) { id } }', caller, { shop })
    expect(decision).toMatchObject({
      outcome: 'ask',
      approvers: ['finance-controller'],
      asked: [
        { coordinate: 'Mutation.pay', path: 'pay', approvers: 'finance-controller', reason: 'it is more than 100' },
      ],
    })
    expect(refuseDecision(decision)?.extensions).toMatchObject({
      code: 'APPROVAL_REQUIRED',
      approvers: ['finance-controller'],
    })
  })

  test('a denied field elsewhere outweighs it', async () => {
    const text = 'mutation { pay(input: { id: "1", amount: "101" }) { id customer { email } } }'
    expect((await decided(text, caller, { shop })).outcome).toBe('deny')
  })

  test.each(['100', '100.00'])('%s goes through', async (amount) => {
    expect(
      (await decided(`mutation { pay(input: { id: "1", amount: "${amount}" }) { id } }`, caller, { shop })).outcome,
    ).toBe('allow')
  })
})

describe('refusals', () => {
  test('one sentence a field, and the code', async () => {
    const decision = await decided('{ customer(id: "1") { email iban } }', callerWith(['crm:read']))
    const error = refuseDecision(decision)
    expect(error?.message).toBe(
      'Field `Customer.email` needs the scope `crm:contact`. Field `Customer.iban` needs the scope `finance:bank:read`.',
    )
    expect(error?.extensions).toMatchObject({ code: 'POLICY_DENIED', policyRevision: 'test', http: { status: 403 } })
  })

  test('nothing to refuse', async () => {
    expect(refuseDecision(await decided('{ order(id: "1") { id } }', callerWith(['crm:read'])))).toBeNull()
  })
})

describe('cost', () => {
  const hundred = {
    fields: Array.from({ length: 100 }, (_value, position) => ({
      coordinate: (['Order.id', 'Order.total', 'Customer.name', 'Query.order'] as const)[position % 4] ?? 'Order.id',
      args: {},
      path: ['a', String(position)],
    })),
  }

  test('a hundred fields that only the authority decides cost far less than a millisecond', async () => {
    const revision = revisionOf()
    const caller = callerWith(['crm:read'])
    await decide(hundred, caller, revision, wednesday)
    const runs = 200
    const started = performance.now()
    for (let run = 0; run < runs; run += 1) await decide(hundred, caller, revision, wednesday)
    expect((performance.now() - started) / runs).toBeLessThan(1)
  })

  test('one question for a coordinate, however often it is selected, unless its rule reads arguments', async () => {
    let asked = 0
    const shop = { ...goodShop, Order: { '*': read, total: not(forPurpose('audit')) } }
    const revision = revisionOf({ shop })
    const counting = new Proxy(callerWith(['crm:read'], { purpose: 'sales' }), {
      get(target, key, receiver) {
        if (key === 'purpose') asked += 1
        return Reflect.get(target, key, receiver) as unknown
      },
    })
    const one = { fields: [{ coordinate: 'Order.total', args: {}, path: ['a'] }] } as const
    await decide(one, counting, revision, wednesday)
    const readsForOne = asked
    asked = 0
    await decide(
      { fields: Array.from({ length: 50 }, (_value, position) => ({ ...one.fields[0], path: [String(position)] })) },
      counting,
      revision,
      wednesday,
    )
    expect(asked).toBe(readsForOne)
  })
})
