/** No value that was read comes into a less protected place without an ask, however it is dressed up; and other texts pass. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFlow } from '../../gateway/controls/flow/flow.ts'
import { realWorld } from '../../lib/world.ts'
import { flowExchange, flowRevision, memoryFlow } from '../support/flow.ts'

const revision = flowRevision()
const log = { error: () => undefined }
const note = 'mutation ($input: NoteInput!) { note(input: $input) { done } }'

/** What an agent with one read is told of one act. */
async function asksAfter(person: Record<string, unknown>, input: Record<string, unknown>): Promise<number> {
  const flow = createFlow({
    store: memoryFlow(),
    ledgerKey: Buffer.alloc(32, 7),
    world: realWorld,
    log,
    timeoutMs: 5_000,
  })
  const data = { person }
  await flow.recorder.note(flowExchange('{ person(id: "1") { email iban salary } }', { revision, data }), data)
  const variables = { input: { idempotencyKey: 'k', ...input } }
  return (await flow.concern.assess(flowExchange(note, { revision, variables }))).length
}

const letters = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ßéЖ漢')
const value = fc.array(fc.constantFrom(...letters), { minLength: 10, maxLength: 34 }).map((parts) => parts.join(''))
/** Marks that a reader skips. */
const separators = fc.constantFrom('', ' ', '-', '.', '/', '\u00A0', '\u200B', ' | ', '\n', '…')
const prose = fc.string({ unit: 'grapheme', maxLength: 60 })

/** The value with a mark after some of its letters. */
const dressed = fc
  .record({ value, marks: fc.array(separators, { minLength: 1, maxLength: 8 }), upper: fc.boolean() })
  .map(({ value: plain, marks, upper }) => ({
    plain,
    text: Array.from(upper ? plain : plain.toLowerCase())
      .map((each, at) => `${each}${marks[at % marks.length] ?? ''}`)
      .join(''),
  }))

test('a value inside any text, with any marks between its letters, is found', async () => {
  await fc.assert(
    fc.asyncProperty(dressed, prose, prose, async ({ plain, text }, before, behind) => {
      expect(await asksAfter({ iban: plain }, { text: `${before} ${text} ${behind}` })).toBe(1)
    }),
    { numRuns: 100 },
  )
})

test('a value in a code that is undone in one call is found', async () => {
  const codes = [
    (text: string) => Buffer.from(text).toString('base64'),
    (text: string) => Buffer.from(text).toString('base64url'),
    (text: string) => Buffer.from(text).toString('hex'),
    (text: string) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  ]
  await fc.assert(
    fc.asyncProperty(value, fc.constantFrom(...codes), prose, async (plain, code, before) => {
      expect(await asksAfter({ iban: plain }, { text: `${before} ${code(plain)}` })).toBe(1)
    }),
    { numRuns: 100 },
  )
})

test('a value cut into arguments that follow one another is found', async () => {
  await fc.assert(
    fc.asyncProperty(value, fc.nat({ max: 33 }), async (plain, cut) => {
      const at = Math.min(cut, plain.length)
      expect(await asksAfter({ iban: plain }, { title: plain.slice(0, at), text: plain.slice(at) })).toBe(1)
    }),
    { numRuns: 100 },
  )
})

test('an amount is found however it is grouped', async () => {
  const amount = fc.record({
    whole: fc.integer({ min: 10_000, max: 99_999_999 }),
    cents: fc.integer({ min: 0, max: 99 }),
  })
  const grouping = fc.constantFrom('', '.', ',', ' ', "'", '\u202F')
  await fc.assert(
    fc.asyncProperty(amount, grouping, prose, async ({ whole, cents }, group, before) => {
      const mark = group === ',' ? '.' : ','
      const text = `${String(whole).replaceAll(/\B(?=(\d{3})+$)/g, group)}${mark}${String(cents).padStart(2, '0')}`
      const salary = `${String(whole)}.${String(cents).padStart(2, '0')}`
      expect(await asksAfter({ salary }, { text: `${before.replaceAll(/[\d.,'’]/g, '')} EUR ${text} a year` })).toBe(1)
    }),
    { numRuns: 100 },
  )
})

test('a text that does not hold the value passes', async () => {
  const lower = fc.stringMatching(/^[a-m ]{0,200}$/)
  const other = fc.stringMatching(/^[N-Z]{10,30}$/)
  await fc.assert(
    fc.asyncProperty(other, lower, async (plain, text) => {
      expect(await asksAfter({ iban: plain, email: plain, salary: '12345.67' }, { text })).toBe(0)
    }),
    { numRuns: 100 },
  )
})
