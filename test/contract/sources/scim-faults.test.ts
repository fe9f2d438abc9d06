/** Failing SCIM services: a new resource whose answer was lost is found again by the `externalId` that it carries. */
import { openScim } from '../../support/peers/scim/open.ts'
import { declarations } from './source-contract.ts'
import { describeFaults, faultLimits } from './source-faults.ts'

describeFaults('scim', async () => {
  const { opened, peer, ...rest } = await openScim(declarations, faultLimits)
  return {
    ...rest,
    opened,
    control: peer.control,
    names: () => peer.users.rows.map((row) => String(row['userName'])),
    lostCreate: 'found',
  }
})
