/** Opens all that a gateway has to do with approvals: the control that the pipeline asks, and what works beside it. */
import type { Caller } from '../../../lib/caller.ts'
import type { World } from '../../../lib/world.ts'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { Cache } from '../../../storage/cache.ts'
import type { Database } from '../../../storage/database.ts'
import { createLedgerReader } from '../../../storage/stores/ledger.ts'
import type { Ledger } from '../../audit/entry.ts'
import type { Config } from '../../config.ts'
import { beginArrival } from '../../exchange.ts'
import type { Log } from '../../log.ts'
import type { Pipeline } from '../../pipeline.ts'
import type { Approvals } from '../controls.ts'
import { createApprovals } from './approvals.ts'
import { type ApprovalExecutor, openApprovalExecutor } from './executor.ts'
import { createRebuildCaller, type RebuildCaller, type RebuildOptions } from './rebuild-caller.ts'
import { type ApprovalWatch, openApprovalWatch } from './watch.ts'

export interface OpenApprovalsOptions {
  readonly config: Pick<Config, 'approvals' | 'timeouts'>
  readonly database: Pick<Database, 'kysely'>
  readonly cache: Pick<Cache, 'publish' | 'subscribe'>
  readonly ledger: Pick<Ledger, 'append'>
  readonly world: World
  readonly log: Log
  readonly currentRevision: () => PolicyRevision
  readonly killList: { check(caller: Caller): Promise<void> }
  /** Asked for acts of the gateway itself; it is made after the control is. */
  readonly pipeline: () => Pick<Pipeline, 'runAs'>
  /** The people who answer for agents; they never decide about these agents' acts. */
  readonly ownersOf: (agents: readonly string[]) => Promise<readonly string[]>
  /** The directory of agents; left out: what the token said counts. */
  readonly admit?: RebuildOptions['admit']
  readonly withGrants?: RebuildOptions['withGrants']
}

export interface OpenApprovals {
  readonly control: Approvals
  readonly watch: ApprovalWatch
  /** Rejects when a caller, or somebody in its chain, may not be here any more. */
  recheck(caller: Caller): Promise<void>
  /** Makes a caller for whom the gateway vouches, under the authority that it has now. */
  readonly rebuildCaller: RebuildCaller
  /** Begins to carry out what is approved; the pipeline must be there. */
  start(): Promise<ApprovalExecutor>
}

/** Makes the control and what works beside it. */
export function openApprovals(options: OpenApprovalsOptions): OpenApprovals {
  const {
    config,
    database,
    cache,
    ledger,
    world,
    log,
    currentRevision,
    killList,
    pipeline,
    ownersOf,
    admit,
    withGrants,
  } = options
  const executor = `gateway:${world.newId()}`
  const watch = openApprovalWatch({ database, cache, world, log })
  const control = createApprovals({
    database,
    world,
    watch,
    executor,
    ownersOf,
    ledger: createLedgerReader(database, world.now),
    ask: (caller, query, variables) =>
      pipeline().runAs(beginArrival({ world, currentRevision }), {
        caller,
        approval: null,
        query,
        operationName: null,
        variables,
      }),
    limits: {
      open: config.approvals.openPerAgent,
      coolDownSeconds: config.approvals.coolDownSeconds,
      repeatSeconds: 86_400,
    },
  })
  const rebuildCaller = createRebuildCaller({
    world,
    killList,
    ...(admit === undefined ? {} : { admit }),
    ...(withGrants === undefined ? {} : { withGrants }),
  })
  return {
    control,
    watch,
    rebuildCaller,
    async recheck(caller) {
      await rebuildCaller(caller, currentRevision())
    },
    start: () =>
      openApprovalExecutor({
        database,
        cache,
        world,
        log,
        ledger,
        watch,
        executor,
        currentRevision,
        rebuildCaller,
        runAs: (arrival, act) => pipeline().runAs(arrival, act),
        requestMs: config.timeouts.requestMs,
      }),
  }
}
