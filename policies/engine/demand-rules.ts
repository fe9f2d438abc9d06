/**
 * Turns what a supergraph demands by itself (`schema/access-demands.ts`) into rules of the engine, so that its `@requiresScopes` and
 * `@policy` are decided, explained and hidden like every other rule. They are joined by AND to what the policies say.
 */
import type { AccessDemand } from '../../schema/access-demands.ts'
import { suggestion } from './check-rule.ts'
import type { RulePart, Scope } from './revision.ts'
import { groupRule, leafRule, type Rule } from './rule.ts'

/** A rule no caller can pass: for a field that no rule opens. */
export const unruled: Rule = leafRule({
  word: 'unruled',
  title: 'no rule opens it',
  inputs: [],
  read: [],
  check: () => ({ outcome: 'deny', reason: 'no rule opens it', missingScopes: [], certain: true }),
})

const authenticated: Rule = leafRule({
  word: 'authenticated',
  title: '@authenticated',
  inputs: [],
  read: [],
  // The gateway answers nobody else.
  check: () => ({ outcome: 'allow' }),
})

/** A rule, or what is missing to make one. */
type DemandRule = { readonly part: RulePart } | { readonly message: string; readonly mend: string }

/** The rule of one demand; `named` are the rules behind the names of `@policy`. */
export function demandRule(demand: AccessDemand, named: Readonly<Record<string, Rule>>): DemandRule {
  switch (demand.kind) {
    case 'authenticated':
      return { part: { rule: authenticated, because: `@authenticated on ${demand.on}` } }
    case 'scopes': {
      const rule = oneOf(demand.anyOf, scopeRule)
      return { part: { rule, because: `@requiresScopes on ${demand.on}` } }
    }
    case 'policies': {
      const unknown = demand.anyOf.flat().find((name) => !Object.hasOwn(named, name))
      if (unknown !== undefined) {
        return {
          message: `The supergraph demands the policy \`${unknown}\` on \`${demand.on}\`, and no rule has that name.`,
          mend: `Export \`named: { '${unknown}': … }\` with the rule it stands for${suggestion(unknown, new Set(Object.keys(named)))}.`,
        }
      }
      const rule = oneOf(demand.anyOf, (name) => named[name] ?? unruled)
      return { part: { rule, because: `@policy on ${demand.on}` } }
    }
  }
}

/** The scopes that demands name, for the registry: nobody said who grants them, so nobody may ask for them. */
export function demandedScopes(demands: Iterable<readonly AccessDemand[]>): Readonly<Record<string, Scope>> {
  const names = [...demands].flat().flatMap((demand) => (demand.kind === 'scopes' ? demand.anyOf.flat() : []))
  return Object.fromEntries(
    names.map((name) => [
      name,
      { title: 'Demanded by the supergraph', owner: 'the owner of the supergraph', requestable: [] },
    ]),
  )
}

const scopeRules = new Map<string, Rule>()

function scopeRule(scope: string): Rule {
  const known = scopeRules.get(scope)
  if (known) return known
  const rule = leafRule({
    word: 'requiresScope',
    title: `@requiresScopes('${scope}')`,
    inputs: ['authority'],
    read: ['caller.scopes'],
    scopes: [scope],
    check: ({ authority }) =>
      authority.scopes.includes(scope)
        ? { outcome: 'allow' }
        : { outcome: 'deny', reason: `needs the scope \`${scope}\``, missingScopes: [scope], certain: true },
  })
  scopeRules.set(scope, rule)
  return rule
}

/** OR of ANDs; no alternative at all lets nobody through, and neither does an empty one. */
function oneOf(anyOf: readonly (readonly string[])[], ruleOf: (name: string) => Rule): Rule {
  const alternatives = anyOf.map((names) => (names.length === 0 ? unruled : groupRule('all', names.map(ruleOf), null)))
  return alternatives.length === 0 ? unruled : groupRule('any', alternatives, null)
}
