/** The figures of a run as a table: medians over the rounds, and the ratio of each pair. */
import { cpus } from 'node:os'
import type { Measurement } from './load.ts'

export interface Figures extends Measurement {
  /** Processor time of the gateway's process, all threads, for one request. */
  readonly cpuMicrosPerRequest: number
  readonly rssBytes: number
}

export interface Round {
  readonly workload: string
  readonly mandate: Figures
  readonly bare: Figures
}

export interface RunOptions {
  readonly seconds: number
  readonly rounds: number
  readonly sockets: number
}

/** The report as plain text. */
export function renderReport(rounds: readonly Round[], { seconds, rounds: count, sockets }: RunOptions): string {
  const names = [...new Set(rounds.map((round) => round.workload))]
  const lines = [
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}; ${count} rounds of ${seconds} s, ${sockets} sockets; medians`,
    '',
    row(['', 'gateway', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'CPU µs/req', 'RSS MB']),
  ]
  for (const name of names) {
    const own = rounds.filter((round) => round.workload === name)
    lines.push(
      figures(
        name,
        'Mandate',
        own.map((round) => round.mandate),
      ),
    )
    lines.push(
      figures(
        '',
        'bare Apollo',
        own.map((round) => round.bare),
      ),
    )
    const ratios = own.map((round) => round.mandate.requestsPerSecond / round.bare.requestsPerSecond)
    lines.push(
      row([
        '',
        'ratio',
        `× ${median(ratios).toFixed(2)}`,
        `(${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
      ]),
    )
    lines.push('')
  }
  return `${lines.join('\n')}\n`
}

function figures(name: string, gateway: string, all: readonly Figures[]): string {
  const of = (read: (each: Figures) => number, digits: number) => median(all.map(read)).toFixed(digits)
  return row([
    name,
    gateway,
    of((each) => each.requestsPerSecond, 0),
    of((each) => each.p50, 1),
    of((each) => each.p95, 1),
    of((each) => each.p99, 1),
    of((each) => each.cpuMicrosPerRequest, 0),
    of((each) => each.rssBytes / 1_048_576, 0),
  ])
}

/** One line of a table. */
export function row(cells: readonly string[]): string {
  return cells
    .map((cell, column) => (column < 2 ? cell.padEnd(20) : cell.padStart(12)))
    .join('')
    .trimEnd()
}

/** The middle value; of an even number, halfway between the middle two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper
  return (lower + upper) / 2
}
