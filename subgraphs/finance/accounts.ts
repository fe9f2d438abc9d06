/** What finance adds to an account of the crm: its invoices, what it owes, and whether it may go on owing. */
import { dayOf } from '../amounts.ts'
import { judgeCredit } from './credit.ts'
import { lastIssuedFirst, withStatuses, type FinanceResolver, type InvoiceListArgs } from './model.ts'

/** A reference of the gateway: the key, and the tier where `creditStanding` is asked for. */
interface AccountReference {
  readonly id: string
  readonly tier?: unknown
}

type AccountResolver<Args = unknown> = FinanceResolver<AccountReference, Args>

/** What an account without a row in the view owes. */
const nothingOpen = { openBalance: '0.00', oldestDueDate: null }

export const accountFields = {
  invoices: (({ id }, { first, statuses }, { records }) =>
    records.list('Invoice', 'accountId', id, {
      first,
      sort: [lastIssuedFirst],
      filter: withStatuses(statuses),
    })) satisfies AccountResolver<InvoiceListArgs>,

  openBalance: (async ({ id }, _, { records }) => {
    const { openBalance } = (await records.load('AccountBalance', id)) ?? nothingOpen
    return openBalance
  }) satisfies AccountResolver,

  creditStanding: (async ({ id, tier }, _, { records, now }) => {
    const { openBalance, oldestDueDate } = (await records.load('AccountBalance', id)) ?? nothingOpen
    const standing = judgeCredit(String(tier), openBalance, oldestDueDate, dayOf(now))
    // Without the tier that the contract requires there is no limit, and a guess would be a wrong answer.
    if (!standing) throw new Error(`The account ${id} came without a tier that has a credit limit.`)
    return standing
  }) satisfies AccountResolver,
}
