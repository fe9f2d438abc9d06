/**
 * Operations about approvals: the ledger joins them to the approval, and a question with `wait` is held here, before any system is
 * asked. Who takes no part waits for nothing, so that time tells nobody which ids exist.
 */
import { refusal } from '../../../lib/errors.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import type { World } from '../../../lib/world.ts'
import type { Database } from '../../../storage/database.ts'
import { findApproval } from '../../../storage/stores/approvals/approvals.ts'
import { takesPart } from '../../../storage/stores/approvals/participants.ts'
import type { DecidedExchange } from '../decided.ts'
import type { ApprovalWatch } from './watch.ts'

/** Where the operations of the control plane name an approval. */
const namedAt: Readonly<Partial<Record<Coordinate, (args: Readonly<Record<string, unknown>>) => unknown>>> = {
  'Query.approval': (args) => args['id'],
  'Mutation.approveRequest': idOfInput,
  'Mutation.rejectRequest': idOfInput,
  'Mutation.amendRequest': idOfInput,
  'Mutation.delegateApproval': idOfInput,
  'Mutation.withdrawApproval': idOfInput,
}

const longestWaitSeconds = 20

export interface AccompanyOptions {
  readonly database: Pick<Database, 'kysely'>
  readonly world: World
  readonly watch: ApprovalWatch
}

/** Notes the approval that an operation is about, and waits where it wishes to. */
export async function accompany(exchange: DecidedExchange, { database, watch }: AccompanyOptions): Promise<void> {
  for (const {
    coordinates: [coordinate],
    args,
  } of exchange.operation.roots) {
    const id = namedAt[coordinate]?.(args)
    if (typeof id !== 'string') continue
    const seconds = coordinate === 'Query.approval' ? waitSeconds(args['wait']) : 0
    const found = await findApproval(database.kysely, id)
    if (found === null || !takesPart(found, exchange.caller)) continue
    exchange.requestedApproval ??= id
    if (seconds > 0) await watch.settled(id, { timeoutMs: seconds * 1000, signal: exchange.signal })
  }
}

/** `20s` as a number. @throws `BAD_USER_INPUT` */
function waitSeconds(wait: unknown): number {
  if (wait === null || wait === undefined) return 0
  const [, count] = typeof wait === 'string' ? (/^(\d{1,2})s$/.exec(wait) ?? []) : []
  if (count !== undefined && Number(count) <= longestWaitSeconds) return Number(count)
  throw refusal('BAD_USER_INPUT', `The argument \`wait\` must be \`0s\` to \`${longestWaitSeconds}s\`.`, {
    argument: 'wait',
  })
}

function idOfInput({ input }: Readonly<Record<string, unknown>>): unknown {
  return typeof input === 'object' && input !== null && 'id' in input ? input.id : undefined
}
