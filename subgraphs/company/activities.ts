/** What was done and is to be done: e-mails and calls about cases and opportunities, tasks for the account managers. */
import type { AccountRow, ContactRow } from './accounts.ts'
import { dayOf, earlier, endOfData, later, type Random } from './random.ts'
import type { Numbers, SeedRow } from './rows.ts'
import type { OpportunityRow } from './sales.ts'
import type { CaseRow } from './support.ts'

type ActivityRow = SeedRow<'crm.activities'>

const activityCount = 1500

interface Subject {
  readonly whatId: string
  readonly about: string
  readonly account: AccountRow
  readonly contact: ContactRow | null
  readonly since: string
}

/** All activities, in no special order; the first logs the e-mail of the demo's case. */
export function makeActivities(
  random: Random,
  accounts: readonly AccountRow[],
  contacts: readonly ContactRow[],
  opportunities: readonly OpportunityRow[],
  cases: readonly CaseRow[],
  numbers: Numbers,
): ActivityRow[] {
  const accountById = new Map(accounts.map((account) => [account.id, account]))
  const contactById = new Map(contacts.map((contact) => [contact.id, contact]))
  const contactsOf = Map.groupBy(contacts, ({ account_id }) => account_id)
  const someone = (account: AccountRow) => {
    const people = contactsOf.get(account.id)
    return people ? random.pick(people) : null
  }

  const subjects: Subject[] = []
  for (const { id, subject, account_id, contact_id, created_at } of cases) {
    const account = accountById.get(account_id)
    const contact = contactById.get(contact_id ?? '') ?? null
    if (account) subjects.push({ whatId: id, about: subject, account, contact, since: created_at })
  }
  for (const { id, name, account_id, created_at } of opportunities) {
    const account = accountById.get(account_id)
    if (account) subjects.push({ whatId: id, about: name, account, contact: someone(account), since: created_at })
  }
  for (const account of accounts) {
    const { id, name, created_at } = account
    subjects.push({ whatId: id, about: `Review with ${name}`, account, contact: someone(account), since: created_at })
  }

  const [first] = subjects
  const activities = first ? [loggedEmail(first, numbers.next('act-', 5))] : []
  while (activities.length < activityCount) {
    activities.push(makeActivity(random, numbers.next('act-', 5), random.pick(subjects)))
  }
  return activities
}

/** The e-mail that a case came from. */
function loggedEmail({ whatId, about, account, contact, since }: Subject, id: string): ActivityRow {
  return {
    id,
    version: 1,
    created_at: since,
    updated_at: since,
    type: 'EMAIL',
    subject: about,
    body: 'Received by the support mailbox; the text stands in the case.',
    status: 'COMPLETED',
    priority: 'HIGH',
    due_date: null,
    completed_at: since,
    owner_id: account.owner_id,
    notify_user_id: null,
    notified_at: null,
    who_id: contact?.id ?? null,
    what_id: whatId,
    account_id: account.id,
  }
}

const verbs = { TASK: 'Prepare', EMAIL: 'Written', CALL: 'Called' } as const

function makeActivity(random: Random, id: string, { whatId, about, account, contact, since }: Subject): ActivityRow {
  const type = random.weighted<ActivityRow['type']>([
    ['TASK', 35],
    ['EMAIL', 40],
    ['CALL', 25],
  ])
  const created = earlier(later(since, random.int(10, 30_000)), endOfData)
  const done = type !== 'TASK' || random.chance(75)
  const completed = earlier(later(created, type === 'TASK' ? random.int(60, 9_000) : 5), endOfData)
  const notify = random.chance(12) ? account.owner_id : null
  return {
    id,
    version: done && type === 'TASK' ? 2 : 1,
    created_at: created,
    updated_at: done ? completed : created,
    type,
    subject: `${verbs[type]}: ${about}`,
    body: type === 'TASK' ? null : 'Went through the open points and agreed on the next step.',
    status: done ? 'COMPLETED' : random.pick(['OPEN', 'OPEN', 'IN_PROGRESS', 'DEFERRED']),
    priority: random.weighted<ActivityRow['priority']>([
      ['LOW', 20],
      ['NORMAL', 65],
      ['HIGH', 15],
    ]),
    due_date: type === 'TASK' ? dayOf(created, random.int(1, 21)) : null,
    completed_at: done ? completed : null,
    owner_id: account.owner_id,
    notify_user_id: notify,
    notified_at: notify === null ? null : created,
    who_id: contact?.id ?? null,
    what_id: whatId,
    account_id: account.id,
  }
}
