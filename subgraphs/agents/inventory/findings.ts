/** What people do with findings: look for them, confirm, dismiss, and say how a confirmed one was resolved. */
import type { Transaction } from 'kysely'
import {
  findFinding,
  stepFinding,
  type FindingState,
  type Resolution,
} from '../../../storage/stores/duplicate-findings.ts'
import { findPilots } from '../../../storage/stores/pilots.ts'
import type { Tables } from '../../../storage/tables.ts'
import { requireStep, requireVersion } from '../../acts.ts'
import type { SubgraphContext } from '../../context.ts'
import { invalid } from '../../inputs.ts'
import { type ActInput, actOnce } from './act-once.ts'
import { findingSteps } from './finding-states.ts'
import { readReason } from './pilot-inputs.ts'
import { findingNode } from './pilot-shapes.ts'
import { refreshFindings } from './refresh-findings.ts'
import type { InventoryResolver, InventoryServices } from './services.ts'

interface ExistingFinding extends ActInput {
  readonly id: string
  readonly expectedVersion: number
  readonly reason: string
}

/** Resolves `Mutation.detectDuplicates`: compares every pilot with every other. */
export const detectDuplicates: InventoryResolver<{ readonly input: ActInput }> = (_source, { input }, context) =>
  actOnce(context, 'detectDuplicates', input, async (transaction) => ({
    detection: await refreshFindings(transaction, context.services, context.now),
  }))

/** Resolves `Mutation.confirmDuplicate`. */
export const confirmDuplicate: InventoryResolver<{ readonly input: ExistingFinding }> = (_source, { input }, context) =>
  actOnce(context, 'confirmDuplicate', input, (transaction) => step(transaction, context, input, 'CONFIRMED'))

/** Resolves `Mutation.dismissDuplicate`. */
export const dismissDuplicate: InventoryResolver<{ readonly input: ExistingFinding }> = (_source, { input }, context) =>
  actOnce(context, 'dismissDuplicate', input, (transaction) => step(transaction, context, input, 'DISMISSED'))

/** Resolves `Mutation.resolveDuplicate`. */
export const resolveDuplicate: InventoryResolver<{
  readonly input: ExistingFinding & { readonly resolution: Resolution }
}> = (_source, { input }, context) =>
  actOnce(context, 'resolveDuplicate', input, (transaction) => {
    if (input.resolution === 'MERGE') {
      throw invalid('input.resolution', 'cannot be `MERGE` here: merge one pilot into the other with `mergePilot`')
    }
    return step(transaction, context, input, 'RESOLVED', input.resolution)
  })

async function step(
  transaction: Transaction<Tables>,
  { caller, now }: SubgraphContext<InventoryServices>,
  input: ExistingFinding,
  to: FindingState,
  resolution: Resolution | null = null,
) {
  const { id } = input
  const reason = readReason(input.reason)
  const current = requireVersion(await findFinding(transaction, id), 'DuplicateFinding', input)
  requireStep(findingSteps, current.state, to, { entity: 'DuplicateFinding', id })
  // INVARIANT: the inventory's lock is held, so the row is the one that was read.
  const finding =
    (await stepFinding(transaction, current, to, { by: caller.id, at: now, reason, resolution })) ?? current
  return { finding: findingNode(finding, await findPilots(transaction, [finding.a, finding.b])) }
}
