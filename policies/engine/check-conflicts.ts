/** Checks the conflicts of `policies/conflicts.ts` and the roles against them: an exception is written down, with its reason. */
import type { ContractIndex } from '../../schema/contract.ts'
import { suggestion } from './check-rule.ts'
import { type Conflict, conflictsOf } from './conflicts.ts'
import type { PolicySet, RoleDefinition } from './revision.ts'
import type { PolicyProblem } from './types.ts'

/** Every problem of the conflicts, and every role that stands on both sides of one without an exception. */
export function checkConflicts(
  { conflicts = [], roles, scopes }: PolicySet,
  index: ContractIndex,
): readonly PolicyProblem[] {
  const names = new Set(Object.keys(scopes))
  return conflicts.flatMap((conflict) => [
    ...checkSides(conflict, names, index),
    ...roles.flatMap((role) => checkRole(conflict, role)),
    ...Object.entries(conflict.exceptions).flatMap(([key, reason]) => checkException(conflict, key, reason, roles)),
  ])
}

function checkSides({ key, sides }: Conflict, scopes: ReadonlySet<string>, index: ContractIndex): PolicyProblem[] {
  return sides.flatMap((side) => [
    ...side.scopes
      .filter((scope) => !scopes.has(scope))
      .map((scope) =>
        problem(
          `The conflict \`${key}\` names the scope \`${scope}\`, which is not in policies/scopes.ts.`,
          `Correct the name${suggestion(scope, scopes)}.`,
        ),
      ),
    ...(side.coordinates ?? [])
      .filter((coordinate) => !index.fields.has(coordinate))
      .map((coordinate) =>
        problem(`The conflict \`${key}\` names \`${coordinate}\`, which no contract has.`, 'Correct the name.'),
      ),
  ])
}

function checkRole(conflict: Conflict, { key, scopes }: RoleDefinition): PolicyProblem[] {
  if (Object.hasOwn(conflict.exceptions, key) || conflictsOf(scopes, [conflict]).length === 0) return []
  const [one, other] = conflict.sides
  return [
    {
      where: `policies/roles/${key}.ts`,
      coordinate: null,
      message: `The role \`${key}\` may ${one.does} and ${other.does}: ${conflict.reason}.`,
      mend: `Take one of the two away, or write under \`exceptions\` of \`${conflict.key}\` in policies/conflicts.ts what stands in the way of misuse.`,
    },
  ]
}

function checkException(
  conflict: Conflict,
  key: string,
  reason: string,
  roles: readonly RoleDefinition[],
): PolicyProblem[] {
  const role = roles.find((each) => each.key === key)
  if (role === undefined || conflictsOf(role.scopes, [conflict]).length === 0) {
    const message = `The conflict \`${conflict.key}\` excepts the role \`${key}\`, which does not stand on both sides.`
    return [problem(message, 'Delete the exception.')]
  }
  if (reason.trim().length > 0) return []
  return [
    problem(
      `The conflict \`${conflict.key}\` excepts the role \`${key}\` without a reason.`,
      'Say what stands in the way of misuse.',
    ),
  ]
}

function problem(message: string, mend: string): PolicyProblem {
  return { where: 'policies/conflicts.ts', coordinate: null, message, mend }
}
