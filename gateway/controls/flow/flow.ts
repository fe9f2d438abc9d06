/** Joins the two sides of flow: what agents read is noted, and what they have read is weighed before they act. */
import type { World } from '../../../lib/world.ts'
import type { FlowStore } from '../../../storage/stores/flow.ts'
import type { Concern, FlowRecorder } from '../controls.ts'
import { createFlowConcern } from './concern.ts'
import { createFlowHashes } from './hashes.ts'
import { type FlowRecorderOptions, createFlowRecorder } from './recorder.ts'

export interface FlowOptions extends Pick<FlowRecorderOptions, 'log' | 'timeoutMs'> {
  readonly store: FlowStore
  /** The key of the ledger; all gateways over one database have the same. */
  readonly ledgerKey: Buffer
  readonly world: Pick<World, 'now'>
}

/** Makes both sides over one store. */
export function createFlow({ store, ledgerKey, world, log, timeoutMs }: FlowOptions): {
  readonly concern: Concern
  readonly recorder: FlowRecorder
} {
  const hashes = createFlowHashes(ledgerKey)
  return {
    concern: createFlowConcern({ store, hashes, now: world.now, log, timeoutMs }),
    recorder: createFlowRecorder({ store, hashes, now: world.now, log, timeoutMs }),
  }
}
