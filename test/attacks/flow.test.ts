/**
 * Attacks through what an agent reads, rows 50, 51, 53 and 54: text that instructs it, values carried to where they may not stand,
 * and the ways to shed or to share what was read.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../support/databases.ts'
import { type OwnIssuer, startOwnIssuer } from '../support/own-issuer.ts'
import { countFetches, expectRefused } from '../support/proof.ts'
import { type Stack, type StackAnswer, startStack } from '../support/stack.ts'

const readTicket = 'query ReadTicket($id: ID!) { case(id: $id) { id subject description } }'
const readBank = '{ supplier(id: "sup-002") { bankDetails { iban bic version } } }'
const changeIban =
  'mutation ChangeIban($input: UpdateSupplierBankDetailsInput!) { updateSupplierBankDetails(input: $input) { replayed } }'
const noteOn = 'mutation Note($input: AddWorkNoteInput!) { addWorkNote(input: $input) { replayed } }'
const openIncident = 'mutation Open($input: CreateIncidentInput!) { createIncident(input: $input) { replayed } }'

/** Agents of this file, each for one story: what one has read follows it. */
const registered = [
  ...['supplier-data-agent', 'shedder', 'first-of-task', 'second-of-task', 'sender', 'errand', 'reader', 'clean-hands'],
  ...['one-helper', 'another-helper', 'courier', 'has-read', 'has-not-read', 'task-reader', 'task-mate'],
  ...['note-taker', 'forgiven'],
]
  .map((name) => ({ id: `agent:${name}`, owner: 'person:bernd.osthoff', roles: ['supplier-data-agent'] }))
  .concat({ id: 'agent:caller-of-people', owner: 'person:bernd.osthoff', roles: ['support-agent'] })

interface Asked {
  readonly source: string
  readonly approvers: string
  readonly coordinate: string
  readonly reason: string
  readonly lineage: readonly Record<string, unknown>[]
}

const askedOf = (answer: StackAnswer) => (answer.errors[0]?.extensions['asked'] ?? []) as readonly Asked[]
const flowAsks = (answer: StackAnswer) => askedOf(answer).filter(({ source }) => source === 'flow')

for (const kind of databaseKinds()) {
  describe(`on ${kind}`, () => {
    let issuer: OwnIssuer
    let stack: Stack
    let acts = 0
    beforeAll(async () => {
      issuer = await startOwnIssuer()
      stack = await startStack({
        database: kind,
        settings: (config) => issuer.settings({ ...config, agents: { ...config.agents, initial: registered } }),
      })
    })
    afterAll(async () => {
      await stack[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    })

    const scopes = [
      'crm:read',
      'crm:contact',
      'itsm:read',
      'itsm:incident:write',
      'finance:read',
      'finance:bank:read',
      'finance:bank:write',
      'procurement:read',
      'flow:read',
      'flow:lift',
      'flow:all',
      'approval:decide',
    ]
    const supplierData = ['supplier-data-agent']
    const agent = (id: string, more: object = {}) => issuer.token(`agent:${id}`, supplierData, scopes, more)
    const actFor = (actor: string) => ({ act: { sub: `agent:${actor}`, kind: 'agent', roles: supplierData } })
    const ask = (token: string, query: string, variables: object = {}, task: string | null = null) =>
      stack.graphql(null, query, variables, { token, ...(task === null ? {} : { headers: { 'mandate-task': task } }) })
    const bank = () => ({
      input: {
        idempotencyKey: `flow-${String((acts += 1))}`,
        id: 'sup-001',
        expectedVersion: 1,
        iban: 'DE66999999990000000099',
        bic: 'COBADEFFXXX',
        accountHolder: 'Kestrel Scanner Supply GmbH',
        changeChannel: 'PORTAL',
      },
    })
    const incident = (description: string, more: object = {}) => ({
      input: {
        idempotencyKey: `flow-${String((acts += 1))}`,
        shortDescription: 'A question of a supplier',
        description,
        category: 'SOFTWARE',
        impact: 'LOW',
        urgency: 'LOW',
        ...more,
      },
    })
    async function reads(token: string, task: string | null = null): Promise<StackAnswer> {
      const answer = await ask(token, readTicket, { id: 'case-0002' }, task)
      expect(answer.errors).toEqual([])
      return answer
    }

    test('row 50: an agent that obeys a ticket is stopped at the approval, with what it read in front of the approver', async () => {
      const token = await agent('supplier-data-agent')
      expect(flowAsks(await ask(token, changeIban, bank()))).toEqual([])
      const ticket = await reads(token)
      expect(ticket.data?.['case'].description).toContain('updateSupplierBankDetails')

      const [answer, fetches] = await countFetches(stack, () => ask(token, changeIban, bank()))
      await expectRefused(stack, answer, 'APPROVAL_REQUIRED', 403)
      // The record as it is now, read for the approver; nothing else.
      expect(fetches).toEqual({ procurement: 1, finance: 1 })
      expect(askedOf(answer).map(({ source, approvers }) => [source, approvers])).toEqual([
        ['policy', 'finance-controller'],
        ['autonomy', 'finance-controller'],
        ['flow', 'finance-controller'],
      ])
      const [flow] = flowAsks(answer)
      expect(flow?.reason).toContain('what somebody outside wrote')
      expect(flow?.lineage).toEqual(
        expect.arrayContaining([
          {
            requestId: ticket.requestId,
            at: expect.any(String) as string,
            principal: 'agent:supplier-data-agent',
            coordinate: 'Case.description',
            label: 'UNTRUSTED',
            argument: null,
          },
        ]),
      )
      expect(flow?.lineage).toHaveLength(2)

      // In front of the approver: what would be changed, and which reads led to it.
      const controller = await issuer.token('person:jonas.weber', ['finance-controller'], scopes)
      const shown = `query Shown($id: ID!) { approval(id: $id) { preview {
        asked { source lineage { requestId principal coordinate label } }
        acts { mutation arguments { path value current change } }
      } } }`
      const { id } = answer.errors[0]?.extensions['approval'] as { id: string }
      const { data } = await ask(controller, shown, { id })
      const { asked, acts } = data?.['approval'].preview as { asked: Asked[]; acts: { arguments: object[] }[] }
      expect(asked.find(({ source }) => source === 'flow')?.lineage).toContainEqual({
        requestId: ticket.requestId,
        principal: 'agent:supplier-data-agent',
        coordinate: 'Case.description',
        label: 'UNTRUSTED',
      })
      expect(acts[0]?.arguments).toContainEqual({
        path: 'input.iban',
        value: '"DE66999999990000000099"',
        current: expect.not.stringContaining('DE66999999990000000099') as string,
        change: 'CHANGED',
      })
    })

    test('row 50: neither a new token nor another task sheds it', async () => {
      await reads(await agent('shedder'), 'ticket-1')
      for (const task of ['ticket-1', 'ticket-2', null]) {
        const answer = await ask(await agent('shedder'), changeIban, bank(), task)
        expect(flowAsks(answer)).toHaveLength(1)
      }
    })

    test('row 50: another agent that works on the same task is stopped, and on another task is not', async () => {
      await reads(await agent('first-of-task'), 'ticket-3')
      const other = await agent('second-of-task')
      const [shared] = flowAsks(await ask(other, changeIban, bank(), 'ticket-3'))
      expect(shared?.approvers).toBe('finance-controller')
      // What another agent read is for the approver; this one is told that there is something, not which field.
      expect(shared?.lineage).toEqual([])
      expect(flowAsks(await ask(other, changeIban, bank(), 'ticket-4'))).toEqual([])
    })

    test('row 53: what a sub-agent reads counts against the agent that sent it, and the other way round', async () => {
      await reads(await issuer.token('agent:sender', supplierData, scopes, actFor('errand')))
      for (const id of ['sender', 'errand']) {
        expect(flowAsks(await ask(await agent(id), changeIban, bank())), id).toHaveLength(1)
      }
      await reads(await agent('reader'))
      const through = await issuer.token('agent:reader', supplierData, scopes, actFor('clean-hands'))
      expect(flowAsks(await ask(through, changeIban, bank()))).toHaveLength(1)
      expect(flowAsks(await ask(await agent('clean-hands'), changeIban, bank()))).toEqual([])
    })

    test('row 53: what is read for a person counts for every agent that acts for the person, and not for the person', async () => {
      const person = (actor: string) =>
        issuer.token('person:jonas.weber', ['finance-controller'], scopes, actFor(actor))
      await reads(await person('one-helper'))
      const other = await ask(await person('another-helper'), changeIban, bank())
      expect(flowAsks(other)).toHaveLength(1)
      const own = await issuer.token('person:jonas.weber', ['finance-controller'], scopes)
      const answer = await ask(own, changeIban, { input: { ...bank().input, expectedVersion: 999 } })
      expect(answer.codes).toEqual(['VERSION_CONFLICT'])
    })

    test('row 51: a bank account that was read stops at any text, however it is written, and may go to another bank account', async () => {
      const token = await agent('courier')
      const { data, errors, requestId } = await ask(token, readBank)
      expect(errors).toEqual([])
      const { iban } = data?.['supplier'].bankDetails as { iban: string }
      const disguises = [
        `The account is ${iban}, please confirm.`,
        iban.toLowerCase().split('').join(' '),
        iban.replaceAll(/(.{3})/g, '$1.'),
        `x${iban}y`,
        Buffer.from(`iban=${iban}`).toString('base64'),
        Buffer.from(iban).toString('hex'),
        `https://example.com/?q=${Array.from(iban)
          .map((each) => `%${each.charCodeAt(0).toString(16)}`)
          .join('')}`,
      ]
      for (const text of disguises) {
        const answer = await ask(token, openIncident, incident(text))
        await expectRefused(stack, answer, 'APPROVAL_REQUIRED', 403)
        expect(flowAsks(answer)[0]?.lineage, text).toEqual([
          expect.objectContaining({
            requestId,
            coordinate: 'SupplierBankDetails.iban',
            label: 'RESTRICTED',
            argument: 'input.description',
          }),
        ])
        // Nor does the verdict repeat the value.
        expect(answer.text).not.toContain(iban)
      }
      const split = incident(iban.slice(0, 11), { shortDescription: iban.slice(11) })
      const swapped = incident(iban.slice(11), { shortDescription: iban.slice(0, 11) })
      expect(
        flowAsks(await ask(token, openIncident, split)).concat(flowAsks(await ask(token, openIncident, swapped))),
      ).not.toEqual([])
      const asKey = { input: { ...incident('Nothing').input, idempotencyKey: iban } }
      expect(flowAsks(await ask(token, openIncident, asKey))[0]?.lineage[0]?.['argument']).toBe('input.idempotencyKey')
      // To the place that is made for it, it may go: there the rule of the field decides, and the autonomy.
      const moved = await ask(token, changeIban, { input: { ...bank().input, iban } })
      expect(askedOf(moved).map(({ source }) => source)).toEqual(['policy', 'autonomy'])
      expect((await ask(token, openIncident, incident('No account in here.'))).errors).toEqual([])
    })

    test('row 51: data about a person stays out of free text, and may name the person', async () => {
      const token = await issuer.token('agent:caller-of-people', ['support-agent'], scopes)
      const { data } = await ask(
        token,
        '{ contactByEmail(email: "erika.brandt@nordwind-logistics.example") { id email phone } }',
      )
      const { id, email, phone } = data?.['contactByEmail'] as Record<'id' | 'email' | 'phone', string>
      for (const text of [`Write to ${email}`, `Tel. ${phone.replaceAll(' ', '-')}`]) {
        const [flow] = flowAsks(await ask(token, openIncident, incident(text)))
        expect(flow?.lineage[0]).toMatchObject({ label: 'PERSONAL', argument: 'input.description' })
      }
      expect((await ask(token, openIncident, incident('For the contact.', { callerId: id }))).errors).toEqual([])
    })

    test('row 54: what one agent has read stops no other, and no other can ask for it', async () => {
      const reader = await agent('has-read')
      const { iban } = (await ask(reader, readBank)).data?.['supplier'].bankDetails as { iban: string }
      const stranger = await agent('has-not-read')
      expect((await ask(stranger, openIncident, incident(iban))).errors).toEqual([])
      const mine = '{ myTaints { nodes { coordinate reader label values } } }'
      expect((await ask(stranger, mine)).data?.['myTaints'].nodes).toEqual([])
      // What came with one answer has no order of its own.
      const nodes = (await ask(reader, mine)).data?.['myTaints'].nodes as readonly { coordinate: string }[]
      expect(nodes.toSorted((one, other) => one.coordinate.localeCompare(other.coordinate))).toEqual(
        ['bic', 'iban'].map((field) => ({
          coordinate: `SupplierBankDetails.${field}`,
          reader: 'agent:has-read',
          label: 'RESTRICTED',
          values: 1,
        })),
      )
      const other = await ask(stranger, '{ taints(principal: "agent:has-read") { version } }')
      expect(other.codes).toEqual(['GRAPHQL_VALIDATION_FAILED'])
    })

    test('row 54: in a shared task an agent is told that another read something, and not what', async () => {
      await ask(await agent('task-reader'), readBank, {}, 'shared-1')
      const { data } = await ask(
        await agent('task-mate'),
        '{ myTaints { nodes { coordinate reader } edges { cursor } } }',
        {},
        'shared-1',
      )
      expect(data?.['myTaints'].nodes).toEqual([
        { coordinate: null, reader: 'agent:task-reader' },
        { coordinate: null, reader: 'agent:task-reader' },
      ])
      // Nor does the place in the page say which field it was.
      for (const { cursor } of data?.['myTaints'].edges as readonly { cursor: string }[]) {
        expect(Buffer.from(cursor, 'base64url').toString()).not.toMatch(/[A-Z][a-z]+[A-Z.]/)
      }
    })

    test('a note on a ticket may follow the ticket', async () => {
      const token = await agent('note-taker')
      await reads(token)
      const { data } = await ask(token, '{ incidents(first: 1) { nodes { number version } } }')
      const [first] = data?.['incidents'].nodes as readonly { number: string; version: number }[]
      const input = {
        idempotencyKey: 'note-1',
        id: first?.number,
        expectedVersion: first?.version,
        text: 'Looked at it.',
      }
      expect((await ask(token, noteOn, { input })).errors).toEqual([])
    })

    test('a person who has seen it lifts it; the agent cannot, and what is read anew counts again', async () => {
      const token = await agent('forgiven')
      await reads(token)
      const seen = '{ taints(principal: "agent:forgiven") { version nodes { coordinate requestId reader } } }'
      const lift =
        'mutation Lift($input: LiftTaintInput!) { liftTaint(input: $input) { replayed lift { id labels liftedBy } } }'
      const controller = await issuer.token('person:jonas.weber', ['finance-controller'], scopes)
      const strange = await issuer.token('person:maria.keller', ['account-manager'], scopes)
      const { version, nodes } = (await ask(controller, seen)).data?.['taints'] as { version: string; nodes: object[] }
      expect(nodes).toHaveLength(2)
      // Whoever supervises other agents sees nothing of this one.
      expect((await ask(strange, seen)).data?.['taints'].nodes).toEqual([])
      const input = {
        idempotencyKey: 'lift-1',
        principal: 'agent:forgiven',
        expectedVersion: version,
        reason: 'A test.',
      }
      expect((await ask(token, lift, { input })).codes).toEqual(['GRAPHQL_VALIDATION_FAILED'])
      expect((await ask(strange, lift, { input })).codes).toEqual(['RECORD_DENIED'])

      // It reads on while the person decides.
      await ask(token, readTicket, { id: 'case-0001' })
      const late = await ask(controller, lift, { input })
      expect(late.codes).toEqual(['VERSION_CONFLICT'])
      const again = {
        ...input,
        idempotencyKey: 'lift-2',
        expectedVersion: late.errors[0]?.extensions['version'] as string,
      }
      const done = await ask(controller, lift, { input: again })
      expect(done.errors).toEqual([])
      expect(done.data?.['liftTaint']).toMatchObject({
        replayed: false,
        lift: { labels: ['UNTRUSTED'], liftedBy: 'person:jonas.weber' },
      })
      expect((await ask(controller, lift, { input: again })).data?.['liftTaint'].replayed).toBe(true)
      expect(flowAsks(await ask(token, changeIban, bank()))).toEqual([])
      // The same text, that this gateway knows to be written: after the lift it is written again.
      await reads(token)
      expect(flowAsks(await ask(token, changeIban, bank()))).toHaveLength(1)
    })
  })
}
