/** How a person is entered, and how what the directory says of one is changed. */
import { requireReference, requireVersion } from '../acts.ts'
import {
  countryCode,
  emailAddress,
  formed,
  idOf,
  invalid,
  optional,
  phoneNumber,
  readChanges,
  readValues,
  required,
  text,
} from '../inputs.ts'
import { requireSecondPrincipal } from '../separation-of-duty.ts'
import type { ExistingRecord, HrMutation, UserRecord } from './model.ts'
import { managersOf } from './reporting-line.ts'

/** A plant is kept by erp: its form is all that this system can check. */
export const plant = optional(idOf(/^plant-\d{4,}$/, 'a plant, like `plant-1010`'))

const changeable = {
  givenName: required(text(100)),
  familyName: required(text(100)),
  displayName: required(text(200)),
  title: required(text(100)),
  userType: required(),
  email: required(emailAddress),
  phone: optional(phoneNumber),
  department: required(text(100)),
  costCenter: required(formed(/^CC-\d{4}$/, 'a cost center like `CC-4100`')),
  managerId: required(),
  plantId: plant,
  countryCode: required(countryCode),
  locale: required(formed(/^[a-z]{2,3}(?:-[A-Z]{2})?$/, 'a language like `de-DE` (BCP 47)')),
}

const creatable = {
  ...changeable,
  userName: required(formed(/^[a-z0-9][a-z0-9._-]{0,99}$/, 'a user name like `ana.silva`, in lower case')),
  employeeNumber: required(formed(/^E\d{4,9}$/, 'an employee number like `E10001`')),
  hireDate: required(),
}

export const createUser: HrMutation<{
  readonly userName: string
  readonly givenName: string
  readonly familyName: string
  readonly displayName?: string | null
  readonly managerId?: string | null
}> = async (_, args, { records }, info) => {
  const { userName, givenName, familyName, displayName, managerId } = args.input
  const manager = await records.load('User', managerId)
  return records.change(info, args, async (apply) => {
    if (managerId) requireActive(requireReference(manager, 'input.managerId', managerId), 'input.managerId')
    const input = { ...args.input, displayName: displayName ?? `${givenName} ${familyName}` }
    const values = {
      ...readValues(input, { ...creatable, managerId: optional() }),
      principal: `person:${userName}`,
      active: true,
    }
    return { user: await apply('User', { kind: 'create', values }) }
  })
}

export const updateUser: HrMutation<ExistingRecord & { readonly managerId?: string | null }> = async (
  _,
  args,
  { records, caller },
  info,
) => {
  const { id, expectedVersion, managerId } = args.input
  const [found, manager] = await Promise.all([records.load('User', id), records.load('User', managerId)])
  const above = manager ? [manager, ...(await managersOf(manager, records))] : []
  return records.change(info, args, async (apply) => {
    const user = requireVersion(found, 'User', args.input)
    const values = readChanges(args.input, changeable)
    if (managerId) {
      // Who may not settle the pay of those above them must not choose who these are.
      requireSecondPrincipal(caller, [user.principal], 'change whom they report to')
      requireActive(requireReference(manager, 'input.managerId', managerId), 'input.managerId')
      if (above.some((one) => one.id === id)) {
        throw invalid('input.managerId', `names somebody who reports to \`${id}\`, or is \`${id}\``)
      }
    }
    return { user: await apply('User', { kind: 'update', id, expectedVersion, values }) }
  })
}

/** Passes for a person who works here. @throws `INVALID_INPUT` naming the argument. */
export function requireActive({ id, active }: UserRecord, argument: string): void {
  if (!active) throw invalid(argument, `names a person who has left: \`${id}\``)
}
