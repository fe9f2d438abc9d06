/** Registers pilots, also those that the gateway met, and corrects what is said about them. */
import type { Transaction } from 'kysely'
import { refusal } from '../../../lib/errors.ts'
import {
  countPilots,
  findPilot,
  findPilotsByKey,
  insertPilot,
  naturalKey,
  stepPilot,
  updatePilotFacts,
  type Pilot,
  type PilotFacts,
} from '../../../storage/stores/pilots.ts'
import type { Tables } from '../../../storage/tables.ts'
import { requireStep, requireVersion } from '../../acts.ts'
import { invalid } from '../../inputs.ts'
import { type ActInput, actOnce } from './act-once.ts'
import { readChangedFacts, readFacts, type PilotInput } from './pilot-inputs.ts'
import { editableStages, stageSteps } from './pilot-stages.ts'
import { refreshFindings } from './refresh-findings.ts'
import type { InventoryResolver } from './services.ts'

/** More pilots than any company tries out; each act compares with all of them. */
export const mostPilots = 10_000

interface ExistingPilot extends ActInput {
  readonly id: string
  readonly expectedVersion: number
}

/** Resolves `Mutation.registerPilot`. */
export const registerPilot: InventoryResolver<{
  readonly input: ActInput &
    PilotInput & { readonly discovered?: { readonly id: string; readonly expectedVersion: number } | null }
}> = (_source, { input }, context) =>
  actOnce(context, 'registerPilot', input, async (transaction) => {
    const { caller, now, services } = context
    const sign = { by: caller.id, at: now }
    const facts = readFacts(input)
    const { discovered } = input
    const id = discovered?.id ?? services.world.newId()
    await requireFreeName(transaction, facts, id)
    const pilot = discovered
      ? await registerDiscovered(transaction, discovered, facts, sign)
      : await enter(transaction, { ...facts, id }, sign)
    await refreshFindings(transaction, services, now, [id])
    return { pilot }
  })

/** Resolves `Mutation.updatePilot`. */
export const updatePilot: InventoryResolver<{ readonly input: ExistingPilot & PilotInput }> = (
  _source,
  { input },
  context,
) =>
  actOnce(context, 'updatePilot', input, async (transaction) => {
    const { caller, now, services } = context
    const current = requireVersion(await findPilot(transaction, input.id), 'Pilot', input)
    requireEditable(current)
    const facts = readChangedFacts(current, input)
    await requireFreeName(transaction, facts, current.id)
    const pilot = await updatePilotFacts(transaction, current, facts, { by: caller.id, at: now })
    await refreshFindings(transaction, services, now, [current.id])
    return { pilot }
  })

/** Passes where people may still correct what is said. @throws `ILLEGAL_TRANSITION` */
export function requireEditable({ id, stage }: Pilot): void {
  if (editableStages.includes(stage)) return
  const choice = editableStages.map((one) => `\`${one}\``).join(', ')
  throw refusal(
    'ILLEGAL_TRANSITION',
    `The Pilot \`${id}\` is \`${stage}\`; what is said about it can be changed while it is ${choice}.`,
    { id, from: stage, to: stage, legal: stageSteps[stage] },
  )
}

/** Passes while the inventory has room for so many more. @throws `INVALID_INPUT` */
export async function requireRoom(transaction: Transaction<Tables>, more: number): Promise<void> {
  const known = await countPilots(transaction)
  if (known + more <= mostPilots) return
  throw invalid('input', `would bring the inventory to ${known + more} pilots; it holds ${mostPilots}`)
}

async function enter(
  transaction: Transaction<Tables>,
  facts: PilotFacts & { readonly id: string },
  sign: { readonly by: string; readonly at: Date },
): Promise<Pilot> {
  await requireRoom(transaction, 1)
  return await insertPilot(transaction, { ...facts, stage: 'REGISTERED', discoveredBy: 'MANUAL' }, sign)
}

/** Says what a discovered pilot is, and takes it in. */
async function registerDiscovered(
  transaction: Transaction<Tables>,
  discovered: { readonly id: string; readonly expectedVersion: number },
  facts: PilotFacts,
  sign: { readonly by: string; readonly at: Date },
): Promise<Pilot | null> {
  const { id } = discovered
  const current = requireVersion(await findPilot(transaction, id), 'Pilot', discovered)
  requireStep(stageSteps, current.stage, 'REGISTERED', { entity: 'Pilot', id })
  const told = await updatePilotFacts(transaction, current, facts, sign)
  return told && (await stepPilot(transaction, told, 'REGISTERED', sign))
}

/** Name and department are what people and imports know a pilot by. */
async function requireFreeName(transaction: Transaction<Tables>, facts: PilotFacts, id: string): Promise<void> {
  const key = naturalKey(facts)
  const holder = (await findPilotsByKey(transaction, [key])).get(key)
  if (holder === undefined || holder.id === id) return
  throw refusal(
    'INVALID_INPUT',
    `The department \`${facts.department}\` has a pilot \`${holder.name}\` already, with the id \`${holder.id}\`.`,
    { argument: 'input.name', id: holder.id },
  )
}
