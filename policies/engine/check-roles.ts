/** Checks the roles and the registry of scopes: a role that names what does not exist would grant nothing, in silence. */
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

function problem(role: RoleDefinition, message: string, mend: string): PolicyProblem {
  return { where: `policies/roles/${role.key}.ts`, coordinate: null, message, mend }
}
