/**
 * What holds for every answer, whatever was asked: one outcome in the ledger with its verdict, and nothing in the answer that
 * tells of the inside: no stack, no host, no file, no address of a subgraph.
 */
import { hostname, tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import type { ErrorCode } from '../../lib/errors.ts'
import type { PlacedRecord } from '../../storage/stores/ledger.ts'
import type { Stack, StackAnswer } from './stack.ts'

const repository = path.resolve(import.meta.dirname, '..', '..')

/** Texts that no answer may hold. */
const inside: readonly RegExp[] = [
  /\bat (?:async )?[\w.<>[\] ]+ \(?(?:file|node|\/)/,
  /\.(?:ts|js|mjs|cjs):\d+/,
  /node_modules|file:\/\/|mandate:\w|\b(?:127\.0\.0\.1|169\.254\.\d+\.\d+|::1)\b/,
  /ECONN|EADDR|ENOTFOUND|EPIPE|ETIMEDOUT|stacktrace|serviceName|\bselect "|\bfrom "\w+"\.|PGlite|[kK]ysely/,
  new RegExp([repository, tmpdir(), hostname()].map((text) => text.replaceAll(/[.\\/]/g, '\\$&')).join('|')),
]

/** Nothing of the inside stands in the answer. Where to get a token is said in one header, on purpose. */
export function expectNothingLeaks({ text, headers }: Pick<StackAnswer, 'text' | 'headers'>): void {
  const { 'www-authenticate': _1, host: _2, ...others } = headers
  const all = `${text}\n${JSON.stringify(others)}`
  for (const pattern of inside) expect(pattern.exec(all)?.[0] ?? null).toBeNull()
}

/** What the ledger says of a request, in the words that tests compare. */
interface Proof {
  readonly outcome: string | undefined
  readonly codes: readonly string[]
  readonly record: PlacedRecord
  readonly intents: number
}

/** The one outcome record of an answer; at most one intent stands before it. */
export async function proofOf(
  stack: Stack,
  answer: Pick<StackAnswer, 'requestId' | 'text' | 'headers'>,
): Promise<Proof> {
  expectNothingLeaks(answer)
  const records = await stack.recordsOf(answer.requestId)
  expect(records.map(({ kind }) => kind).join(' ')).toMatch(/^(?:intent )?outcome$/)
  const record = records.at(-1) as PlacedRecord
  const { outcome, codes = [] } = record.result ?? {}
  return { outcome, codes, record, intents: records.length - 1 }
}

/** The answer is a refusal with this code before anything was fetched, and so says the ledger. */
export async function expectRefused(
  stack: Stack,
  answer: StackAnswer,
  code: ErrorCode,
  status: number,
): Promise<PlacedRecord> {
  expect([answer.status, answer.codes, answer.data ?? null], answer.text).toEqual([status, [code], null])
  const { outcome, codes, record, intents } = await proofOf(stack, answer)
  expect([outcome, codes, record.result?.subgraphs, intents]).toEqual(['refused', [code], [], 0])
  return record
}

/** The whole answer came, and so says the ledger. */
export async function expectAnswered(stack: Stack, answer: StackAnswer): Promise<PlacedRecord> {
  expect([answer.status, answer.errors], answer.text).toEqual([200, []])
  const { outcome, record } = await proofOf(stack, answer)
  expect(outcome).toBe('answered')
  return record
}

/** How many fetches each subgraph has been sent since the stack started. */
async function fetchesOf(stack: Stack): Promise<Record<string, number>> {
  const { body } = await stack.app.server.inject({ url: '/metrics' })
  const counts: Record<string, number> = {}
  for (const [, name = '', count] of body.matchAll(
    /^mandate_fetch_seconds_count\{subgraph="([\w-]+)",[^}]*\} (\d+)$/gm,
  )) {
    counts[name] = (counts[name] ?? 0) + Number(count)
  }
  return counts
}

/** What some work adds to the fetches, by subgraph. */
export async function countFetches<T>(
  stack: Stack,
  work: () => Promise<T>,
): Promise<readonly [T, Record<string, number>]> {
  const before = await fetchesOf(stack)
  const result = await work()
  const after = await fetchesOf(stack)
  const added = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
  return [result, Object.fromEntries(added.filter(([, count]) => count > 0))]
}
