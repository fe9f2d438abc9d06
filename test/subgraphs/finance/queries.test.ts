/** Reading finance: lists, what hangs on what, an account's balance and credit, and how few statements it takes. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { judgeCredit } from '../../../subgraphs/finance/credit.ts'
import { always, ask, codes, data, denied, rulesWith } from '../../support/subgraphs.ts'
import { openSystems, sourceKinds } from '../../support/systems.ts'

interface Node {
  readonly id: string
  readonly [field: string]: unknown
}

const entities = (selection: string) => `query ($of: [_Any!]!) { _entities(representations: $of) { ${selection} } }`

for (const kind of sourceKinds()) {
  describe(`reading finance on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const read = (query: string) => data(ask(systems.finance, query))
    async function nodes(query: string): Promise<readonly Node[]> {
      const { list } = await read(query)
      return (list as { nodes: readonly Node[] }).nodes
    }

    test('shows an invoice as EN 16931 has it', async () => {
      const [first] = await nodes(
        '{ list: invoices(first: 1, filter: { direction: PURCHASE, statuses: [PAID] }) { nodes { id } } }',
      )
      const { invoice } = await read(`{ invoice(id: "${first?.id ?? ''}") {
        number direction typeCode currency seller { name countryCode } buyer { name vatIdentifier } supplier { id }
        lines {
          lineNumber itemName quantity unitCode netPrice netAmount vatCategory vatRate purchaseOrderItemNumber billedBefore
        }
        vatBreakdown { category rate taxableAmount taxAmount } lineTotal taxExclusiveTotal vatTotal grossTotal amountDue
        payments { status amount invoice { id } } account { id }
      } }`)
      const shown = invoice as Record<string, unknown>
      expect(shown).toMatchObject({
        direction: 'PURCHASE',
        currency: 'EUR',
        account: null,
        amountDue: '0.00',
        buyer: { name: 'Havelberg Systems GmbH', vatIdentifier: 'DE999123456' },
        payments: [{ status: 'RELEASED', amount: shown['grossTotal'], invoice: { id: first?.id } }],
      })
      const creditor = await systems.database.kysely
        .selectFrom('finance.suppliers')
        .select('name')
        .where('id', '=', (shown['supplier'] as Node).id)
        .executeTakeFirst()
      expect(shown['seller']).toMatchObject({ name: creditor?.name })
      expect(shown['number']).not.toBe(first?.id)
      const lines = shown['lines'] as readonly { lineNumber: number; quantity: string; netPrice: string }[]
      expect(lines.map(({ lineNumber }) => lineNumber)).toEqual(lines.map((_, index) => index + 1))
      expect(lines[0]?.quantity).toMatch(/^\d+\.\d{4}$/)
      expect(lines[0]?.netPrice).toMatch(/^\d+\.\d{4}$/)
    })

    test('numbers a sales invoice by its id, and finds it by that number', async () => {
      const found = await nodes(
        '{ list: invoices(filter: { number: { eq: "inv-2026-00001" } }) { nodes { id number supplier { id } } } }',
      )
      expect(found.map(({ number }) => number)).toEqual(found.map(({ id }) => id))
    })

    test('lists by amount as numbers, not as text', async () => {
      const found = await nodes(`{ list: invoices(
        first: 100, sort: { field: GROSS_TOTAL, direction: DESC }, filter: { grossTotal: { gte: "9500", lte: "10500" } }
      ) { nodes { id grossTotal } } }`)
      const totals = found.map(({ grossTotal }) => Number(grossTotal))
      expect(totals.length).toBeGreaterThan(10)
      expect(totals).toEqual(totals.toSorted((a, b) => b - a))
      expect(Math.max(...totals)).toBeGreaterThan(10_000)
      expect(Math.min(...totals)).toBeLessThan(10_000)
    })

    test('adds to a supplier of procurement where it is paid and what it billed', async () => {
      await systems.database.kysely
        .updateTable('finance.suppliers')
        .set({ status: 'BLOCKED' })
        .where('id', '=', 'sup-002')
        .execute()
      const query = entities(`... on Supplier {
        id paymentBlocked bankDetails { accountHolder changeChannel version } invoices(first: 5, statuses: [APPROVED]) { status }
      }`)
      const of = ['sup-001', 'sup-002', 'sup-999'].map((id) => ({ __typename: 'Supplier', id, name: 'forged' }))
      const { _entities } = await data(ask(systems.finance, query, { variables: { of } }))
      const [kestrel, blocked, unknown] = _entities as readonly (Node & { invoices: readonly Node[] })[]
      expect(kestrel).toMatchObject({
        id: 'sup-001',
        paymentBlocked: false,
        bankDetails: { accountHolder: 'Kestrel Scanner Supply GmbH', changeChannel: 'IN_PERSON', version: 1 },
      })
      expect(kestrel?.invoices.length).toBeGreaterThanOrEqual(3)
      expect(blocked).toMatchObject({ paymentBlocked: true })
      expect(unknown).toEqual({ id: 'sup-999', paymentBlocked: null, bankDetails: null, invoices: [] })
    })

    test('finds payments and journal entries by what they are', async () => {
      const waiting = await nodes(
        '{ list: payments(first: 100, filter: { statuses: [PREPARED] }) { nodes { id status beneficiary { iban } } } }',
      )
      expect(waiting.length).toBeGreaterThan(3)
      const [payment] = await nodes(
        '{ list: payments(first: 1, filter: { statuses: [RELEASED] }) { nodes { id amount } } }',
      )
      const posted = await nodes(`{ list: journalEntries(filter: { paymentId: "${payment?.id ?? ''}" }) { nodes {
        id total payment { id } lines { glAccount glAccountName debit credit }
      } } }`)
      expect(posted).toMatchObject([
        {
          total: payment?.['amount'],
          payment: { id: payment?.id },
          lines: [
            { glAccount: '3300', glAccountName: 'Trade payables', debit: payment?.['amount'], credit: null },
            { glAccount: '1800', glAccountName: 'Bank', debit: null, credit: payment?.['amount'] },
          ],
        },
      ])
    })

    test('says what each account owes, as the invoices say it', async () => {
      const of = ['acc-0001', 'acc-0002', 'acc-0004', 'acc-9999'].map((id) => ({ __typename: 'Account', id }))
      const query = entities(
        '... on Account { id openBalance invoices(first: 2, statuses: [APPROVED]) { account { id } } }',
      )
      const { _entities } = await data(ask(systems.finance, query, { variables: { of } }))
      for (const { id, openBalance, invoices } of _entities as readonly Node[]) {
        const { rows } = await sql<{ open: string }>`
          select coalesce(sum(case type_code when 'CREDIT_NOTE' then -amount_due else amount_due end), 0)::numeric(18,2) as open
          from finance.invoices where account_id = ${id} and status in ('APPROVED', 'DISPUTED')`.execute(
          systems.database.kysely,
        )
        expect(openBalance).toBe(rows[0]?.open)
        for (const { account } of invoices as readonly Node[]) expect(account).toEqual({ id })
      }
      expect((_entities as readonly Node[]).at(-1)).toMatchObject({ openBalance: '0.00', invoices: [] })
    })

    test('judges credit by the tier that the crm says, and by nothing else in the representation', async () => {
      const query = entities(
        '... on Account { creditStanding { verdict creditLimit openBalance available daysOverdue } }',
      )
      const of = [{ __typename: 'Account', id: 'acc-9999', tier: 'SMALL', openBalance: '1000000.00' }]
      const { _entities } = await data(ask(systems.finance, query, { variables: { of } }))
      expect(_entities).toEqual([
        {
          creditStanding: {
            verdict: 'GOOD',
            creditLimit: '40000.00',
            openBalance: '0.00',
            available: '40000.00',
            daysOverdue: 0,
          },
        },
      ])
    })

    test.each([[{}], [{ tier: null }], [{ tier: 'PLATINUM' }], [{ tier: { toString: 'SMALL' } }]])(
      'fails, and does not guess, when the tier is %j',
      async (said) => {
        const query = entities('... on Account { id creditStanding { verdict } }')
        const of = [{ __typename: 'Account', id: 'acc-0001', ...said }]
        const { data: answer, errors = [] } = await ask(systems.finance, query, { variables: { of } })
        expect(JSON.parse(JSON.stringify(answer))).toEqual({ _entities: [{ id: 'acc-0001', creditStanding: null }] })
        expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['SYSTEM_UNAVAILABLE'])
        expect(JSON.stringify(errors)).not.toContain('tier')
      },
    )

    test('denies bank details by their own coordinate, and nothing else with them', async () => {
      const guarded = systems.under(rulesWith({ 'Supplier.bankDetails': always(denied) }))
      const query = entities('... on Supplier { paymentBlocked bankDetails { iban } }')
      const of = [{ __typename: 'Supplier', id: 'sup-001' }]
      const { data: answer, errors = [] } = await ask(guarded.finance, query, { variables: { of } })
      expect(JSON.parse(JSON.stringify(answer))).toEqual({ _entities: [{ paymentBlocked: false, bankDetails: null }] })
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['POLICY_DENIED'])
    })

    test.each(['invoices', 'payments', 'journalEntries'])('refuses a page of %s that is too large', async (list) => {
      expect(await codes(ask(systems.finance, `{ ${list}(first: 1000) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
    })

    test('reads a nested list with one statement for each kind of thing, however many rows', async () => {
      const query = (first: number) => `{
        invoices(first: ${first}, filter: { direction: PURCHASE }) {
          nodes {
            id lines { netAmount billedBefore } vatBreakdown { taxAmount } purchaseOrder { invoices { id } }
            payments(first: 2) { amount supplier { id } }
            supplier { paymentBlocked bankDetails { iban } invoices(first: 3) { id } }
          }
        }
        journalEntries(first: ${first}) { nodes { id lines { debit } invoice { number } payment { amount } } }
      }`
      const statements = async (first: number) => {
        systems.queries.length = 0
        await read(query(first))
        return systems.queries.filter((text) => !text.includes('systems.secrets')).length
      }
      const few = await statements(10)
      expect(await statements(100)).toBeLessThanOrEqual(few + 1)
      expect(few).toBeLessThanOrEqual(12)
    })
  })
}

describe('credit', () => {
  const today = '2026-10-31'

  test.each([
    ['0.00', null, 'GOOD'],
    ['48000.00', '2026-10-31', 'GOOD'],
    ['48000.01', '2026-10-31', 'WATCH'],
    ['60000.00', '2026-10-31', 'WATCH'],
    ['60000.01', '2026-10-31', 'BLOCKED'],
    ['10.00', '2026-10-01', 'GOOD'],
    ['10.00', '2026-09-30', 'WATCH'],
    ['10.00', '2026-09-01', 'WATCH'],
    ['10.00', '2026-08-31', 'BLOCKED'],
    ['-500.00', null, 'GOOD'],
  ] as const)('with %s open since %s a standard account is %s', (open, since, verdict) => {
    expect(judgeCredit('STANDARD', open, since, today)).toMatchObject({ verdict })
  })

  test('what is left is never below zero, nor above the limit', () => {
    expect(judgeCredit('SMALL', '40000.01', null, today)?.available).toBe('0.00')
    expect(judgeCredit('SMALL', '-10.00', null, today)?.available).toBe('40000.00')
    expect(judgeCredit('SMALL', '0.01', null, today)?.available).toBe('39999.99')
  })

  test('a tier without a limit has no standing', () => {
    expect(judgeCredit('undefined', '0.00', null, today)).toBeNull()
    expect(judgeCredit('constructor', '0.00', null, today)).toBeNull()
  })
})
