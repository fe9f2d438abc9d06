/** What the resolvers of the inventory work with. */
import type { Transaction } from 'kysely'
import type { World } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import type { Tables } from '../../../storage/tables.ts'
import type { AgentEnvironment } from '../../../storage/tables/agents.ts'
import type { FieldResolver } from '../../context.ts'
import type { InventorySettings } from './settings.ts'

/** What a promoted pilot becomes. */
export interface NewAgent {
  /** `agent:invoice-matcher`. */
  readonly id: string
  readonly name: string
  readonly description: string
  /** The person who answers for it. */
  readonly ownerId: string
  readonly roleKey: string
  readonly environment: AgentEnvironment
}

/** Makes a draft of an agent, in the transaction of the promotion. */
export type PromoteToAgent = (
  transaction: Transaction<Tables>,
  agent: NewAgent,
  by: string,
  now: Date,
) => Promise<unknown>

export interface InventoryServices {
  readonly database: Pick<Database, 'kysely'>
  readonly world: Pick<World, 'newId'>
  readonly inventory: InventorySettings
  readonly promoteToAgent: PromoteToAgent
}

/** A resolver of the inventory. */
export type InventoryResolver<Args, Source = unknown> = FieldResolver<Source, Args, InventoryServices>
