/**
 * What a policies folder elsewhere imports as `mandate/policies`: the vocabulary, for scopes and purposes of its own. The names are
 * checked when the folder is loaded, against what it exports.
 */
import type { PolicySet } from './engine/revision.ts'
import type { Rule } from './engine/rule.ts'
import * as vocabulary from './vocabulary.ts'

export type { FlowPolicy } from './engine/flow-policy.ts'
export type { PolicySet, PolicyTable, RoleDefinition, Scope } from './engine/revision.ts'
export type { Rule } from './engine/rule.ts'
export { defaultFlow } from './engine/flow-policy.ts'
export {
  all,
  any,
  argumentAbsent,
  argumentAtLeast,
  argumentAtMost,
  argumentOneOf,
  askPerson,
  callerIs,
  everyone,
  nobody,
  not,
  ownRecord,
  recordWhere,
  within,
} from './vocabulary.ts'

/** The caller holds the scope, one of those that the folder exports or the supergraph demands. */
export const callerMay = vocabulary.callerMay as (scope: string) => Rule

/** The caller declared one of these purposes, which its roles allow. */
export const forPurpose = vocabulary.forPurpose as (...allowed: readonly [string, ...string[]]) => Rule

/** Holds a folder's policies to their form while they are written: `export const policies = definePolicies({ … })`. */
export function definePolicies<Policies extends Partial<PolicySet> & Omit<PolicySet, 'tables'>>(
  policies: Policies,
): Policies {
  return policies
}
