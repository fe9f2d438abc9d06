/** Sends one workload to one server for a while, over a fixed number of sockets, and says what came back and how fast. */
import { Pool } from 'undici'
import type { Workload } from './operations.ts'

export interface Target {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Measurement {
  readonly requests: number
  readonly requestsPerSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** Numbers the requests of the whole run, so that a distinct text is never sent twice, to whichever server. */
let sent = 0

/** Each socket sends its next request when it has the answer to the last. Throws when an answer is not a whole one. */
export async function send(target: Target, workload: Workload, seconds: number, sockets: number): Promise<Measurement> {
  const { origin, pathname } = new URL(target.url)
  const pool = new Pool(origin, { connections: sockets, pipelining: 1 })
  const headers = { 'content-type': 'application/json', ...target.headers }
  const latencies: number[] = []
  const startedMs = performance.now()
  const untilMs = startedMs + seconds * 1000
  const work = async () => {
    while (performance.now() < untilMs) {
      const beganMs = performance.now()
      sent += 1
      const response = await pool.request({ path: pathname, method: 'POST', headers, body: workload.body(sent) })
      const body = await response.body.text()
      if (response.statusCode !== 200 || body.includes('"errors"') || !body.includes('"incidents"')) {
        throw new Error(`An answer was not whole, so the figures would mean nothing: ${body.slice(0, 500)}`)
      }
      latencies.push(performance.now() - beganMs)
    }
  }
  await Promise.all(Array.from({ length: sockets }, work))
  const tookSeconds = (performance.now() - startedMs) / 1000
  await pool.close()
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0
  return {
    requests: latencies.length,
    requestsPerSecond: latencies.length / tookSeconds,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
  }
}
