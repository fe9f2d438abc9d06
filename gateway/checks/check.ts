/** What a check is: it looks at one thing and either returns or throws a refusal. The order is in `index.ts`. */
import type { Exchange } from '../exchange.ts'
import type { Operation } from '../operation.ts'
import type { Limits } from './limits.ts'
import type { Scan } from './scan.ts'

/** Looks at the text of a document, before it is parsed. */
export interface TextCheck {
  readonly name: string
  run(input: { readonly scan: Scan; readonly limits: Limits }): void
}

/** Looks at the described operation, before any rule is asked. */
export interface OperationCheck {
  readonly name: string
  run(input: {
    readonly operation: Operation
    readonly limits: Limits
    readonly exchange: Exchange
  }): void | Promise<void>
}
