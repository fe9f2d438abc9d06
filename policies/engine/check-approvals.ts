/** Checks the policies of approvals: a stage that nobody can decide would let an act wait for ever, or be decided by nobody. */
import type { Coordinate } from '../../lib/labels.ts'
import type { ContractIndex } from '../../schema/contract.ts'
import { type ApprovalPolicies, type ApprovalPolicy, secondsOf, type StagePolicy } from './approval-policies.ts'
import { suggestion } from './check-rule.ts'
import type { RoleDefinition } from './revision.ts'
import type { PolicyProblem } from './types.ts'

/** Whoever decides must hold it; `policies/governance.ts` asks for it. */
const decidingScope = 'approval:decide'

interface Surroundings {
  readonly roles: readonly RoleDefinition[]
  readonly scopes: ReadonlySet<string>
  readonly index: ContractIndex
}

/** Every problem of the policies of approvals. */
export function checkApprovals(approvals: ApprovalPolicies, around: Surroundings): readonly PolicyProblem[] {
  const { policies, amendable, targets } = approvals
  const keys = policies.map(({ key }) => key)
  const last = policies.at(-1)
  return [
    ...policies.flatMap((policy, position) => [
      ...checkPolicy(policy, around),
      ...(keys.indexOf(policy.key) === position
        ? []
        : [problem(`The policy \`${policy.key}\` is defined twice.`, 'Give one of the two another key.')]),
    ]),
    ...(last !== undefined && Object.keys(last.when).length === 0
      ? []
      : [problem('No policy is for everything.', 'End the list with one whose `when` is empty.')]),
    ...Object.entries(amendable).flatMap(([coordinate, pointers]) =>
      checkAmendable(coordinate as Coordinate, pointers ?? [], around.index),
    ),
    ...Object.entries(targets).flatMap(([coordinate, target]) => {
      if (!around.index.fields.has(coordinate as Coordinate)) return [unknownMutation(coordinate, around.index)]
      if (target == null || around.index.fields.has(`Query.${target.query}`)) return []
      return [
        problem(`\`${coordinate}\` is read by \`Query.${target.query}\`, which does not exist.`, 'Correct the name.'),
      ]
    }),
  ]
}

function checkPolicy(
  { key, when, stages, delegableTo, useWithin, authenticatedWithin }: ApprovalPolicy,
  around: Surroundings,
) {
  const people = new Map(around.roles.filter(({ kind }) => kind === 'person').map((role) => [role.key, role]))
  const named = [
    ...stages.flatMap(({ candidates, onExpiry }) => [
      ...(candidates === 'asked' ? [] : [candidates]),
      ...(onExpiry === 'DENY' ? [] : [onExpiry.escalateTo]),
    ]),
    ...delegableTo,
    ...(when.approvers ?? []),
  ]
  return [
    ...[...new Set(named)].flatMap((role) => checkRole(key, role, people, around)),
    ...(when.coordinates ?? [])
      .filter((coordinate) => !around.index.fields.has(coordinate))
      .map((coordinate) => unknownMutation(coordinate, around.index)),
    ...stages.flatMap((stage) => checkStage(key, stage)),
    ...[useWithin, authenticatedWithin]
      .filter((span) => Number.isNaN(secondsOf(span)))
      .map((span) => problem(`The policy \`${key}\` has the span \`${span}\`.`, 'Write it as `10m`, `24h` or `7d`.')),
  ]
}

function checkRole(
  key: string,
  role: string,
  people: ReadonlyMap<string, RoleDefinition>,
  { scopes }: Surroundings,
): readonly PolicyProblem[] {
  const found = people.get(role)
  if (found === undefined) {
    return [
      problem(
        `The policy \`${key}\` names \`${role}\`, which is no role for people.`,
        `Correct the name${suggestion(role, new Set(people.keys()))}.`,
      ),
    ]
  }
  if (!scopes.has(decidingScope) || found.scopes.includes(decidingScope)) return []
  return [
    problem(
      `The policy \`${key}\` lets holders of \`${role}\` decide, who may not.`,
      `Give the role the scope \`${decidingScope}\` in policies/roles/${role}.ts.`,
    ),
  ]
}

function checkStage(key: string, { quorum, rejections = 1, maxPendingFor }: StagePolicy): readonly PolicyProblem[] {
  const whole = [quorum, rejections].every((count) => Number.isInteger(count) && count >= 1 && count <= 10)
  return [
    ...(whole
      ? []
      : [problem(`A stage of \`${key}\` asks for ${String(quorum)} approvals.`, 'Ask for 1 to 10 people.')]),
    ...(Number.isNaN(secondsOf(maxPendingFor))
      ? [problem(`A stage of \`${key}\` may be pending for \`${maxPendingFor}\`.`, 'Write it as `10m`, `24h` or `7d`.')]
      : []),
  ]
}

function checkAmendable(
  coordinate: Coordinate,
  pointers: readonly string[],
  index: ContractIndex,
): readonly PolicyProblem[] {
  const field = index.fields.get(coordinate)
  if (field === undefined) return [unknownMutation(coordinate, index)]
  return pointers.flatMap((pointer) => {
    const [root = '', ...rest] = pointer.split('/').slice(1)
    let named = pointer.startsWith('/') ? field.args.find(({ name }) => name === root) : undefined
    for (const name of rest) {
      const inputs = named === undefined ? [] : (index.types.get(named.typeName)?.inputFields ?? [])
      named = inputs.find((input) => input.name === name)
    }
    const forbidden = ['idempotencyKey', 'expectedVersion', 'id'].includes(rest.at(-1) ?? root)
    if (named !== undefined && !forbidden) return []
    return [
      problem(
        `\`${pointer}\` is no argument of \`${coordinate}\` that could be amended.`,
        'Name one as `/input/amount`; which record is meant, and its version, nobody amends.',
      ),
    ]
  })
}

function unknownMutation(coordinate: string, index: ContractIndex): PolicyProblem {
  const known = new Set([...index.fields.keys()].filter((each) => each.startsWith('Mutation.')))
  return problem(`\`${coordinate}\` is not in the contracts.`, `Correct the name${suggestion(coordinate, known)}.`)
}

function problem(message: string, mend: string): PolicyProblem {
  return { where: 'policies/approvals.ts', coordinate: null, message, mend }
}
