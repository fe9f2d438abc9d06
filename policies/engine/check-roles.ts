/** Checks the roles and the registry of scopes: a role that names what does not exist would grant nothing, in silence. */
import { checkBudgets } from './check-budgets.ts'
import { suggestion } from './check-rule.ts'
import type { PolicySet, RoleDefinition } from './revision.ts'
import type { PolicyProblem } from './types.ts'

const kinds: ReadonlySet<string> = new Set(['agent', 'person', 'service'])

/** Every problem of roles and scopes. The names that a supergraph gave its scopes are as they are. */
export function checkRoles(
  { roles, scopes, purposes }: PolicySet,
  demanded: ReadonlySet<string>,
): readonly PolicyProblem[] {
  const scopeNames = new Set(Object.keys(scopes))
  const purposeNames = new Set(Object.keys(purposes))
  const keys = roles.map((role) => role.key)
  return [
    ...roles.flatMap((role, position) => [
      ...checkRole(role, scopeNames, purposeNames),
      ...checkAutonomy(role, roles),
      ...checkBudgets(role).map(({ message, mend }) => problem(role, message, mend)),
      ...(keys.indexOf(role.key) === position
        ? []
        : [problem(role, `The role \`${role.key}\` is defined twice.`, 'Give one of the two another key.')]),
    ]),
    ...[...scopeNames]
      .filter((scope) => !demanded.has(scope) && !/^[a-z][a-z-]*(?::[a-z-]+)+$/u.test(scope))
      .map((scope) => ({
        where: 'policies/scopes.ts',
        coordinate: null,
        message: `\`${scope}\` is not the name of a scope.`,
        mend: 'Write it in lower case with colons, like `crm:case:write`.',
      })),
    ...Object.entries(scopes).flatMap(([name, { decidedBy }]) => checkDecider(name, decidedBy, roles)),
  ]
}

function checkRole(
  role: RoleDefinition,
  scopes: ReadonlySet<string>,
  purposes: ReadonlySet<string>,
): readonly PolicyProblem[] {
  const unknownScopes = role.scopes.filter((scope) => !scopes.has(scope))
  const unknownPurposes = role.purposes.filter((purpose) => !purposes.has(purpose))
  return [
    ...(kinds.has(role.kind)
      ? []
      : [
          problem(
            role,
            `The role \`${role.key}\` has the unknown kind \`${role.kind}\`.`,
            'Write agent, person or service.',
          ),
        ]),
    ...unknownScopes.map((scope) =>
      problem(
        role,
        `The role \`${role.key}\` names the scope \`${scope}\`, which is not in policies/scopes.ts.`,
        `Correct the name${suggestion(scope, scopes)}, or add the scope.`,
      ),
    ),
    ...unknownPurposes.map((purpose) =>
      problem(
        role,
        `The role \`${role.key}\` names the purpose \`${purpose}\`, which is not in policies/purposes.ts.`,
        `Correct the name${suggestion(purpose, purposes)}, or add the purpose.`,
      ),
    ),
  ]
}

/** An agent's role says how much its holders decide, and who decides the rest. */
function checkAutonomy(role: RoleDefinition, roles: readonly RoleDefinition[]): readonly PolicyProblem[] {
  const { key, kind, autonomy, supervisor } = role
  if (kind !== 'agent') {
    if (autonomy === undefined && supervisor === undefined) return []
    const message = `The role \`${key}\` is not for agents and names \`${autonomy === undefined ? 'supervisor' : 'autonomy'}\`.`
    return [problem(role, message, 'Leave it out: people and services decide for themselves.')]
  }
  if (autonomy === undefined || ![0, 1, 2, 3].includes(autonomy)) {
    const mend = 'Add `autonomy`: 0 suggests, 1 acts with approval, 2 acts within limits, 3 acts and reports.'
    return [problem(role, `The role \`${key}\` does not say how much its agents decide.`, mend)]
  }
  if (supervisor === undefined) {
    if (autonomy === 0 || autonomy === 3) return []
    const mend = 'Add `supervisor` with the key of a role for people.'
    return [problem(role, `The role \`${key}\` has autonomy ${String(autonomy)} and nobody who approves.`, mend)]
  }
  const people = peopleOf(roles)
  if (people.has(supervisor)) return []
  return [
    problem(
      role,
      `The role \`${key}\` names the supervisor \`${supervisor}\`, which is no role for people.`,
      `Correct the name${suggestion(supervisor, people)}.`,
    ),
  ]
}

/** Requests for a scope are decided by people, or by nobody. */
function checkDecider(
  scope: string,
  decidedBy: string | undefined,
  roles: readonly RoleDefinition[],
): readonly PolicyProblem[] {
  const people = peopleOf(roles)
  if (decidedBy === undefined || people.has(decidedBy)) return []
  return [
    {
      where: 'policies/scopes.ts',
      coordinate: null,
      message: `Requests for the scope \`${scope}\` are decided by \`${decidedBy}\`, which is no role for people.`,
      mend: `Correct the name${suggestion(decidedBy, people)}.`,
    },
  ]
}

function peopleOf(roles: readonly RoleDefinition[]): ReadonlySet<string> {
  return new Set(roles.filter(({ kind }) => kind === 'person').map(({ key }) => key))
}

function problem(role: RoleDefinition, message: string, mend: string): PolicyProblem {
  return { where: `policies/roles/${role.key}.ts`, coordinate: null, message, mend }
}
