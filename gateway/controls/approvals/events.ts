/**
 * `GET /approvals/<id>/events`: each change of a request as it happens, for whoever asked or decides; the stream ends when the
 * request is settled.
 */
import { refusal } from '../../../lib/errors.ts'
import type { World } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { takesPart } from '../../../storage/stores/approvals/participants.ts'
import { isSettled } from '../../../storage/stores/approvals/states.ts'
import type { StreamSource } from '../../event-streams.ts'
import { tellApproval } from './tell.ts'
import type { ApprovalWatch } from './watch.ts'

export interface ApprovalEventsOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly watch: Pick<ApprovalWatch, 'follow'>
  readonly world: Pick<World, 'now'>
}

/** What can be followed of approvals. */
export function approvalEvents({ database, watch, world }: ApprovalEventsOptions): StreamSource {
  return {
    url: '/approvals/:id/events',
    async find(id, caller) {
      const found = /^[0-9A-Za-z-]{1,64}$/.test(id) ? await findApproval(database.kysely, id) : null
      if (found === null || !takesPart(found, caller)) throw unknown(id)
      return { approval: id }
    },
    async follow(id, { lastSeen, tell, end, signal }) {
      let seen = lastSeen
      const onChange: Parameters<ApprovalWatch['follow']>[1] = (found) => {
        // Told again and again by time: what the clock has ended is told when the timer has written it down.
        const now = world.now()
        if (found.version > seen) {
          seen = found.version
          tell({ id: found.version, event: 'approval', data: tellApproval(found, now) })
        }
        if (isSettled(found, now)) end()
      }
      await watch.follow(id, onChange, signal)
    },
  }
}

function unknown(id: string) {
  return refusal('NOT_FOUND', `There is no approval \`${id.slice(0, 64)}\` that this caller made or may decide.`, {
    id,
  })
}
