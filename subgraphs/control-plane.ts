/** What the subgraphs of the control plane have beside their contracts: the database that all replicas share, and a way to tell them. */
import type { PolicySource } from '../policies/engine/watch.ts'
import type { PublishEnvironment } from '../orchestration/definition/check-subject.ts'
import type { Engine } from '../orchestration/engine/engine.ts'
import type { Cache } from '../storage/cache.ts'
import type { Database } from '../storage/database.ts'
import type { RoleDefinition } from '../policies/engine/revision.ts'
import type { StopTargets } from '../storage/stores/stop-states.ts'
import type { InventorySettings } from './agents/inventory/settings.ts'
import type { Revoke } from './governance/revoke.ts'

export interface ControlPlane {
  readonly database: Pick<Database, 'kysely'>
  /** For telling gateways of a change: `publish` on the channel that their snapshot listens to. */
  readonly cache: Pick<Cache, 'publish'>
  readonly revoke: Revoke
  /** The roles as the files of the policies have them now. */
  readonly roles: () => ReadonlyMap<string, RoleDefinition>
  /** What the rules say of access that somebody asks for; a revision that decided a request is known. */
  readonly policies: Pick<PolicySource, 'revision'>
  readonly access: AccessSettings
  /** What there is to stop. */
  readonly stopTargets: StopTargets
  /** Runs workflows; null where the subgraph `orchestration` is in another process. */
  readonly orchestration: Engine | null
  /** What a workflow is checked against before it is published: the company as it is now. */
  readonly publishEnvironment: () => PublishEnvironment | Promise<PublishEnvironment>
  /** How the inventory finds duplicates; left out: as it does by default. */
  readonly inventory?: InventorySettings
}

/** The settings `access.…`. */
export interface AccessSettings {
  /** The longest that access beyond roles can be granted for, in days. */
  readonly maxDays: number
}
