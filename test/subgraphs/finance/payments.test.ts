/** Payments, bank details and the ledger: who may do what after whom, and where the money can never go. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PaymentStatus } from '../../../storage/tables/finance.ts'
import { makeIban } from '../../../subgraphs/finance/iban.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused, sourceKinds } from '../../support/systems.ts'

const statuses = ['PREPARED', 'APPROVED', 'RELEASED', 'CANCELLED'] as const

/** Which acts a payment takes: a approve, r release, c cancel. */
const model: Readonly<Record<PaymentStatus, string>> = {
  PREPARED: 'a . c',
  APPROVED: '. r c',
  RELEASED: '. . .',
  CANCELLED: '. . .',
}
const acts = ['approvePayment', 'releasePayment', 'cancelPayment'] as const
const becomes = { approvePayment: 'APPROVED', releasePayment: 'RELEASED', cancelPayment: 'CANCELLED' } as const
const cases = statuses.flatMap((status) =>
  acts.map((name, index) => ({ status, name, legal: model[status].split(' ')[index] !== '.' })),
)

const noon = '2026-10-31T12:00:00.000Z'
const clerk = callerNamed('agent:finance-agent')
const controller = callerNamed('person:jonas.weber')
const whole = `payment {
  id version status amount currency executionDate remittanceInformation preparedBy approvedBy approvedAt releasedBy releasedAt
  cancelReason supplier { id } beneficiary { accountHolder iban bic } invoice { id version status paidAmount amountDue }
}`
const tomorrow = '2026-11-01'

interface Payment {
  readonly id: string
  readonly version: number
  readonly invoice: { readonly id: string; readonly version: number }
  readonly [field: string]: unknown
}

for (const kind of sourceKinds()) {
  describe(`paying on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (name: string, input: Readonly<Record<string, unknown>>, caller = clerk): Promise<Payment> =>
      (await payload(act(systems.finance, name, input, whole, caller)))['payment'] as Payment
    const refuses = (name: string, input: Readonly<Record<string, unknown>>, caller = clerk, selection = whole) =>
      refused(act(systems.finance, name, input, selection, caller))

    let bills = 0
    /** An approved bill over 119.00 EUR. */
    async function approvedBill(supplierId = 'sup-001'): Promise<string> {
      const lines = [{ itemName: 'Battery pack', quantity: '1', netPrice: '100' }]
      const input = { direction: 'PURCHASE', supplierId, number: `PAY-${++bills}`, issueDate: '2026-10-30', lines }
      const made = await payload(act(systems.finance, 'createInvoice', input, 'invoice { id }', clerk))
      const { id } = made['invoice'] as { id: string }
      const approved = { status: 'APPROVED', approved_by: 'person:jonas.weber', approved_at: noon } as const
      await systems.database.kysely.updateTable('finance.invoices').set(approved).where('id', '=', id).execute()
      return id
    }
    const prepare = async (more: object = {}, supplierId?: string): Promise<Payment> =>
      does('createPayment', {
        invoiceId: await approvedBill(supplierId),
        expectedVersion: 1,
        amount: '119.00',
        executionDate: tomorrow,
        ...more,
      })
    const next = ({ id, version }: Payment) => ({ id, expectedVersion: version, amount: '119.00' })
    const approve = (payment: Payment) => does('approvePayment', next(payment), controller)

    async function paymentIn(status: PaymentStatus): Promise<Payment> {
      const prepared = await prepare()
      if (status === 'PREPARED') return prepared
      if (status === 'CANCELLED') {
        return does('cancelPayment', { id: prepared.id, expectedVersion: 1, reason: 'Wrong day.' })
      }
      const approved = await approve(prepared)
      return status === 'APPROVED' ? approved : does('releasePayment', next(approved))
    }

    test.each(cases)('$status: $name $legal', async ({ status, name, legal }) => {
      const { id, version } = await paymentIn(status)
      const more = name === 'cancelPayment' ? { reason: 'Wrong day.' } : { amount: '119.00' }
      const input = { id, expectedVersion: version, ...more }
      if (legal) expect(await does(name, input, controller)).toMatchObject({ status: becomes[name] })
      else expect(await refuses(name, input, controller)).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
    })

    test('goes from bill to bank by two, and the bill is paid', async () => {
      const prepared = await prepare()
      expect(prepared).toMatchObject({
        status: 'PREPARED',
        amount: '119.00',
        preparedBy: 'agent:finance-agent',
        beneficiary: { accountHolder: 'Kestrel Scanner Supply GmbH' },
        invoice: { status: 'SCHEDULED', amountDue: '119.00' },
      })
      expect(prepared.id).toMatch(/^PAY-2026-\d{5}$/)
      const approved = await approve(prepared)
      expect(approved).toMatchObject({ approvedBy: 'person:jonas.weber', approvedAt: noon })
      expect(await does('releasePayment', next(approved))).toMatchObject({
        status: 'RELEASED',
        releasedBy: 'agent:finance-agent',
        releasedAt: noon,
        invoice: { status: 'PAID', paidAmount: '119.00', amountDue: '0.00' },
      })
    })

    test('pays in parts: the bill stays open until all is paid', async () => {
      const first = await prepare({ amount: '19.00' })
      const approved = await does('approvePayment', { ...next(first), amount: '19.00' }, controller)
      const released = await does('releasePayment', { ...next(approved), amount: '19.00' })
      expect(released.invoice).toMatchObject({ status: 'APPROVED', paidAmount: '19.00', amountDue: '100.00' })
      const rest = {
        invoiceId: released.invoice.id,
        expectedVersion: released.invoice.version,
        executionDate: tomorrow,
      }
      expect(await refuses('createPayment', { ...rest, amount: '100.01' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.amount',
      })
      expect(await does('createPayment', { ...rest, amount: '100.00' })).toMatchObject({ amount: '100.00' })
    })

    test('a cancelled payment frees its bill', async () => {
      const { id } = await prepare()
      const cancelled = await does('cancelPayment', { id, expectedVersion: 1, reason: 'Wrong day.' })
      expect(cancelled).toMatchObject({
        status: 'CANCELLED',
        cancelReason: 'Wrong day.',
        invoice: { status: 'APPROVED' },
      })
    })

    test.each([
      ['amount', '119.01', 'input.amount'],
      ['amount', '0', 'input.amount'],
      ['amount', '-1', 'input.amount'],
      ['amount', '1.001', 'input.amount'],
      ['currency', 'USD', 'input.currency'],
      ['executionDate', '2026-10-30', 'input.executionDate'],
    ])('refuses to prepare with %s %s', async (field, value, argument) => {
      const invoiceId = await approvedBill()
      const input = { invoiceId, expectedVersion: 1, amount: '119.00', executionDate: tomorrow, [field]: value }
      expect(await refuses('createPayment', input)).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test('refuses to pay what is not there, not approved, not a bill, or a credit note', async () => {
      const input = (invoiceId: string) => ({
        invoiceId,
        expectedVersion: 1,
        amount: '119.00',
        executionDate: tomorrow,
      })
      expect(await refuses('createPayment', input('INV-2099-00001'))).toEqual({ code: 'NOT_FOUND' })
      const bill = await approvedBill()
      const set = (values: object) =>
        systems.database.kysely.updateTable('finance.invoices').set(values).where('id', '=', bill).execute()
      for (const status of ['RECEIVED', 'MATCHED', 'DISPUTED', 'CANCELLED', 'SCHEDULED'] as const) {
        await set({ status })
        expect(await refuses('createPayment', input(bill)), status).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
      }
      await set({ status: 'APPROVED', type_code: 'CREDIT_NOTE' })
      expect(await refuses('createPayment', input(bill))).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.invoiceId',
      })
      const { invoices } = await data(
        ask(
          systems.finance,
          '{ invoices(first: 1, filter: { direction: SALES, statuses: [APPROVED] }) { nodes { id version } } }',
        ),
      )
      const [sold] = (invoices as { nodes: readonly { id: string; version: number }[] }).nodes
      const collect = { ...input(sold?.id ?? ''), expectedVersion: sold?.version, amount: '1.00' }
      expect(await refuses('createPayment', collect)).toEqual({ code: 'INVALID_INPUT', argument: 'input.invoiceId' })
    })

    test('is not approved by who prepared it, nor for another amount', async () => {
      const prepared = await prepare()
      expect(await refuses('approvePayment', next(prepared), clerk)).toEqual({ code: 'SEPARATION_OF_DUTY' })
      const more = { ...next(prepared), amount: '119.01' }
      expect(await refuses('approvePayment', more, controller)).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.amount',
      })
      const approved = await approve(prepared)
      expect(await refuses('releasePayment', { ...next(approved), amount: '1.19' })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.amount',
      })
    })

    test('row 57: eight releases at once send the money once', async () => {
      const approved = await approve(await prepare())
      const race = await Promise.all(
        Array.from({ length: 8 }, () => act(systems.finance, 'releasePayment', next(approved), whole, clerk)),
      )
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
      const { payment } = await data(
        ask(systems.finance, `{ payment(id: "${approved.id}") { status version invoice { paidAmount } } }`),
      )
      expect(payment).toEqual({ status: 'RELEASED', version: approved.version + 1, invoice: { paidAmount: '119.00' } })
    })

    test('row 57: a bill cannot be scheduled twice at once', async () => {
      const invoiceId = await approvedBill()
      const input = { invoiceId, expectedVersion: 1, amount: '119.00', executionDate: tomorrow }
      const race = await Promise.all([1, 2, 3].map(() => act(systems.finance, 'createPayment', input, whole, clerk)))
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
    })

    test('row 60: the same key releases once', async () => {
      const approved = await approve(await prepare())
      const once = { ...next(approved), idempotencyKey: `release-${kind}` }
      const first = await payload(act(systems.finance, 'releasePayment', once, 'payment { status version }', clerk))
      const again = await payload(act(systems.finance, 'releasePayment', once, 'payment { status version }', clerk))
      expect(again).toEqual({ ...first, replayed: true })
    })

    const bank = {
      id: 'sup-003',
      iban: makeIban('DE', '999999990000004711'),
      bic: 'XMPLDEFF',
      accountHolder: 'New Holder GmbH',
      changeChannel: 'LETTER',
    }
    /** A supplier's bank details as finance tells them to the gateway. */
    const bankOf = async (id: string) => {
      const query =
        'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Supplier { bankDetails { version iban bic accountHolder } } } }'
      const variables = { of: [{ __typename: 'Supplier', id }] }
      const { _entities } = await data(ask(systems.finance, query, { variables }))
      const [supplier] = _entities as readonly { bankDetails: { version: number } & Record<string, unknown> }[]
      return supplier?.bankDetails ?? expect.unreachable()
    }

    test('row 50: a changed bank account stops the payments that were prepared for the old one', async () => {
      const approved = await approve(await prepare({}, 'sup-003'))
      const before = approved['beneficiary'] as { iban: string }
      const { version: expectedVersion } = await bankOf('sup-003')
      const changed = await payload(
        act(
          systems.finance,
          'updateSupplierBankDetails',
          { ...bank, expectedVersion, iban: bank.iban.toLowerCase() },
          'supplier { id bankDetails { version iban bic accountHolder changedAt changedBy changeChannel callbackReference } }',
          controller,
        ),
      )
      expect(changed).toEqual({
        replayed: false,
        supplier: {
          id: 'sup-003',
          bankDetails: {
            version: expectedVersion + 1,
            iban: bank.iban,
            bic: 'XMPLDEFF',
            accountHolder: 'New Holder GmbH',
            changedAt: noon,
            changedBy: 'person:jonas.weber',
            changeChannel: 'LETTER',
            callbackReference: null,
          },
        },
      })
      expect(await refuses('releasePayment', next(approved))).toEqual({ code: 'VERSION_CONFLICT' })
      const { payment } = await data(
        ask(systems.finance, `{ payment(id: "${approved.id}") { status beneficiary { iban } } }`),
      )
      expect(payment).toEqual({ status: 'APPROVED', beneficiary: { iban: before.iban } })
    })

    test('row 50: the planted payment to a bank that was changed by e-mail is not released', async () => {
      const { payments } = await data(
        ask(
          systems.finance,
          '{ payments(filter: { supplierId: "sup-017", statuses: [PREPARED, APPROVED] }) { nodes { id version status amount } } }',
        ),
      )
      const { nodes } = payments as { nodes: readonly (Payment & { status: string; amount: string })[] }
      expect(nodes.length).toBeGreaterThan(0)
      for (const { id, version, status, amount } of nodes) {
        const current =
          status === 'APPROVED'
            ? version
            : (
                await does(
                  'approvePayment',
                  { id, expectedVersion: version, amount },
                  callerNamed('person:second.controller'),
                )
              ).version
        const input = { id, expectedVersion: current, amount }
        expect(await refuses('releasePayment', input)).toEqual({ code: 'VERSION_CONFLICT' })
      }
    })

    test.each([
      [{ iban: 'DE89370400440532013001' }, 'input.iban'],
      [{ iban: 'not an iban' }, 'input.iban'],
      [{ bic: 'XMPL' }, 'input.bic'],
      [{ accountHolder: '  ' }, 'input.accountHolder'],
      [{ changeChannel: 'EMAIL' }, 'input.callbackReference'],
      [{ changeChannel: 'PHONE', callbackReference: ' ' }, 'input.callbackReference'],
    ])('refuses bank details with %j', async (more, argument) => {
      const { version: expectedVersion } = await bankOf('sup-004')
      const input = { ...bank, id: 'sup-004', expectedVersion, ...more }
      const selection = 'supplier { id }'
      expect(await refuses('updateSupplierBankDetails', input, controller, selection)).toEqual({
        code: 'INVALID_INPUT',
        argument,
      })
    })

    test('bank details of a supplier that nobody knows, of an old version, or that are there already', async () => {
      const change = (input: object) =>
        refuses('updateSupplierBankDetails', { ...bank, expectedVersion: 1, ...input }, controller, 'supplier { id }')
      expect(await change({ id: 'sup-999' })).toEqual({ code: 'NOT_FOUND' })
      expect(await change({ id: 'sup-005', expectedVersion: 9 })).toEqual({ code: 'VERSION_CONFLICT' })
      expect(await change({ id: 'sup-005', expectedVersion: 0 })).toEqual({ code: 'VERSION_CONFLICT' })
      const { version, ...bankDetails } = await bankOf('sup-005')
      expect(await change({ id: 'sup-005', expectedVersion: version, ...bankDetails })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.iban',
      })
    })

    test('a supplier without bank details gets them, and is not paid before', async () => {
      await systems.database.kysely
        .deleteFrom('finance.supplier_bank_details')
        .where('supplier_id', '=', 'sup-006')
        .execute()
      const invoiceId = await approvedBill('sup-006')
      const pay = { invoiceId, expectedVersion: 1, amount: '119.00', executionDate: tomorrow }
      expect(await refuses('createPayment', pay)).toEqual({ code: 'INVALID_INPUT', argument: 'input.invoiceId' })
      const input = { ...bank, id: 'sup-006', expectedVersion: 0 }
      const other = { ...input, expectedVersion: 1 }
      expect(await refuses('updateSupplierBankDetails', other, controller, 'supplier { id }')).toEqual({
        code: 'VERSION_CONFLICT',
      })
      await payload(act(systems.finance, 'updateSupplierBankDetails', input, 'supplier { id }', controller))
      expect(await does('createPayment', pay)).toMatchObject({ beneficiary: { iban: bank.iban } })
    })

    const entry = {
      postingDate: '2026-10-31',
      description: 'Rent October',
      lines: [
        { glAccount: '6310', debit: '4200.50', costCenter: '1000' },
        { glAccount: '1800', credit: '4200.5' },
      ],
    }
    const posted = `journalEntry {
      id version total postedBy postingDate currency lines { lineNumber glAccount glAccountName debit credit costCenter }
    }`

    test('posts an entry that balances', async () => {
      const { journalEntry } = await payload(act(systems.finance, 'postJournalEntry', entry, posted, controller))
      expect(journalEntry).toMatchObject({
        version: 1,
        total: '4200.50',
        currency: 'EUR',
        postedBy: 'person:jonas.weber',
        lines: [
          {
            lineNumber: 1,
            glAccount: '6310',
            glAccountName: 'Rent',
            debit: '4200.50',
            credit: null,
            costCenter: '1000',
          },
          { lineNumber: 2, glAccount: '1800', debit: null, credit: '4200.50', costCenter: null },
        ],
      })
      expect((journalEntry as Payment).id).toMatch(/^JE-2026-\d{5}$/)
    })

    test.each([
      [{ lines: [entry.lines[0], { glAccount: '1800', credit: '4200.51' }] }, 'input.lines'],
      [{ lines: [entry.lines[0]] }, 'input.lines'],
      [{ lines: [entry.lines[0], { glAccount: '9999', credit: '4200.50' }] }, 'input.lines.1.glAccount'],
      [{ lines: [entry.lines[0], { glAccount: '1800' }] }, 'input.lines.1'],
      [{ lines: [entry.lines[0], { glAccount: '1800', debit: '1', credit: '1' }] }, 'input.lines.1'],
      [{ lines: [entry.lines[0], { glAccount: '1800', credit: '-4200.50' }] }, 'input.lines.1.credit'],
      [{ lines: [entry.lines[0], { glAccount: '1800', credit: '4200.501' }] }, 'input.lines.1.credit'],
      [{ postingDate: '2026-11-01' }, 'input.postingDate'],
      [{ description: '' }, 'input.description'],
      [{ currency: 'Euro' }, 'input.currency'],
    ])('refuses to post %j', async (more, argument) => {
      expect(await refuses('postJournalEntry', { ...entry, ...more }, controller, posted)).toEqual({
        code: 'INVALID_INPUT',
        argument,
      })
    })

    test('row 60: an entry posted twice with one key stands once', async () => {
      const once = { ...entry, idempotencyKey: `post-${kind}` }
      const both = await Promise.all(
        [1, 2].map(() => payload(act(systems.finance, 'postJournalEntry', once, posted, controller))),
      )
      expect(both[0]?.['journalEntry']).toEqual(both[1]?.['journalEntry'])
      expect(both.map(({ replayed }) => replayed).sort()).toEqual([false, true])
    })
  })
}
