/** The error of an answer for a fetch that failed as a whole: out of time, cut off, or out of reach. */
import { refusal } from '../../lib/errors.ts'
import type { SubgraphError } from '../../subgraphs/subgraph.ts'
import type { Exchange } from '../exchange.ts'
import { abortError, causeKey, isTimeout } from '../response/system-errors.ts'

/** Tells the caller which system failed and nothing of why; the cause travels to the log under {@link causeKey}. */
export function systemFailure(subgraph: string, cause: unknown, exchange: Exchange): SubgraphError {
  const { message, extensions } = describe(subgraph, cause, exchange)
  // An empty path means the place of the fetch in the answer; Apollo's executor puts it in front.
  return { message, path: [], extensions: { ...extensions, [causeKey]: cause } }
}

function describe(subgraph: string, cause: unknown, exchange: Exchange) {
  if (exchange.signal.aborted) return abortError(exchange.signal)
  if (isTimeout(cause)) return refusal('TIMEOUT', `The system \`${subgraph}\` did not answer in time.`)
  const { requestId } = exchange
  return refusal('SYSTEM_UNAVAILABLE', `The system \`${subgraph}\` is not available.`, { requestId })
}
