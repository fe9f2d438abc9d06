/** What the resolvers of approvals work with beside the database. */
import type { World } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'

export interface ApprovalServices {
  readonly database: Pick<Database, 'kysely'>
  readonly newId: World['newId']
  /** Tells all gateways that a request has changed. Never rejects: who was not told finds out within a second. */
  readonly announceApproval: (id: string) => Promise<void>
}
