/** How far an exchange has come, as a type. */
import type { Exchange } from '../exchange.ts'

/** Its operation has been described; no rule has been asked yet. */
export type DescribedExchange = Exchange & { readonly operation: NonNullable<Exchange['operation']> }

/** The rules have been asked about it. */
export type DecidedExchange = Exchange & {
  readonly operation: NonNullable<Exchange['operation']>
  readonly decision: NonNullable<Exchange['decision']>
}

/** Narrows an exchange; throws where a stage is asked before its time, which is a mistake of ours. */
export function requireDescribed(exchange: Exchange): DescribedExchange {
  if (exchange.operation === null) throw new Error('A control was asked about an operation that is not known yet.')
  return exchange as DescribedExchange
}

/** Narrows an exchange as {@link requireDescribed} does. */
export function requireDecided(exchange: Exchange): DecidedExchange {
  if (exchange.operation === null || exchange.decision === null) {
    throw new Error('A control was asked about an operation that has not been decided.')
  }
  return exchange as DecidedExchange
}
