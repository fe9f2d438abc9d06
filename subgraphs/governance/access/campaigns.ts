/** Certification: campaigns are started by reviewers, and their items decided by those who answer for the access. */
import type { Transaction } from 'kysely'
import { refusal } from '../../../lib/errors.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import { itemSteps } from '../../../storage/stores/access-states.ts'
import { createAssignmentStore } from '../../../storage/stores/agent-assignments.ts'
import { agentsChannel } from '../../../storage/stores/agents.ts'
import { type Campaign, type CampaignItem, createCampaignStore } from '../../../storage/stores/campaigns.ts'
import { createGrantStore, grantsChannel } from '../../../storage/stores/grants.ts'
import type { ItemStatus } from '../../../storage/tables/access.ts'
import type { Tables } from '../../../storage/tables.ts'
import { requireChanged, requireFound, requireStep, requireVersion } from '../../acts.ts'
import { invalid, readValues, required, text } from '../../inputs.ts'
import { requireSecondPrincipal } from '../../separation-of-duty.ts'
import { actOnce } from '../act-once.ts'
import { type PageArgs, campaignNode, connectionNode, isOver, itemNode, readPage } from './nodes.ts'
import {
  type AccessContext,
  type AccessResolver,
  announce,
  decidesFor,
  ownerOf,
  reviews,
  revisionOf,
  sightOf,
} from './services.ts'
import { snapshotItems } from './snapshot.ts'

interface StartCampaignInput {
  readonly idempotencyKey: string
  readonly title: string
  readonly scopes?: readonly string[] | null
  readonly dueAt: string
}

interface DecideItemInput {
  readonly idempotencyKey: string
  readonly itemId: string
  readonly expectedVersion: number
  readonly decision: 'KEEP' | 'REDUCE' | 'REVOKE'
  readonly reason: string
  readonly coordinates?: readonly Coordinate[] | null
  readonly until?: string | null
}

const hourMs = 3_600_000
const yearMs = 365 * 24 * hourMs

const outcomes: Readonly<Record<DecideItemInput['decision'], Exclude<ItemStatus, 'PENDING'>>> = {
  KEEP: 'KEPT',
  REDUCE: 'REDUCED',
  REVOKE: 'REVOKED',
}

/** Resolves `Query.certificationCampaign`. */
export const certificationCampaign: AccessResolver<{ readonly id: string }> = async (_source, { id }, context) => {
  const store = createCampaignStore(context.services.database.kysely)
  const campaign = await store.get(id)
  return campaign && campaignNode(campaign, (await store.progress([id])).get(id), context.now)
}

/** Resolves `Query.certificationCampaigns`. */
export const certificationCampaigns: AccessResolver<PageArgs> = async (_source, page, { now, services }) => {
  const store = createCampaignStore(services.database.kysely)
  const listed = await store.list(readPage(page))
  const progress = await store.progress(listed.items.map(({ id }) => id))
  return connectionNode(listed, (campaign) => campaignNode(campaign, progress.get(campaign.id), now))
}

/** Resolves `CertificationCampaign.items`. */
export const campaignItems: AccessResolver<PageArgs & { readonly status?: ItemStatus | null }, Campaign> = async (
  { id },
  { status, ...page },
  { caller, now, services },
) => {
  const store = createCampaignStore(services.database.kysely)
  const campaign = requireFound(await store.get(id), 'CertificationCampaign', id)
  const over = isOver(campaign, now)
  // Before somebody writes it down, what nobody answered in time is pending there and revoked here.
  const filter = status ? { status: over ? writtenAs(status) : [status] } : {}
  const listed = await store.items(id, filter, sightOf(caller), readPage(page))
  return connectionNode(listed, (item) => itemNode(item, over))
}

/** Resolves `Mutation.startCampaign`. */
export const startCampaign: AccessResolver<{ readonly input: StartCampaignInput }> = (_source, { input }, context) => {
  const { caller, now, services } = context
  const revision = revisionOf(context)
  const { title } = readValues({ ...input }, { title: required(text(200)) })
  const scopes = input.scopes ?? null
  const unknown = scopes?.find((scope) => !revision.scopes.has(scope))
  if (unknown !== undefined) throw invalid('input.scopes', `names \`${unknown.slice(0, 100)}\`, which is no scope`)
  if (scopes?.length === 0) throw invalid('input.scopes', 'must name a scope, or be left out for everything')
  const dueAt = new Date(input.dueAt)
  const ahead = dueAt.getTime() - now.getTime()
  if (ahead < hourMs || ahead > yearMs) throw invalid('input.dueAt', 'must be an hour to a year from now')
  return actOnce(context, { name: 'Mutation.startCampaign', input }, async (transaction) => {
    const { newId } = services.world
    const campaignId = newId()
    const items = await snapshotItems(transaction, { campaignId, scopes, revision, now, newId })
    if (items.length === 0) throw invalid('input.scopes', 'takes in nothing that is granted or assigned now')
    const store = createCampaignStore(transaction)
    const begun = { id: campaignId, title: String(title).trim(), scopes, dueAt, startedBy: caller.id, startedAt: now }
    const campaign = await store.start(begun, items)
    return { campaign: campaignNode(campaign, (await store.progress([campaignId])).get(campaignId), now) }
  })
}

/** Resolves `Mutation.decideCampaignItem`. */
export const decideCampaignItem: AccessResolver<{ readonly input: DecideItemInput }> = async (
  _source,
  { input },
  context,
) => {
  const { caller, now } = context
  const { itemId: id, expectedVersion, decision } = input
  const { reason } = readValues({ ...input }, { reason: required(text(500)) })
  const result = await actOnce(context, { name: 'Mutation.decideCampaignItem', input }, async (transaction) => {
    const store = createCampaignStore(transaction)
    const found = await store.item(id)
    const item = requireFound(found !== null && mayDecide(found, context) ? found : null, 'CampaignItem', id)
    // To take away is open to the owner of an agent too; that it stays, somebody else says.
    const owners = decision === 'REVOKE' ? [] : [await ownerOf(transaction, item.principal)]
    requireSecondPrincipal(caller, [item.principal, ...owners], 'certify access of their own or of their own agent')
    requireVersion(item, 'CampaignItem', { id, expectedVersion })
    const campaign = requireFound(await store.get(item.campaignId), 'CertificationCampaign', item.campaignId)
    const status = isOver(campaign, now) && item.status === 'PENDING' ? 'REVOKED' : item.status
    const to = outcomes[decision]
    requireStep(itemSteps, status, to, { entity: 'CampaignItem', id })
    await carryOut(transaction, item, input, context)
    const step = { to, version: expectedVersion, by: caller.id, reason: String(reason).trim(), now }
    const decided = requireChanged(await store.step(id, step), 'CampaignItem', { id, expectedVersion })
    return { item: itemNode(decided, false) }
  })
  await announce(context, result.item.kind === 'GRANT' ? grantsChannel : agentsChannel)
  return result
}

function mayDecide({ decider }: CampaignItem, { caller }: AccessContext): boolean {
  return decider === null ? reviews(caller) : decidesFor(caller).includes(decider)
}

/** The states that an item may be written in, where its campaign is over. */
function writtenAs(status: ItemStatus): readonly ItemStatus[] {
  if (status === 'REVOKED') return ['REVOKED', 'PENDING']
  return status === 'PENDING' ? [] : [status]
}

/** Does to the access what was decided; what has ended by itself meanwhile can only be left or revoked. */
async function carryOut(
  transaction: Transaction<Tables>,
  item: CampaignItem,
  input: DecideItemInput,
  context: AccessContext,
): Promise<void> {
  const { decision, coordinates = null, until = null } = input
  if (decision !== 'REDUCE' && (coordinates !== null || until !== null)) {
    throw invalid('input', 'may have `coordinates` and `until` only with `REDUCE`')
  }
  if (decision === 'REDUCE' && coordinates === null && until === null) {
    throw invalid('input', 'must say with `coordinates` or `until` what stays')
  }
  if (decision === 'KEEP') return
  if (item.kind === 'GRANT') await changeGrant(transaction, item, input, context)
  else await changeAssignment(transaction, item, input, context)
}

async function changeGrant(
  transaction: Transaction<Tables>,
  { subjectId }: CampaignItem,
  { decision, reason, coordinates, until }: DecideItemInput,
  { caller, now }: AccessContext,
): Promise<void> {
  const store = createGrantStore(transaction)
  if (decision === 'REVOKE') {
    await store.end(subjectId, { to: 'REVOKED', by: caller.id, reason: reason.trim(), now })
    return
  }
  const grant = requireFound(await store.get(subjectId, now), 'Grant', subjectId)
  if (grant.status !== 'ACTIVE') throw ended('Grant', subjectId)
  const kept = coordinates ?? grant.coordinates
  if (kept.length === 0) throw invalid('input.coordinates', 'must leave one; use `REVOKE` to leave none')
  const foreign = kept.find((coordinate) => !grant.coordinates.includes(coordinate))
  if (foreign !== undefined)
    throw invalid('input.coordinates', `names \`${foreign.slice(0, 200)}\`, which the grant does not open`)
  const expiresAt = requireEarlier(until, grant.expiresAt, now) ?? grant.expiresAt
  if (kept.length === grant.coordinates.length && expiresAt.getTime() === grant.expiresAt.getTime()) {
    throw invalid('input', 'takes nothing away; use `KEEP`')
  }
  requireChanged(await store.narrow(subjectId, { coordinates: kept, expiresAt }, now), 'Grant', {
    id: subjectId,
    expectedVersion: grant.version,
  })
}

/** An assignment that ends earlier is a new one in the place of the old, so that both can still be seen. */
async function changeAssignment(
  transaction: Transaction<Tables>,
  item: CampaignItem,
  { decision, coordinates = null, until }: DecideItemInput,
  { caller, now, services }: AccessContext,
): Promise<void> {
  const { subjectId } = item
  const store = createAssignmentStore(transaction)
  if (coordinates !== null) throw invalid('input.coordinates', 'can be given for a grant only')
  const assignment = await store.end(subjectId, caller.id, now)
  if (decision === 'REVOKE') return
  if (assignment === null) throw ended('Assignment', subjectId)
  const validUntil = requireEarlier(until, assignment.validUntil, now)
  if (validUntil === null) throw invalid('input.until', 'must say when the role ends')
  const { agentId, roleKey } = assignment
  const rest = { validFrom: now, validUntil, assignedAt: now, assignedBy: caller.id }
  const id = services.world.newId()
  await store.add({ id, agentId, roleKey, ...rest })
  // Another campaign that asks about the same role goes on to ask: its silence ends what stands in the old one's place.
  await createCampaignStore(transaction).follow(item, { assignmentId: id, endsAt: validUntil })
}

function requireEarlier(until: string | null | undefined, present: Date | null, now: Date): Date | null {
  if (until === null || until === undefined) return null
  const time = new Date(until)
  if (time > now && (present === null || time <= present)) return time
  const end = present === null ? '' : ` and \`${present.toISOString()}\`, its present end`
  throw invalid('input.until', present === null ? 'must lie in the future' : `must lie between now${end}`)
}

function ended(entity: string, id: string) {
  return refusal('ILLEGAL_TRANSITION', `The ${entity} \`${id}\` has ended already; it can only be kept or revoked.`, {
    id,
    legal: ['KEPT', 'REVOKED'],
  })
}
