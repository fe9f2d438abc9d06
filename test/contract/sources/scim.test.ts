/** The contract over a SCIM service. */
import { openScim } from '../../support/peers/scim/open.ts'
import { groupExtension, userExtension } from '../../support/peers/scim/service.ts'
import { declarations, describeSource } from './source-contract.ts'

const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
const groupSchema = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const tiers: Readonly<Record<string, string>> = { STRATEGIC: 'A', KEY: 'B', STANDARD: 'C', SMALL: 'D' }

describeSource('scim', async () => {
  const { opened, peer, ...rest } = await openScim(declarations)
  return {
    ...rest,
    source: opened.connector.source,
    addAccount: ({ name, tier, annualRevenue }) =>
      Promise.resolve(
        `acc-${peer.users.add({
          schemas: [userSchema, userExtension],
          userName: name,
          userType: tiers[tier],
          ...(annualRevenue === null ? {} : { [userExtension]: { annualRevenue: Number(annualRevenue) } }),
        })}`,
      ),
    addContact: ({ accountId, firstName, lastName }) =>
      Promise.resolve(
        `con-${peer.groups.add({
          schemas: [groupSchema, groupExtension],
          displayName: lastName,
          [groupExtension]: { accountId: accountId.slice(4), firstName },
        })}`,
      ),
    questions() {
      const asked = peer.control.requests
      peer.control.requests = 0
      return asked
    },
    roundTrips: { getMany: 1, listMany: 1, page: 1 },
  }
})
