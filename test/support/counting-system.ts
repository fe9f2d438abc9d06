/** A system that the operations of workflows change: each change once for its idempotency key, however often it is asked for. */
import type { JsonObject } from '../../lib/json.ts'
import type { OperationCall, Performed } from '../../orchestration/engine/workers.ts'

export interface CountingSystem {
  /** Every request, in order: the agent and the key. */
  readonly asked: { readonly agent: string; readonly key: string }[]
  /** What has been changed, by key. */
  readonly changes: ReadonlyMap<string, JsonObject>
  readonly perform: (agent: string, call: OperationCall) => Promise<Performed>
  /** The keys of one run. */
  keysOf(run: string): readonly string[]
}

export function createCountingSystem(): CountingSystem {
  const asked: { agent: string; key: string }[] = []
  const changes = new Map<string, JsonObject>()
  return {
    asked,
    changes,
    perform: (agent, { step: key, document }) => {
      asked.push({ agent, key })
      const data = changes.get(key) ?? { n: changes.size + 1, document, ok: true }
      changes.set(key, data)
      return Promise.resolve({ outcome: 'succeeded', data })
    },
    keysOf: (run) => [...changes.keys()].filter((key) => key.startsWith(`${run}:`)),
  }
}
