/** What a stop may name. A stop of something that does not exist would stop nothing, and nobody would notice. */
import { refusal } from '../../../lib/errors.ts'
import { impacts } from '../../../lib/labels.ts'
import type { StopScope, StopScopeKind, StopTargets } from '../../../storage/stores/stop-states.ts'

interface Form {
  readonly fits: (target: string, targets: StopTargets) => boolean
  readonly wanted: string
}

const forms: Readonly<Record<Exclude<StopScopeKind, 'EVERYTHING'>, Form>> = {
  ROLE: { fits: (target, targets) => targets.hasRole(target), wanted: 'the key of a role, such as `support-agent`' },
  AGENT: { fits: (target) => /^agent:[\w.-]{1,180}$/.test(target), wanted: 'an agent, such as `agent:support-agent`' },
  WORKFLOW: { fits: (target) => /^[\w.-]{1,80}$/.test(target), wanted: 'the key of a workflow' },
  OPERATION: {
    fits: (target, targets) => targets.hasCoordinate(target),
    wanted: 'a field of the graph, such as `Mutation.releasePayment`',
  },
  SUBGRAPH: { fits: (target, targets) => targets.hasSubgraph(target), wanted: 'a subgraph, such as `finance`' },
  EFFECT: {
    fits: (target) => impacts.some((impact) => impact === target),
    wanted: `an impact: ${impacts.map((impact) => `\`${impact}\``).join(', ')}`,
  },
}

/** The scope that an input names. @throws `INVALID_INPUT` */
export function scopeOf(kind: StopScopeKind, target: string | null | undefined, targets: StopTargets): StopScope {
  if (kind === 'EVERYTHING') {
    if (target === null || target === undefined) return { kind, target: null }
    throw refusal('INVALID_INPUT', 'A stop of everything takes no `target`.', { argument: 'input.target' })
  }
  const { fits, wanted } = forms[kind]
  if (typeof target === 'string' && fits(target, targets)) return { kind, target }
  const given = typeof target === 'string' ? `, not \`${target.slice(0, 200)}\`` : ''
  throw refusal('INVALID_INPUT', `The \`target\` of a stop of the kind ${kind} must be ${wanted}${given}.`, {
    argument: 'input.target',
  })
}
