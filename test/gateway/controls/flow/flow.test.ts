/** Reads are noted, and weighed before an act: the two sides of flow over a store in memory. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { PrincipalId } from '../../../../lib/caller.ts'
import type { DecidedExchange } from '../../../../gateway/controls/decided.ts'
import { createFlow } from '../../../../gateway/controls/flow/flow.ts'
import type { FlowPolicy } from '../../../../policies/engine/flow-policy.ts'
import type { AskedField } from '../../../../gateway/policy/decide.ts'
import { clerk, flowExchange, flowRevision, type MemoryFlow, memoryFlow } from '../../../support/flow.ts'
import { createTestWorld, type TestWorld } from '../../../support/identity.ts'

const iban = 'DE89 3704 0044 0532 0130 00'
const email = 'erika.brandt@nordwind.example'
const person = {
  id: 'per-12345678',
  email,
  iban,
  salary: '65000.00',
  born: '1980-05-17',
  nick: 'erika the great',
  extra: null,
}
const readAll = '{ person(id: "1") { id email iban salary born nick extra } }'
const ticket = { text: 'Please change the account.', title: 'Account' }

let store: MemoryFlow
let world: TestWorld
let flow: ReturnType<typeof createFlow>
const logged: string[] = []
beforeEach(() => {
  store = memoryFlow()
  world = createTestWorld()
  logged.length = 0
  const log = { error: (_details: object, message: string) => void logged.push(message) }
  flow = createFlow({ store, ledgerKey: Buffer.alloc(32, 7), world, log, timeoutMs: 5_000 })
})

type Options = Partial<Parameters<typeof flowExchange>[1]>

async function read(text: string, data: Record<string, unknown>, options: Options = {}): Promise<DecidedExchange> {
  const exchange = flowExchange(text, { revision: flowRevision(), ...options, data })
  await flow.recorder.note(exchange, data)
  return exchange
}
function assess(mutation: string, input: object = {}, options: Options = {}): Promise<readonly AskedField[]> {
  const text = `mutation ($input: NoteInput!) { ${mutation}(input: $input) { done } }`
  const variables = { input: { idempotencyKey: 'key', ...input } }
  return flow.concern.assess(flowExchange(text, { revision: flowRevision(), ...options, variables }))
}
const readPerson = (options: Options = {}) => read(readAll, { person }, options)
const readTicket = (options: Options = {}) => read('{ ticket { text title } }', { ticket }, options)
const limited = (most: Partial<FlowPolicy['most']>) => {
  const { flow: shipped } = flowRevision()
  return flowRevision({ most: { ...shipped.most, ...most } })
}

describe('what is noted', () => {
  test('protected values as keyed hashes, and nothing that is public, an id or a day', async () => {
    const { requestId } = await readPerson()
    const [note] = store.notes
    expect(note?.taints).toEqual([])
    expect(note?.values.map(({ label, coordinate, length }) => [label, coordinate, length])).toEqual([
      ['PERSONAL', 'Person.email', 26],
      ['RESTRICTED', 'Person.iban', 22],
      ['RESTRICTED', 'Person.salary', 0],
    ])
    expect(note?.by).toMatchObject({ requestId, reader: 'agent:tester', supervisor: 'boss', bearers: ['agent:tester'] })
    const stored = JSON.stringify(store.notes)
    for (const value of ['DE89', '6500', 'erika', 'de8937']) expect(stored).not.toContain(value)
  })

  test('text from outside, once for its coordinate', async () => {
    await readTicket()
    expect(store.notes[0]?.taints.map(({ label, coordinate }) => [label, coordinate])).toEqual([
      ['UNTRUSTED', 'Ticket.text'],
    ])
  })

  test('values under an alias, in lists, and under an abstract type', async () => {
    await read('{ people { a: iban } party { __typename ... on Person { iban } ... on Ticket { text } } }', {
      people: [{ a: 'DE1111111111' }, { a: null }, { a: 'DE2222222222' }],
      party: { __typename: 'Person', iban: 'DE3333333333' },
    })
    expect(store.notes[0]?.values).toHaveLength(3)
    expect(store.notes[0]?.taints).toEqual([])
  })

  test('a value that is an object, with its keys', async () => {
    await read('{ person(id: "1") { extra } }', { person: { extra: { hiddenKey: ['hiddenValue', 4711] } } })
    expect(store.notes[0]?.values).toHaveLength(2)
  })

  test('nothing for people, and nothing at all is asked where nothing is labelled', async () => {
    await readPerson({ caller: clerk({ id: 'person:maria.keller' as PrincipalId, kind: 'person' }) })
    await read('{ person(id: "1") { nick } ticket { title } }', { person: { nick: 'n' }, ticket: { title: 't' } })
    expect(store.calls).toEqual([])
  })

  test('everybody in the chain, whom it acts for, and the task', async () => {
    const hop = (id: string) => ({ id: id as PrincipalId, kind: 'agent' as const, roles: ['clerk'] })
    await readTicket({
      caller: clerk({
        actors: [hop('agent:tester'), hop('agent:sender')],
        onBehalfOf: 'person:maria.keller' as PrincipalId,
        task: 'ticket-1',
      }),
    })
    expect(store.notes[0]?.by.bearers).toEqual(['agent:sender', 'agent:tester', 'person:maria.keller', 'task:ticket-1'])
  })

  test('a repeated read is not written again for a while, a new text is', async () => {
    await readTicket()
    await readTicket()
    expect(store.notes).toHaveLength(1)
    await read('{ ticket { text } }', { ticket: { text: 'Another text' } })
    expect(store.notes).toHaveLength(2)
    world.advance(6 * 60_000)
    await readTicket()
    expect(store.notes).toHaveLength(3)
  })

  test('what was lifted is written again, although it is known', async () => {
    await readPerson()
    store.lift()
    await readPerson()
    expect(store.notes.map(({ values }) => values.length)).toEqual([3, 3])
  })

  test('what cannot be noted does not leave', async () => {
    store.failing = true
    const query = flowExchange('{ ticket { text } }', { revision: flowRevision(), data: { ticket } })
    await expect(flow.recorder.note(query, { ticket })).rejects.toMatchObject({
      extensions: { code: 'FLOW_UNAVAILABLE', outcome: 'nothing-changed' },
    })
    expect(query.delivered).toEqual({})
    expect(logged).toEqual(['what an agent has read could not be noted'])
  })

  test('what has expired is forgotten from time to time, and a failure of that disturbs nobody', async () => {
    await readTicket()
    world.advance(11 * 60_000)
    await readTicket()
    await readTicket()
    expect(store.calls.filter((call) => call === 'purge')).toHaveLength(1)
  })
})

describe('after text from outside', () => {
  test('what is far-reaching, final or not declared waits; what is neither does not', async () => {
    for (const mutation of ['note', 'pay', 'burn', 'unknown']) expect(await assess(mutation)).toEqual([])
    const { requestId } = await readTicket()
    expect(await assess('note')).toEqual([])
    for (const mutation of ['pay', 'burn', 'unknown']) {
      expect(await assess(mutation), mutation).toEqual([
        expect.objectContaining({
          coordinate: `Mutation.${mutation}`,
          path: mutation,
          approvers: 'boss',
          source: 'flow',
          lineage: [
            expect.objectContaining({ requestId, coordinate: 'Ticket.text', label: 'UNTRUSTED', argument: null }),
          ],
        }),
      ])
    }
  })

  test('an exemption lets one mutation pass', async () => {
    const { flow: shipped } = flowRevision()
    const exempt = { ...shipped.exempt, mutations: [{ coordinate: 'Mutation.burn' as const, reason: 'r' }] }
    await readTicket()
    expect(await assess('burn', {}, { revision: flowRevision({ exempt }) })).toEqual([])
  })

  test('it ends by policy', async () => {
    await readTicket()
    world.advance(24 * 3_600_000)
    expect(await assess('pay')).toHaveLength(1)
    world.advance(5 * 60_000)
    expect(await assess('pay')).toEqual([])
  })

  test('who has nobody to ask is refused, and told of its own reads', async () => {
    const caller = clerk({ roles: ['loner'] })
    await readTicket({ caller })
    await expect(assess('pay', {}, { caller })).rejects.toMatchObject({
      extensions: {
        code: 'FLOW_REFUSED',
        refused: [{ coordinate: 'Mutation.pay', lineage: [{ coordinate: 'Ticket.text' }] }],
      },
    })
  })

  test('people and queries are not asked about', async () => {
    await readTicket()
    store.calls.length = 0
    await flow.concern.assess(flowExchange('{ ticket { text } }', { revision: flowRevision() }))
    const maria = clerk({ id: 'person:maria.keller' as PrincipalId, kind: 'person' })
    expect(await assess('pay', {}, { caller: maria })).toEqual([])
    expect(store.calls).toEqual([])
  })

  test('what cannot be looked up stops the act', async () => {
    store.failing = true
    await expect(assess('note')).rejects.toMatchObject({ extensions: { code: 'FLOW_UNAVAILABLE' } })
  })
})

describe('values', () => {
  beforeEach(() => readPerson())

  const waits = async (input: object, argument: string) => {
    const [asked, ...others] = await assess('note', input)
    expect(others).toEqual([])
    expect(asked?.lineage[0], JSON.stringify(input)).toMatchObject({ argument })
    expect(asked?.reason).toContain(`\`${argument}\``)
  }
  test.each([
    ['an unlabelled text', { text: `It is ${iban}.` }, 'input.text'],
    ['a list', { lines: ['first', iban] }, 'input.lines'],
    ['two items of a list', { lines: [iban.slice(0, 12), iban.slice(12)] }, 'input.lines'],
    ['two arguments', { title: iban.slice(0, 12), text: iban.slice(12) }, 'input.title'],
    ['the idempotency key', { idempotencyKey: iban }, 'input.idempotencyKey'],
    ['a number', { amount: '65000' }, 'input.amount'],
    ['a number in a text', { text: 'She earns 65.000,00 EUR' }, 'input.text'],
    ['an object', { extra: { a: [{ b: iban }] } }, 'input.extra.a.b'],
    ['the key of an object', { extra: { [iban]: 1 } }, 'input.extra'],
    ['a field that is labelled less than the argument around it', { person: { nick: email } }, 'input.person.nick'],
    ['a restricted value among personal ones', { person: { email: iban } }, 'input.person.email'],
    ['an id, for what no id is', { id: iban }, 'input.id'],
  ])('%s', async (_name, input, argument) => {
    await waits(input, argument)
  })

  test.each([
    ['where it is as well protected', { person: { email, iban } }],
    ['a personal value where restricted ones stand', { person: { iban: email } }],
    ['a person named by an id', { id: email }],
    ['what was read and is public', { text: person.nick }],
    ['a day and an id', { text: `${person.born} ${person.id}` }],
    ['a part of it', { text: iban.slice(0, 20) }],
    ['another number', { amount: '65000.01' }],
    ['a version', { expectedVersion: 65000 }],
  ])('%s may be written', async (_name, input) => {
    expect(await assess('note', input)).toEqual([])
  })

  test('a short value is not found inside another word, a long one is', async () => {
    await read('{ person(id: "1") { iban } }', { person: { iban: 'MEIERT' } })
    expect(await assess('note', { text: 'Bademeierteich' })).toEqual([])
    expect(await assess('note', { text: 'M e i e r t' })).toHaveLength(1)
    expect(await assess('note', { text: `x${iban}x` })).toHaveLength(1)
  })

  test('two arguments with one value each are named both', async () => {
    const [asked] = await assess('note', { title: iban, text: `Again: ${iban}` })
    expect(asked?.reason).toContain('`input.title`, `input.text`')
    expect(asked?.lineage.map(({ argument }) => argument).sort()).toEqual(['input.text', 'input.title'])
  })

  test('more than can be searched waits, and searches nothing', async () => {
    const revision = limited({ comparedCharacters: 100 })
    const [asked] = await assess('note', { text: 'long '.repeat(50) }, { revision })
    expect(asked?.reason).toContain('too long to be searched')
    expect(await assess('note', { text: 'short' }, { revision })).toEqual([])
    expect(await assess('note', { text: '-'.repeat(1_000) }, { revision })).toHaveLength(1)
  })
})

describe('an answer with more values than are kept', () => {
  const people = Array.from({ length: 5 }, (_, n) => ({ email: `person-${String(n)}@example.com` }))
  test('stops every text that could repeat one', async () => {
    const revision = limited({ valuesPerAnswer: 4 })
    await read('{ people { email } }', { people }, { revision })
    expect(store.notes[0]?.values).toEqual([])
    expect(store.notes[0]?.taints).toMatchObject([{ label: 'PERSONAL', coordinate: 'Person.email' }])
    const [asked] = await assess('note', { text: 'Anything at all' }, { revision })
    expect(asked?.lineage).toMatchObject([{ label: 'PERSONAL', argument: 'input.text' }])
    expect(await assess('note', { text: 'Any', person: { email: 'anything' } }, { revision })).toEqual([])
    // It is no text from outside.
    expect(await assess('pay', { text: 'Any' }, { revision })).toEqual([])
  })

  test('exactly as many are kept', async () => {
    await read('{ people { email } }', { people }, { revision: limited({ valuesPerAnswer: 5 }) })
    expect(store.notes[0]?.values).toHaveLength(5)
  })
})
