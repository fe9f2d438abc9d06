/** Whether this gateway lives, and whether it can do its work: each part says so itself, within a second. */
import type { FastifyInstance } from 'fastify'
import type { Metrics } from './metrics.ts'

/** One part that readiness depends on. */
export interface HealthPart {
  readonly name: string
  /** Resolves when the part works; rejects, or takes too long, when it does not. */
  readonly check: () => Promise<void> | void
  /** A part that is told of, and without which the gateway still does its work: one system of several. */
  readonly optional?: true
}

export interface Readiness {
  readonly ready: boolean
  readonly parts: Readonly<Record<string, 'ready' | 'not ready'>>
}

const partTimeoutMs = 1_000

/** Asks every part at once. A part that does not answer within a second is not ready. */
export async function readReadiness(
  parts: readonly HealthPart[],
  metrics: Pick<Metrics, 'readiness'>,
): Promise<Readiness> {
  const answers = await Promise.all(
    parts.map(async ({ name, check, optional }) => {
      const ready = await answers1s(check)
      metrics.readiness(name, ready)
      return { name, ready, needed: optional !== true }
    }),
  )
  return {
    ready: answers.every(({ ready, needed }) => ready || !needed),
    parts: Object.fromEntries(answers.map(({ name, ready }) => [name, ready ? 'ready' : 'not ready'])),
  }
}

/** Adds `/health/live`, `/health/ready` and `/metrics`. They tell states and counts, never a name from inside. */
export function registerHealth(
  server: FastifyInstance,
  parts: readonly HealthPart[],
  metrics: Pick<Metrics, 'readiness' | 'registry'>,
): void {
  server.get('/health/live', () => ({ live: true }))
  server.get('/health/ready', async (_request, reply) => {
    const readiness = await readReadiness(parts, metrics)
    return reply.code(readiness.ready ? 200 : 503).send(readiness)
  })
  server.get('/metrics', async (_request, reply) => {
    await readReadiness(parts, metrics)
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

async function answers1s(check: HealthPart['check']): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => {
    resolve(false)
  }, partTimeoutMs)
  const asked = Promise.resolve()
    .then(check)
    .then(
      () => true,
      () => false,
    )
  try {
    return await Promise.race([asked, promise])
  } finally {
    clearTimeout(timer)
  }
}
