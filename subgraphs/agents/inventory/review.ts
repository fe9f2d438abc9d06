/** Takes a pilot through its review: start, decide, and carry the decision out by merging, retiring or promoting it. */
import type { Transaction } from 'kysely'
import { findingBetween, stepFinding } from '../../../storage/stores/duplicate-findings.ts'
import { findPilot, stepPilot, type Pilot, type PilotStage } from '../../../storage/stores/pilots.ts'
import type { Tables } from '../../../storage/tables.ts'
import type { AgentEnvironment } from '../../../storage/tables/agents.ts'
import { requireReference, requireStep, requireVersion } from '../../acts.ts'
import { invalid } from '../../inputs.ts'
import type { SubgraphContext } from '../../context.ts'
import { type ActInput, actOnce } from './act-once.ts'
import { readReason } from './pilot-inputs.ts'
import { type PilotDecision, stageSteps } from './pilot-stages.ts'
import { refreshFindings } from './refresh-findings.ts'
import type { InventoryResolver, InventoryServices } from './services.ts'

interface ExistingPilot extends ActInput {
  readonly id: string
  readonly expectedVersion: number
}

type Context = SubgraphContext<InventoryServices>

/** Resolves `Mutation.startPilotReview`. */
export const startPilotReview: InventoryResolver<{ readonly input: ExistingPilot }> = (_source, { input }, context) =>
  actOnce(context, 'startPilotReview', input, async (transaction) => ({
    pilot: await step(transaction, context, input, 'UNDER_REVIEW', null),
  }))

/** Resolves `Mutation.decidePilot`. */
export const decidePilot: InventoryResolver<{
  readonly input: ExistingPilot & { readonly decision: PilotDecision; readonly reason: string }
}> = (_source, { input }, context) =>
  actOnce(context, 'decidePilot', input, async (transaction) => ({
    pilot: await step(transaction, context, input, input.decision, readReason(input.reason)),
  }))

/** Resolves `Mutation.retirePilot`. */
export const retirePilot: InventoryResolver<{ readonly input: ExistingPilot & { readonly reason: string } }> = (
  _source,
  { input },
  context,
) =>
  actOnce(context, 'retirePilot', input, async (transaction) => {
    const pilot = await step(transaction, context, input, 'RETIRED', readReason(input.reason))
    await refreshFindings(transaction, context.services, context.now, [input.id])
    return { pilot }
  })

/** Resolves `Mutation.mergePilot`: what it does goes on in another pilot, and the finding about the two is resolved. */
export const mergePilot: InventoryResolver<{
  readonly input: ExistingPilot & { readonly into: string; readonly reason: string }
}> = (_source, { input }, context) =>
  actOnce(context, 'mergePilot', input, async (transaction) => {
    const { id, into } = input
    const reason = readReason(input.reason)
    if (into === id) throw invalid('input.into', 'is the pilot itself; name the one that stays')
    const survivor = requireReference(await findPilot(transaction, into), 'input.into', into)
    if (survivor.stage === 'MERGED' || survivor.stage === 'RETIRED' || survivor.stage === 'RETIRE') {
      throw invalid('input.into', `names a pilot that is \`${survivor.stage}\`; name one that stays`)
    }
    const pilot = await step(transaction, context, input, 'MERGED', reason, { mergedInto: into })
    await resolveByMerge(transaction, context, id, into, reason)
    await refreshFindings(transaction, context.services, context.now, [id])
    return { pilot }
  })

/** Resolves `Mutation.promotePilot`: the pilot becomes a draft of an agent, with the same person answering for it. */
export const promotePilot: InventoryResolver<{
  readonly input: ExistingPilot & {
    readonly agentId: string
    readonly roleKey: string
    readonly environment: AgentEnvironment
    readonly ownerId?: string | null
  }
}> = (_source, { input }, context) =>
  actOnce(context, 'promotePilot', input, async (transaction) => {
    const { caller, now, services } = context
    const { agentId, roleKey, environment } = input
    if (!/^agent:[a-z0-9][a-z0-9._-]{0,99}$/.test(agentId)) {
      throw invalid('input.agentId', 'must be an agent like `agent:invoice-matcher`')
    }
    const current = requireVersion(await findPilot(transaction, input.id), 'Pilot', input)
    requireStep(stageSteps, current.stage, 'PROMOTED', { entity: 'Pilot', id: input.id })
    const ownerId = input.ownerId ?? current.businessOwner
    if (ownerId === null) throw invalid('input.ownerId', 'is needed: the pilot has no business owner')
    const agent = { id: agentId, name: current.name, description: current.purpose, ownerId, roleKey, environment }
    await services.promoteToAgent(transaction, agent, caller.id, now)
    return { pilot: await step(transaction, context, input, 'PROMOTED', null, { agentId }) }
  })

/** One step of a pilot, checked against the version that the caller has read and against the table. */
async function step(
  transaction: Transaction<Tables>,
  { caller, now }: Context,
  input: ExistingPilot,
  to: PilotStage,
  reason: string | null,
  ends: { readonly mergedInto?: string; readonly agentId?: string } = {},
): Promise<Pilot | null> {
  const current = requireVersion(await findPilot(transaction, input.id), 'Pilot', input)
  requireStep(stageSteps, current.stage, to, { entity: 'Pilot', id: input.id })
  // INVARIANT: the inventory's lock is held, so the row is the one that was read.
  return await stepPilot(transaction, current, to, { by: caller.id, at: now, reason, ...ends })
}

/** To merge two pilots is to say that they did the same work: it confirms the finding about them, and resolves it. */
async function resolveByMerge(
  transaction: Transaction<Tables>,
  { caller, now }: Context,
  id: string,
  into: string,
  reason: string,
): Promise<void> {
  const sign = { by: caller.id, at: now, reason }
  const finding = await findingBetween(transaction, id, into)
  if (finding === null || finding.state === 'RESOLVED' || finding.state === 'DISMISSED') return
  const confirmed = finding.state === 'CONFIRMED' ? finding : await stepFinding(transaction, finding, 'CONFIRMED', sign)
  if (confirmed) await stepFinding(transaction, confirmed, 'RESOLVED', { ...sign, resolution: 'MERGE' })
}
