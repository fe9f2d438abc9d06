/**
 * What a change of a role means: whether it opens anything that its approved version does not, and what holds while that has not
 * been approved. Pure; the store keeps the versions, and the gateway asks here what an agent may rely on.
 */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { AutonomyLevel, BudgetLimit, RoleDefinition } from './revision.ts'

/** One member of a definition that differs; null where it is not there. */
export interface RoleChange {
  readonly member: string
  /** As JSON. */
  readonly before: string | null
  readonly after: string | null
}

/** SHA-256 of a definition in canonical form (RFC 8785), base64url. */
export function roleChecksum(role: RoleDefinition): string {
  return createHash('sha256').update(canonical(role)).digest('base64url')
}

/** What `after` opens beyond `before`, a sentence each; empty where it only narrows, or changes what opens nothing. */
export function widenings(before: RoleDefinition, after: RoleDefinition): readonly string[] {
  return [
    ...added(before.scopes, after.scopes).map((scope) => `adds the scope \`${scope}\``),
    ...added(before.purposes, after.purposes).map((purpose) => `adds the purpose \`${purpose}\``),
    ...added(before.workflows, after.workflows).map((workflow) => `adds the workflow \`${workflow}\``),
    ...(levelOf(after) > levelOf(before)
      ? [`raises the autonomy from ${String(levelOf(before))} to ${String(levelOf(after))}`]
      : []),
    ...(before.supervisor !== undefined && before.supervisor !== after.supervisor
      ? [`takes the decision from \`${before.supervisor}\``]
      : []),
    ...(before.proofOfPossession === 'required' && after.proofOfPossession !== 'required'
      ? ['drops the proof of possession']
      : []),
    ...loosened('budget', before.budgets, after.budgets),
    ...loosened('shared budget', before.sharedBudgets, after.sharedBudgets),
    ...loosened('task budget', before.taskBudgets, after.taskBudgets),
  ]
}

/** What both definitions allow, under the words of `file`: no more than either gives, bound by what either demands. */
export function narrowRole(file: RoleDefinition, approved: RoleDefinition): RoleDefinition {
  const {
    autonomy: _autonomy,
    supervisor: _supervisor,
    budgets: _own,
    sharedBudgets: _shared,
    taskBudgets: _task,
    ...rest
  } = file
  const supervisor = approved.supervisor ?? file.supervisor
  const budgets = tightest(file.budgets, approved.budgets)
  const sharedBudgets = tightest(file.sharedBudgets, approved.sharedBudgets)
  const taskBudgets = tightest(file.taskBudgets, approved.taskBudgets)
  const bound = file.proofOfPossession === 'required' || approved.proofOfPossession === 'required'
  return {
    ...rest,
    scopes: shared(file.scopes, approved.scopes),
    purposes: shared(file.purposes, approved.purposes),
    autonomy: Math.min(levelOf(file), levelOf(approved)) as AutonomyLevel,
    ...(supervisor === undefined ? {} : { supervisor }),
    ...(bound ? { proofOfPossession: 'required' } : {}),
    ...(budgets.length === 0 ? {} : { budgets }),
    ...(sharedBudgets.length === 0 ? {} : { sharedBudgets }),
    ...(taskBudgets.length === 0 ? {} : { taskBudgets }),
    ...(file.workflows === undefined ? {} : { workflows: shared(file.workflows, approved.workflows) }),
  }
}

/** A version of a role that people let into force, as it is stored. */
export interface ApprovedRole {
  readonly checksum: string
  readonly definition: object
}

/**
 * The roles that hold: each role for agents cut to what its approved version gives, and left out where it has none. The same map
 * where that changes nothing.
 */
export function governRoles(
  roles: ReadonlyMap<string, RoleDefinition>,
  approved: ReadonlyMap<string, ApprovedRole>,
): ReadonlyMap<string, RoleDefinition> {
  const governed = new Map<string, RoleDefinition>()
  let changed = false
  for (const [key, role] of roles) {
    const version = role.kind === 'agent' ? approved.get(key) : null
    if (version === null || version?.checksum === roleChecksum(role)) {
      governed.set(key, role)
      continue
    }
    changed = true
    if (version) governed.set(key, narrowRole(role, definitionOf(version)))
  }
  return changed ? governed : roles
}

/** The definition in a stored version. INVARIANT: it was a role of a loaded revision when it was taken in. */
export function definitionOf({ definition }: Pick<ApprovedRole, 'definition'>): RoleDefinition {
  return definition as RoleDefinition
}

/** What differs between two definitions, member by member; everything where there is none before. */
export function roleChanges(before: RoleDefinition | null, after: RoleDefinition): readonly RoleChange[] {
  const old = membersOf(before)
  const fresh = membersOf(after)
  return [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap((member) => {
    const change = { member, before: old.get(member) ?? null, after: fresh.get(member) ?? null }
    return change.before === change.after ? [] : [change]
  })
}

function membersOf(role: RoleDefinition | null): ReadonlyMap<string, string> {
  return new Map(Object.entries(role ?? {}).map(([member, value]) => [member, canonical(value)]))
}

function canonical(value: unknown): string {
  return canonicalize(value) ?? 'null'
}

/** A role that says nothing lets its agents suggest. */
function levelOf({ autonomy = 0 }: RoleDefinition): AutonomyLevel {
  return autonomy
}

function added(before: readonly string[] = [], after: readonly string[] = []): readonly string[] {
  return after.filter((item) => !before.includes(item))
}

function shared(one: readonly string[], other: readonly string[] = []): readonly string[] {
  return one.filter((item) => other.includes(item))
}

function loosened(
  word: string,
  before: readonly BudgetLimit[] = [],
  after: readonly BudgetLimit[] = [],
): readonly string[] {
  const limits = new Map(after.map((budget) => [nameOf(budget), budget]))
  return before.flatMap((budget) => {
    const left = limits.get(nameOf(budget))
    if (left === undefined) return [`drops the ${word} ${nameOf(budget)}`]
    if (left.limit > budget.limit) {
      return [`raises the ${word} ${nameOf(budget)} from ${String(budget.limit)} to ${String(left.limit)}`]
    }
    if (budget.onBreach !== undefined && left.onBreach === undefined) {
      return [`drops what a breach of the ${word} ${nameOf(budget)} does`]
    }
    return []
  })
}

/** Every limit of either, the lower one where both have it. */
function tightest(one: readonly BudgetLimit[] = [], other: readonly BudgetLimit[] = []): readonly BudgetLimit[] {
  const limits = new Map<string, BudgetLimit>()
  for (const budget of [...one, ...other]) {
    const known = limits.get(nameOf(budget))
    const onBreach = known?.onBreach ?? budget.onBreach
    limits.set(nameOf(budget), {
      ...budget,
      limit: Math.min(budget.limit, known?.limit ?? Infinity),
      ...(onBreach === undefined ? {} : { onBreach }),
    })
  }
  return [...limits.values()]
}

function nameOf({ measure, per, currency }: BudgetLimit): string {
  return `\`${measure}\` per ${per}${currency === undefined ? '' : ` in ${currency}`}`
}
