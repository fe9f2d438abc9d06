/** What the resolvers of governance work with: stores over the database of the control plane. */
import type { World } from '../../lib/world.ts'
import { approvalsChannel } from '../../storage/stores/approvals/channel.ts'
import { createFlowReads } from '../../storage/stores/flow-lifts.ts'
import { type LedgerReader, createLedgerReader } from '../../storage/stores/ledger.ts'
import type { ControlPlane } from '../control-plane.ts'
import type { AccessServices } from './access/services.ts'
import type { ApprovalServices } from './approvals/services.ts'
import type { FlowServices } from './flow/flow.ts'
import type { RevokeServices } from './revoke.ts'
import type { StopServices } from './stops/stops.ts'

export interface GovernanceServices
  extends RevokeServices, FlowServices, ApprovalServices, AccessServices, StopServices {
  readonly ledger: LedgerReader
}

/** Opens the stores. */
export function governanceServices(controlPlane: ControlPlane, world: World): GovernanceServices {
  const { database, cache } = controlPlane
  return {
    ...controlPlane,
    world,
    ledger: createLedgerReader(database, world.now),
    flow: createFlowReads(database),
    newId: world.newId,
    // Whoever is not told of it asks the database within a second.
    announceApproval: (id) => cache.publish(approvalsChannel, id).catch(() => undefined),
  }
}
