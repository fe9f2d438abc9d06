/** Accounts: what hangs on one, and how one is created and changed. */
import { requireVersion } from '../acts.ts'
import {
  between,
  countryCode,
  currencyCode,
  notNegative,
  optional,
  phoneNumber,
  principal,
  readChanges,
  readValues,
  required,
  text,
  webAddress,
} from '../inputs.ts'
import { person } from '../stubs.ts'
import { newestFirst, type AccountRecord, type CrmMutation, type CrmResolver, type ExistingRecord } from './model.ts'
import type { InnerListArgs } from './model.ts'

type AccountResolver<Args = unknown> = CrmResolver<AccountRecord, Args>

const changeable = {
  name: required(text(200)),
  type: required(),
  industry: required(),
  tier: required(),
  website: optional(webAddress),
  phone: optional(phoneNumber),
  billingAddress: optional(),
  annualRevenue: optional(notNegative),
  numberOfEmployees: optional(between(0, 10_000_000)),
  description: optional(text(32_000)),
  ownerId: required(principal),
}

const addressFields = {
  street: optional(text(200)),
  city: optional(text(100)),
  postalCode: optional(text(20)),
  region: optional(text(100)),
  country: optional(countryCode),
}

export const accountFields = {
  manager: (({ ownerId }) => person(ownerId)) satisfies AccountResolver,
  billingAddress: ((account) => ({
    street: account.billingStreet,
    city: account.billingCity,
    postalCode: account.billingPostalCode,
    region: account.billingRegion,
    country: account.billingCountry,
  })) satisfies AccountResolver,

  contacts: (({ id }, { first }, { records }) =>
    records.list('Contact', 'accountId', id, {
      first,
      sort: [{ field: 'lastName', direction: 'ASC' }],
    })) satisfies AccountResolver<InnerListArgs>,

  opportunities: (({ id }, { first, stages }, { records }) =>
    records.list('Opportunity', 'accountId', id, {
      first,
      sort: [{ field: 'closeDate', direction: 'ASC' }],
      filter: stages ? { stage: { in: stages } } : {},
    })) satisfies AccountResolver<InnerListArgs & { readonly stages?: readonly string[] | null }>,

  cases: (({ id }, { first, statuses }, { records }) =>
    records.list('Case', 'accountId', id, {
      first,
      sort: [newestFirst],
      filter: statuses ? { status: { in: statuses } } : {},
    })) satisfies AccountResolver<InnerListArgs & { readonly statuses?: readonly string[] | null }>,

  activities: (({ id }, { first }, { records }) =>
    records.list('Activity', 'accountId', id, { first, sort: [newestFirst] })) satisfies AccountResolver<InnerListArgs>,
}

export const createAccount: CrmMutation = (_, args, { records }, info) =>
  records.change(info, args, async (apply) => {
    const values = readValues(args.input, { ...changeable, currency: required(currencyCode) })
    return { account: await apply('Account', { kind: 'create', values: withAddress(values) }) }
  })

export const updateAccount: CrmMutation<ExistingRecord> = async (_, args, { records }, info) => {
  const { id, expectedVersion } = args.input
  const current = await records.load('Account', id)
  return records.change(info, args, async (apply) => {
    requireVersion(current, 'Account', args.input)
    const values = withAddress(readChanges(args.input, changeable))
    return { account: await apply('Account', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** The address in its columns: setting one sets the whole of it. */
function withAddress({ billingAddress, ...values }: Record<string, unknown>): Record<string, unknown> {
  if (billingAddress === undefined) return values
  const address = readValues((billingAddress ?? {}) as Record<string, unknown>, addressFields, 'input.billingAddress')
  return {
    ...values,
    billingStreet: address['street'] ?? null,
    billingCity: address['city'] ?? null,
    billingPostalCode: address['postalCode'] ?? null,
    billingRegion: address['region'] ?? null,
    billingCountry: address['country'] ?? null,
  }
}
