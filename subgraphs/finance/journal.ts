/** The general ledger: entries that balance to the cent, on accounts that the chart has, and never change. */
import { currencyCode, invalid, optional, readValues, required, text } from '../inputs.ts'
import { dayOf, money, readAmount } from '../amounts.ts'
import { chartOfAccounts } from './chart-of-accounts.ts'
import {
  byLineNumber,
  type FinanceMutation,
  type FinanceResolver,
  type InnerListArgs,
  type JournalEntryRecord,
  type JournalLineRecord,
} from './model.ts'

type EntryResolver<Args = unknown> = FinanceResolver<JournalEntryRecord, Args>

interface GivenLine {
  readonly glAccount: string
  readonly costCenter?: string | null
  readonly debit?: string | null
  readonly credit?: string | null
}

const maxLines = 100

export const journalEntryFields = {
  lines: (({ id }, { first }, { records }) =>
    records.list('JournalLine', 'journalEntryId', id, {
      first,
      sort: [byLineNumber],
    })) satisfies EntryResolver<InnerListArgs>,
  invoice: (({ invoiceId }, _, { records }) => records.load('Invoice', invoiceId)) satisfies EntryResolver,
  payment: (({ paymentId }, _, { records }) => records.load('Payment', paymentId)) satisfies EntryResolver,
}

export const journalLineFields = {
  glAccountName: (({ glAccount }) =>
    chartOfAccounts.get(glAccount) ?? glAccount) satisfies FinanceResolver<JournalLineRecord>,
}

export const postJournalEntry: FinanceMutation<{
  readonly postingDate: string
  readonly lines: readonly GivenLine[]
}> = (_, args, { records, caller, now }, info) =>
  records.change(info, args, async (apply) => {
    const { postingDate, lines } = args.input
    if (postingDate > dayOf(now)) throw invalid('input.postingDate', 'cannot be in the future')
    if (lines.length < 2 || lines.length > maxLines) throw invalid('input.lines', `must have 2 to ${maxLines} lines`)
    const bookings = lines.map((line, index) => readLine(line, `input.lines.${index}`))
    const debits = sum(bookings, 'debit')
    const credits = sum(bookings, 'credit')
    if (debits !== credits) {
      throw invalid(
        'input.lines',
        `must balance: the debits are \`${money(debits)}\`, the credits \`${money(credits)}\``,
      )
    }
    const said = readValues(args.input, {
      description: required(text(500)),
      reference: optional(text(100)),
      currency: required(currencyCode),
    })
    const values = { ...said, postingDate, total: money(debits), postedBy: caller.id }
    const journalEntry = await apply('JournalEntry', { kind: 'create', values })
    for (const [index, { glAccount, costCenter, side, amount }] of bookings.entries()) {
      const line = {
        journalEntryId: journalEntry.id,
        lineNumber: index + 1,
        glAccount,
        costCenter,
        [side]: money(amount),
      }
      await apply('JournalLine', { kind: 'create', values: line })
    }
    return { journalEntry }
  })

type Booking = Pick<JournalLineRecord, 'glAccount' | 'costCenter'> & {
  readonly side: 'debit' | 'credit'
  readonly amount: bigint
}

function readLine(line: GivenLine, path: string): Booking {
  const { glAccount, costCenter = null, debit = null, credit = null } = line
  if (!chartOfAccounts.has(glAccount)) {
    throw invalid(`${path}.glAccount`, `is not an account of the chart: ${[...chartOfAccounts.keys()].join(', ')}`)
  }
  readValues({ ...line }, { costCenter: optional(text(20)) }, path)
  const common = { glAccount, costCenter }
  if (debit !== null && credit === null) return { ...common, side: 'debit', amount: readAmount(`${path}.debit`, debit) }
  if (credit !== null && debit === null)
    return { ...common, side: 'credit', amount: readAmount(`${path}.credit`, credit) }
  throw invalid(path, 'must have either a debit or a credit')
}

function sum(bookings: readonly Booking[], side: Booking['side']): bigint {
  return bookings.reduce((total, booking) => (booking.side === side ? total + booking.amount : total), 0n)
}
