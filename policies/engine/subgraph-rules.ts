/** The rules of a revision as a subgraph asks them: with the record at hand, field by field, before the resolver runs. */
import { authorityFor, evaluate } from './evaluate.ts'
import type { CompiledRule, PolicyRevision } from './revision.ts'
import { settledVerdicts } from './settled.ts'
import type { SubgraphRule, SubgraphRules } from './types.ts'

/** Hands a revision to the subgraphs. */
export function subgraphRules(revision: PolicyRevision): SubgraphRules {
  const rules = new Map([...revision.rules].map(([coordinate, rule]) => [coordinate, subgraphRule(revision, rule)]))
  return { ruleFor: (coordinate) => rules.get(coordinate) ?? null }
}

function subgraphRule(revision: PolicyRevision, { coordinate, rule, inputs, target }: CompiledRule): SubgraphRule {
  return Object.freeze({
    needsRecord: inputs.has('record'),
    target,
    settled: (caller) => settledVerdicts(revision, authorityFor(caller, coordinate))(coordinate),
    decide: async (record, args, context) =>
      evaluate(rule, { record, args, context, authority: authorityFor(context.caller, coordinate) }),
  } satisfies SubgraphRule)
}
