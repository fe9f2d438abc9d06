/** Notes what agents read, durably, before the answer leaves. What is known to be kept already is not written again. */
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { refusal } from '../../../lib/errors.ts'
import { bearersOf } from '../../../lib/flow-bearers.ts'
import type { Coordinate } from '../../../lib/labels.ts'
import type { FlowLabel, FlowPolicy } from '../../../policies/engine/flow-policy.ts'
import type { FlowStore, NewTaint, NewValue } from '../../../storage/stores/flow.ts'
import { anchorLength } from '../../../policies/engine/flow-policy.ts'
import { within } from '../../../storage/within.ts'
import { supervisorOf } from '../autonomy.ts'
import type { FlowRecorder } from '../controls.ts'
import type { DecidedExchange } from '../decided.ts'
import { followedOf } from './followed.ts'
import type { FlowHashes } from './hashes.ts'
import { type Reads, readsIn } from './reads.ts'

export interface FlowRecorderOptions {
  readonly store: FlowStore
  readonly hashes: FlowHashes
  readonly now: () => Date
  readonly log: { error(details: Readonly<Record<string, unknown>>, message: string): void }
  /** How long one note may take. */
  readonly timeoutMs: number
}

/** A read that is repeated within this time is not written again; everything is kept so much longer. */
const repeatMs = 5 * 60_000
const purgeEveryMs = 10 * 60_000
const knownReads = 50_000
const hourMs = 3_600_000

/** Makes the recorder. */
export function createFlowRecorder({ store, hashes, now, log, timeoutMs }: FlowRecorderOptions): FlowRecorder {
  /** When what a set of bearers has read was written, by the set and the hash of what was read. */
  const known = new LRUCache<string, number>({ max: knownReads })
  let purgedAt = now().getTime()

  async function keep(exchange: DecidedExchange, bearers: readonly string[], reads: Reads): Promise<void> {
    const at = now()
    // The store is asked each time: what a person lifted a moment ago must be written when it is read again.
    const set = digest(`${bearers.join(' ')} ${await store.lifts(bearers)}`)
    const fresh = new Map<string, number>()
    const isNew = (hash: string) => {
      const key = `${set}${hash}`
      if ((known.get(key) ?? -Infinity) > at.getTime() - repeatMs) return false
      fresh.set(key, at.getTime())
      return true
    }
    const { flow } = exchange.revision
    const taints = newTaints(reads, flow, at, (coordinate, text) => isNew(hashes.text(`${coordinate} ${text}`)))
    const values = newValues(reads, flow, at).filter(({ label, hash }) => isNew(`${label}${hash}`))
    const supervisor = supervisorOf(exchange.caller, exchange.revision)
    const by = { bearers, requestId: exchange.requestId, reader: exchange.caller.id, supervisor, at }
    await store.note(by, taints, values)
    for (const [key, writtenAt] of fresh) known.set(key, writtenAt)

    function newValues({ values: read }: Reads, { lastsHours }: FlowPolicy, from: Date): readonly NewValue[] {
      return read.map(({ label, coordinate, form, folded }): NewValue => {
        const expiresAt = expiry(lastsHours[label], from)
        if (form === 'number')
          return { label, coordinate, hash: hashes.number(folded), anchor: null, length: 0, expiresAt }
        const anchor = hashes.anchor(folded.slice(0, anchorLength))
        return { label, coordinate, hash: hashes.text(folded), anchor, length: folded.length, expiresAt }
      })
    }
  }

  async function purge(): Promise<void> {
    const at = now()
    if (at.getTime() - purgedAt < purgeEveryMs) return
    purgedAt = at.getTime()
    await store.purge(at).catch((error: unknown) => {
      log.error({ err: error }, 'what agents have read and what has expired could not be forgotten')
    })
  }

  return {
    async note(exchange, data) {
      const bearers = bearersOf(exchange.caller)
      if (bearers.length === 0) return
      const followed = followedOf(exchange.revision)
      const delivered = Object.keys(exchange.delivered) as Coordinate[]
      if (!delivered.some((coordinate) => followed.has(coordinate))) return
      const { shortest, most } = exchange.revision.flow
      try {
        const reads = readsIn(data, exchange.operation, followed, { shortest, valuesPerAnswer: most.valuesPerAnswer })
        if (reads.untrusted.size + reads.values.length + reads.tooMany.length === 0) return
        await within(timeoutMs, 'What an agent has read was not written', keep(exchange, bearers, reads))
      } catch (error) {
        log.error({ requestId: exchange.requestId, err: error }, 'what an agent has read could not be noted')
        // Nothing of it leaves.
        exchange.delivered = {}
        const outcome = exchange.operation.kind === 'mutation' ? 'unknown' : 'nothing-changed'
        const message = 'What this answer tells an agent could not be noted, so the answer is withheld.'
        throw refusal('FLOW_UNAVAILABLE', message, { outcome })
      }
      await purge()
    },
  }
}

/** One taint for each coordinate that brought a text which is not known yet. */
function newTaints(
  { untrusted, tooMany }: Reads,
  { lastsHours }: FlowPolicy,
  at: Date,
  isNew: (coordinate: Coordinate, text: string) => boolean,
): readonly NewTaint[] {
  const taint = (label: FlowLabel, coordinate: Coordinate): NewTaint => ({
    label,
    coordinate,
    expiresAt: expiry(lastsHours[label], at),
  })
  const outside = [...untrusted].filter(([coordinate, texts]) => {
    // Every text is asked for, so that all of them are known afterwards.
    return [...texts].map((text) => isNew(coordinate, text)).includes(true)
  })
  return [
    ...outside.map(([coordinate]) => taint('UNTRUSTED', coordinate)),
    ...tooMany.map(({ label, coordinate }) => taint(label, coordinate)),
  ]
}

function expiry(hours: number, from: Date): Date {
  return new Date(from.getTime() + hours * hourMs + repeatMs)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}
