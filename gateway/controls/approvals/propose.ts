/** From an exchange that waits for people to a request that can be stored: act, records, stages, and what people are shown. */
import type { LedgerReader } from '../../../storage/stores/ledger.ts'
import type {
  ApprovalRequest,
  PreviewRead,
  StoredAsk,
  StoredCaller,
} from '../../../storage/stores/approvals/request.ts'
import type { NewApproval } from '../../../storage/stores/approvals/proposals.ts'
import { type ChosenApproval, chooseApproval } from '../../../policies/engine/approval-policies.ts'
import { agentsBehind, type Caller } from '../../../lib/caller.ts'
import type { DecidedExchange } from '../decided.ts'
import { type Act, type ActRoot, actionHash, likenessHash, previewHash, repeatHash } from './act.ts'
import { amendableOf } from './amend-document.ts'
import { previewOf } from './preview.ts'
import { type AskAs, type ReadTarget, readTargets } from './read-targets.ts'
import { targetsOf } from './targets.ts'

/** Reads shown to people, at most, and how far back. */
const readsShown = 10
const readsWithinMs = 24 * 3_600_000

export interface ProposalParts {
  readonly ask: AskAs
  readonly ledger: Pick<LedgerReader, 'trail'>
  /** The people who answer for these agents. */
  readonly ownersOf: (agents: readonly string[]) => Promise<readonly string[]>
}

/** What wants a person in an exchange: what was decided now, and what wanted one before the act was amended. */
export function asksOf(
  { decision }: DecidedExchange,
  amended: Pick<ApprovalRequest, 'asked'> | null,
): readonly StoredAsk[] {
  const now = decision.outcome === 'ask' ? decision.asked.map((ask): StoredAsk => storedAsk(ask)) : []
  const before = (amended?.asked ?? []).filter((ask) => !now.some((each) => isSameAsk(each, ask)))
  return [...now, ...before]
}

/** Whether two asks are the same question to the same people. */
export function isSameAsk(one: StoredAsk, other: StoredAsk): boolean {
  return one.coordinate === other.coordinate && one.approvers === other.approvers && one.source === other.source
}

/** The stages under which these asks are decided; null when nothing asks. */
export function stagesFor(
  asks: readonly StoredAsk[],
  { revision }: Pick<DecidedExchange, 'revision'>,
): ChosenApproval | null {
  return chooseApproval(asks, revision.approvals, (coordinate) => revision.index.fields.get(coordinate)?.effect ?? null)
}

/** Reads the records of an act as the role of its first stage may. */
export function readRecords(
  act: Act,
  role: string,
  { revision }: Pick<DecidedExchange, 'revision'>,
  now: Date,
  ask: AskAs,
): Promise<readonly ReadTarget[]> {
  const inputTypeOf = ({ path }: { readonly path: string }) => {
    const root = act.roots.find((each) => each.path === path)
    const field = root === undefined ? undefined : revision.index.fields.get(root.coordinate)
    return field?.args.find(({ name }) => name === 'input')?.typeName ?? null
  }
  const targets = targetsOf(act.roots, revision.index, revision.approvals)
  return readTargets({ targets, inputTypeOf, role, revision, now, ask })
}

export interface Proposal {
  readonly exchange: DecidedExchange
  readonly act: Act
  readonly asked: readonly StoredAsk[]
  readonly chosen: ChosenApproval
  readonly targets: readonly ReadTarget[]
  readonly amended: ApprovalRequest | null
}

/** The request as it is stored. */
export async function newApproval(
  { exchange, act, asked, chosen, targets, amended }: Proposal,
  { ledger, ownersOf }: ProposalParts,
  { id, now }: { readonly id: string; readonly now: Date },
): Promise<NewApproval> {
  const { caller, revision, requestId, wishes } = exchange
  const amendable = amendableOf(act, (root: ActRoot) => revision.approvals.amendable[root.coordinate] ?? [])
  const preview = previewOf({
    roots: act.roots,
    targets,
    asked,
    readBefore: await readBefore(ledger, caller, now),
    quotation: amended?.preview.quotation ?? wishes.justification,
    amendable,
    index: revision.index,
  })
  const records = targets.map(({ target }) => target)
  const [first] = chosen.stages
  return {
    id,
    initiator: caller.id,
    caller: storedCaller(caller),
    excluded: [...new Set([...(await excludedFrom(caller, ownersOf)), ...earlierAmenders(amended)])],
    actionHash: actionHash(act, records),
    repeatHash: repeatHash(act),
    likenessHash: likenessHash(act),
    groupKey: groupKey(
      act.roots,
      records.map(({ type }) => type),
    ),
    operationName: act.operationName,
    document: act.document,
    variables: act.variables,
    policyRevision: revision.id,
    asked,
    terms: chosen.terms,
    stages: chosen.stages,
    deadline: new Date(now.getTime() + (first?.pendingSeconds ?? 0) * 1000),
    targets: records,
    preview,
    previewHash: previewHash(preview),
    requestId,
    amends: amended?.id ?? null,
    amendedBy: amended?.amendment?.by ?? null,
  }
}

/** Nobody who asked, takes part, or answers for an agent that does. */
export async function excludedFrom(caller: Caller, ownersOf: ProposalParts['ownersOf']): Promise<readonly string[]> {
  const chain = [caller.id, caller.clientId, ...caller.actors.map(({ id }) => id)]
  const behalf = caller.onBehalfOf === null ? [] : [caller.onBehalfOf]
  return [...new Set([...chain, ...behalf, ...(await ownersOf(agentsBehind(caller)))])]
}

/** Whoever changed the act before its last change decides no more: the last one only needs somebody beside him. */
function earlierAmenders(amended: ApprovalRequest | null): readonly string[] {
  if (amended === null) return []
  return amended.amendedBy === null ? amended.excluded : [...amended.excluded, amended.amendedBy]
}

async function readBefore(
  ledger: Pick<LedgerReader, 'trail'>,
  { id }: Caller,
  now: Date,
): Promise<readonly PreviewRead[]> {
  const { items } = await ledger.trail(id, { limit: 3 * readsShown, since: new Date(now.getTime() - readsWithinMs) })
  return items
    .filter(({ operation, result }) => operation.kind === 'query' && Object.keys(result?.delivered ?? {}).length > 0)
    .slice(0, readsShown)
    .map(({ requestId, at, operation, result }) => ({
      requestId,
      at,
      operation: operation.name,
      coordinates: Object.keys(result?.delivered ?? {}).slice(0, 20),
    }))
}

function storedAsk({
  lineage,
  ...ask
}: Extract<DecidedExchange['decision'], { outcome: 'ask' }>['asked'][number]): StoredAsk {
  return { ...ask, lineage: lineage.map((read) => ({ ...read, at: read.at.toISOString() })) }
}

function storedCaller({ grants: _grants, ...caller }: Caller): StoredCaller {
  return caller
}

function groupKey(roots: readonly ActRoot[], types: readonly string[]): string {
  const mutations = [...new Set(roots.map(({ coordinate }) => coordinate))].toSorted()
  return `${mutations.join(' ')} ${[...new Set(types)].toSorted().join(' ')}`.trim().slice(0, 500)
}
