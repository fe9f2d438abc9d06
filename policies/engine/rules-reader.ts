/** Hands the subgraphs the rules of the revision that a statement names; a revision that is no longer known denies. */
import { subgraphRules } from './subgraph-rules.ts'
import type { PolicyRevision } from './revision.ts'
import type { SubgraphRules } from './types.ts'
import type { PolicySource } from './watch.ts'

/** Reads rules by revision id; each revision's are made once. */
export function createRulesReader(policies: Pick<PolicySource, 'revision'>): (id: string) => SubgraphRules | null {
  const rulesOf = createRulesMaker()
  return (id) => rulesOf(policies.revision(id))
}

/**
 * The same for a process beside the gateway's: an edit reaches each of them in its own time, so a revision that is not known yet
 * is waited for, `waitMs` at most.
 */
export function createWaitingRulesReader(
  policies: Pick<PolicySource, 'revision' | 'awaitRevision'>,
  waitMs: number,
): (id: string) => SubgraphRules | null | Promise<SubgraphRules | null> {
  const rulesOf = createRulesMaker()
  return (id) => rulesOf(policies.revision(id)) ?? policies.awaitRevision(id, waitMs).then(rulesOf)
}

function createRulesMaker(): (revision: PolicyRevision | null) => SubgraphRules | null {
  const made = new WeakMap<PolicyRevision, SubgraphRules>()
  return (revision) => {
    if (!revision) return null
    const rules = made.get(revision) ?? subgraphRules(revision)
    made.set(revision, rules)
    return rules
  }
}
