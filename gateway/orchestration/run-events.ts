/**
 * `GET /runs/<id>/events`: what is told of a run, as it happens, from where a client left off; for whoever may see the run. The
 * stream ends when the run is over.
 */
import { refusal } from '../../lib/errors.ts'
import { type Engine, runsChannel } from '../../orchestration/engine/engine.ts'
import { seesRun } from '../../orchestration/engine/sight.ts'
import type { StreamSource } from '../event-streams.ts'

/** The most that is told at one look. */
const batch = 500

/** What can be followed of runs. */
export function runEvents(engine: Engine, { pollMs = 1_000 }: { readonly pollMs?: number } = {}): StreamSource {
  const { kysely } = engine.database

  async function read(id: string, after: number) {
    const [run, notices] = await Promise.all([
      kysely.selectFrom('mandate.runs').select(['ended_at', 'notices']).where('id', '=', id).executeTakeFirst(),
      kysely
        .selectFrom('mandate.run_notices')
        .select(['n', 'at', 'name', 'step', 'data'])
        .where('run_id', '=', id)
        .where('n', '>', after)
        .orderBy('n')
        .limit(batch)
        .execute(),
    ])
    return { notices, last: run?.notices ?? 0, isOver: run?.ended_at != null }
  }

  return {
    url: '/runs/:id/events',
    async find(id, caller) {
      const isId = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)
      const run = isId
        ? await kysely
            .selectFrom('mandate.runs as run')
            .select('run.id')
            .where('run.id', '=', id)
            .where((eb) => seesRun(eb, caller))
            .executeTakeFirst()
        : undefined
      if (!run) throw refusal('NOT_FOUND', `There is no run \`${id.slice(0, 64)}\` that this caller may see.`, { id })
      return { approval: null }
    },
    async follow(id, { lastSeen, tell, end, signal }) {
      let seen = lastSeen
      let wake: () => void = () => undefined
      const unsubscribe = await engine.cache.subscribe(runsChannel, (run) => {
        if (run === id) wake()
      })
      try {
        while (!signal.aborted) {
          const woken = new Promise<void>((resolve) => {
            wake = resolve
          })
          // A database that is away for a moment ends no stream: it is asked again.
          const found = await read(id, seen).catch(() => null)
          for (const { n, at, name, step, data } of found?.notices ?? []) {
            seen = n
            tell({ id: n, event: name, data: { at, step, ...data } })
          }
          if (found?.isOver && seen >= found.last) end()
          else if (found?.notices.length !== batch) await untilWoken(woken, pollMs, signal)
        }
      } finally {
        await unsubscribe()
      }
    },
  }
}

/** Resolves when something was announced, after a while in any case, or when nobody waits any more. */
async function untilWoken(woken: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const done = () => {
    resolve(undefined)
  }
  const timer = setTimeout(done, ms)
  signal.addEventListener('abort', done, { once: true })
  await Promise.race([woken, promise])
  clearTimeout(timer)
  signal.removeEventListener('abort', done)
}
