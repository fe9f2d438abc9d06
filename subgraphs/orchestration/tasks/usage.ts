/** What work has used, as its holder reports it. */
import type { Usage } from '../../../orchestration/engine/held-task.ts'
import { between, invalid } from '../../inputs.ts'

export interface UsageInput {
  readonly inputTokens?: number | null
  readonly outputTokens?: number | null
  readonly toolCalls?: number | null
  readonly costEur?: string | null
}

/** Checked; what is left out stays out. @throws `INVALID_INPUT` */
export function readUsage(usage: UsageInput | null | undefined): { readonly usage?: Usage } {
  if (usage == null) return {}
  const { inputTokens, outputTokens, toolCalls, costEur } = usage
  const given = {
    ...(inputTokens == null ? {} : { inputTokens }),
    ...(outputTokens == null ? {} : { outputTokens }),
    ...(toolCalls == null ? {} : { toolCalls }),
    ...(costEur == null ? {} : { costEur: Number(costEur) }),
  }
  for (const [name, value] of Object.entries(given)) {
    if (value < 0) throw invalid(`input.usage.${name}`, 'must be zero or more')
  }
  return { usage: given }
}

/** @throws `INVALID_INPUT` */
export function readConfidence(confidence: number | null | undefined): { readonly confidence?: number } {
  if (confidence == null) return {}
  const problem = between(0, 1)(confidence)
  if (problem !== null) throw invalid('input.confidence', problem)
  return { confidence }
}
