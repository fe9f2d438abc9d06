import { parse } from 'graphql'
import { expect, test } from 'vitest'
import { createDocumentStore } from '../../gateway/document-store.ts'

/** As many tokens as a text of that length can have. */
const dense = (n: number) => parse(`{ ${'a '.repeat(3_900)} b${n} }`)
const kept = async (store: ReturnType<typeof createDocumentStore>, keys: number) =>
  (await Promise.all(Array.from({ length: keys }, (_, n) => store.get(String(n))))).filter(Boolean).length

test('documents are kept by what they weigh, not by their number', async () => {
  const store = createDocumentStore(10_000_000)
  for (let n = 0; n < 100; n += 1) await store.set(String(n), dense(n))
  expect(await kept(store, 100)).toBe(5)
  expect(await store.get('99')).toBeDefined()

  const small = createDocumentStore(10_000_000)
  for (let n = 0; n < 100; n += 1) await small.set(String(n), parse(`{ a${n} }`))
  expect(await kept(small, 100)).toBe(100)
})

test('what is deleted is gone', async () => {
  const store = createDocumentStore()
  await store.set('a', dense(1))
  await store.delete('a')
  expect(await store.get('a')).toBeUndefined()
})
