/**
 * What an agent has read decides what it may do: after text from outside, an act that reaches far or is final waits for a person; and
 * so does one that writes a protected value where its label may not stand.
 */
import { refusal } from '../../../lib/errors.ts'
import { bearersOf } from '../../../lib/flow-bearers.ts'
import { within } from '../../../storage/within.ts'
import type { AskedField } from '../../policy/decide.ts'
import { supervisorOf } from '../autonomy.ts'
import type { Concern } from '../controls.ts'
import type { DecidedExchange } from '../decided.ts'
import { type Finding, type FindingOptions, findingsOf } from './findings.ts'
import { toldTo } from './lineage.ts'

export interface FlowConcernOptions extends FindingOptions {
  readonly log: { error(details: Readonly<Record<string, unknown>>, message: string): void }
  /** How long one look into the store may take. */
  readonly timeoutMs: number
}

/** Makes the concern. */
export function createFlowConcern(options: FlowConcernOptions): Concern {
  const { log, timeoutMs } = options
  async function look(exchange: DecidedExchange, bearers: readonly string[]): Promise<readonly Finding[]> {
    try {
      return await within(timeoutMs, 'What an agent has read was not found', findingsOf(exchange, bearers, options))
    } catch (error) {
      log.error({ requestId: exchange.requestId, err: error }, 'what an agent has read could not be looked up')
      throw refusal('FLOW_UNAVAILABLE', 'What this agent has read cannot be looked up, so it may not act.')
    }
  }

  return {
    name: 'flow',
    async assess(exchange) {
      const { operation, caller, revision } = exchange
      const bearers = bearersOf(caller)
      if (operation.kind !== 'mutation' || bearers.length === 0) return []
      const found = await look(exchange, bearers)
      if (found.length === 0) return []
      const approvers = supervisorOf(caller, revision)
      const asked = found.map(({ root, reason, lineage }): AskedField => {
        const { coordinates, path } = root
        return {
          coordinate: coordinates[0],
          path: path.join('.'),
          approvers: approvers ?? '',
          reason,
          source: 'flow',
          lineage,
        }
      })
      if (approvers !== null) return asked
      const told = toldTo(caller, asked).map(({ coordinate, path, reason, lineage }) => ({
        coordinate,
        path,
        reason,
        lineage,
      }))
      const reasons = [...new Set(told.map(({ reason }) => reason))].join('; ')
      throw refusal('FLOW_REFUSED', `Nobody is named who could approve this act of \`${caller.id}\`: ${reasons}.`, {
        refused: told,
      })
    },
  }
}
