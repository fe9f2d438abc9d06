/** Hands the subgraphs the rules of the revision that a statement names; a revision that is no longer known denies. */
import { subgraphRules } from '../../policies/engine/subgraph-rules.ts'
import type { PolicyRevision } from '../../policies/engine/revision.ts'
import type { SubgraphRules } from '../../policies/engine/types.ts'
import type { PolicySource } from './watch.ts'

/** Reads rules by revision id; each revision's are made once. */
export function createRulesReader(policies: Pick<PolicySource, 'revision'>): (id: string) => SubgraphRules | null {
  const made = new WeakMap<PolicyRevision, SubgraphRules>()
  return (id) => {
    const revision = policies.revision(id)
    if (!revision) return null
    const rules = made.get(revision) ?? subgraphRules(revision)
    made.set(revision, rules)
    return rules
  }
}
