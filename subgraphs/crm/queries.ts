/** The root queries of the customer system: by id, by what one knows, and page by page. */
import { readFilter, readSort } from '../listing.ts'
import type { Sort } from '../sources/entity-source.ts'
import { newestFirst, type CrmModel, type CrmResolver } from './model.ts'

interface ListArgs {
  readonly first: number
  readonly after?: string | null
  readonly filter?: Readonly<Record<string, unknown>> | null
  readonly sort?: { readonly field: string; readonly direction: Sort['direction'] } | null
}

interface Listing {
  readonly filter: Readonly<Record<string, string>>
  readonly sort: Readonly<Record<string, string>>
  readonly otherwise: Sort
}

const times = { CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt' }

const accounts: Listing = {
  filter: {
    name: 'name',
    types: 'type',
    industries: 'industry',
    tiers: 'tier',
    ownerId: 'ownerId',
    country: 'billingCountry',
    annualRevenue: 'annualRevenue',
    updatedAt: 'updatedAt',
  },
  sort: { NAME: 'name', ANNUAL_REVENUE: 'annualRevenue', ...times },
  otherwise: { field: 'name', direction: 'ASC' },
}

const contacts: Listing = {
  filter: { accountId: 'accountId', lastName: 'lastName', email: 'email', ownerId: 'ownerId', updatedAt: 'updatedAt' },
  sort: { LAST_NAME: 'lastName', ...times },
  otherwise: { field: 'lastName', direction: 'ASC' },
}

const opportunities: Listing = {
  filter: { accountId: 'accountId', stages: 'stage', ownerId: 'ownerId', amount: 'amount', closeDate: 'closeDate' },
  sort: { CLOSE_DATE: 'closeDate', AMOUNT: 'amount', ...times },
  otherwise: { field: 'closeDate', direction: 'ASC' },
}

const cases: Listing = {
  filter: {
    accountId: 'accountId',
    contactId: 'contactId',
    statuses: 'status',
    priorities: 'priority',
    ownerId: 'ownerId',
    subject: 'subject',
    createdAt: 'createdAt',
  },
  sort: { CLOSED_AT: 'closedAt', ...times },
  otherwise: newestFirst,
}

const activities: Listing = {
  filter: {
    accountId: 'accountId',
    whoId: 'whoId',
    whatId: 'whatId',
    types: 'type',
    statuses: 'status',
    ownerId: 'ownerId',
    notifyUserId: 'notifyUserId',
    dueDate: 'dueDate',
  },
  sort: { DUE_DATE: 'dueDate', ...times },
  otherwise: newestFirst,
}

export const queries = {
  account: byId('Account'),
  accountByName: ((_, { name }, { records }) => records.find('Account', { name: { eq: name } })) satisfies CrmResolver<
    unknown,
    { name: string }
  >,
  accounts: pages('Account', accounts),
  contact: byId('Contact'),
  contactByEmail: ((_, { email }, { records }) =>
    records.find('Contact', { email: { eq: email } })) satisfies CrmResolver<unknown, { email: string }>,
  contacts: pages('Contact', contacts),
  opportunity: byId('Opportunity'),
  opportunities: pages('Opportunity', opportunities),
  case: byId('Case'),
  cases: pages('Case', cases),
  activity: byId('Activity'),
  activities: pages('Activity', activities),
}

function byId(entity: keyof CrmModel): CrmResolver<unknown, { readonly id: string }> {
  return (_, { id }, { records }) => records.load(entity, id)
}

function pages(entity: keyof CrmModel, listing: Listing): CrmResolver<unknown, ListArgs> {
  return (_, { first, after, filter, sort }, { records }) =>
    records.page(entity, {
      first,
      after,
      filter: readFilter(filter, listing.filter),
      sort: readSort(sort, listing.sort, listing.otherwise),
    })
}
