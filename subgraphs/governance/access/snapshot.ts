/** What a campaign certifies: the grants and the assignments of roles that are in force when it begins. */
import type { Kysely } from 'kysely'
import type { PolicyRevision } from '../../../policies/engine/revision.ts'
import type { NewCampaignItem } from '../../../storage/stores/campaigns.ts'
import { type Grant, createGrantStore } from '../../../storage/stores/grants.ts'
import { type Assignment, createAssignmentStore } from '../../../storage/stores/agent-assignments.ts'
import type { Tables } from '../../../storage/tables.ts'

export interface SnapshotOptions {
  readonly campaignId: string
  /** Only what gives one of these; null for everything. */
  readonly scopes: readonly string[] | null
  readonly revision: PolicyRevision
  readonly now: Date
  readonly newId: () => string
}

/** The items of a campaign that begins now. */
export async function snapshotItems(
  kysely: Kysely<Tables>,
  options: SnapshotOptions,
): Promise<readonly NewCampaignItem[]> {
  const { scopes, now } = options
  const concerns = (given: readonly string[]) => scopes === null || given.some((scope) => scopes.includes(scope))
  const granted = await createGrantStore(kysely).active(now)
  const assigned = await createAssignmentStore(kysely).inForce(now)
  return [...granted.map((grant) => itemOfGrant(grant, options)), ...assigned.map((each) => itemOfRole(each, options))]
    .filter((item) => concerns(item.scopes))
    .map((item) => ({ ...item, id: options.newId() }))
}

type Item = Omit<NewCampaignItem, 'id'>

function itemOfGrant(grant: Grant, { campaignId }: SnapshotOptions): Item {
  const { id, principal, scopes, coordinates, purpose, expiresAt, decider, lastUsedAt, uses } = grant
  return {
    campaignId,
    kind: 'GRANT',
    subjectId: id,
    principal,
    roleKey: null,
    scopes,
    coordinates,
    purpose,
    endsAt: expiresAt,
    decider,
    lastUsedAt,
    uses,
  }
}

function itemOfRole({ id, agentId, roleKey, validUntil }: Assignment, options: SnapshotOptions): Item {
  const role = options.revision.roles.get(roleKey)
  return {
    campaignId: options.campaignId,
    kind: 'ASSIGNMENT',
    subjectId: id,
    principal: agentId,
    roleKey,
    scopes: role?.scopes ?? [],
    coordinates: [],
    purpose: null,
    endsAt: validUntil,
    decider: role?.supervisor ?? null,
    lastUsedAt: null,
    uses: null,
  }
}
