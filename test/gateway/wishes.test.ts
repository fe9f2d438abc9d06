import { describe, expect, test } from 'vitest'
import type { Incoming } from '../../gateway/incoming.ts'
import { assertWishesKnown, noWishes, readWishes } from '../../gateway/wishes.ts'

const post = (body: unknown): Incoming => ({
  method: 'POST',
  headers: {},
  rawHeaders: [],
  url: '/graphql',
  search: '',
  body,
})
const get = (extensions: string): Incoming => ({
  ...post(undefined),
  method: 'GET',
  search: `?query={me{id}}&extensions=${encodeURIComponent(extensions)}`,
})

describe('what a request wishes for', () => {
  test('nothing, where it has no extensions', () => {
    for (const body of [{}, { extensions: null }, undefined, 'text', { query: '{ me { id } }' }]) {
      expect(readWishes(post(body))).toEqual(noWishes)
    }
  })

  test('a dry run, and a word for the people who decide', () => {
    const wished = { dryRun: true, justification: ' The customer waits. ' }
    const read = { dryRun: true, justification: 'The customer waits.', unknown: [] }
    expect(readWishes(post({ extensions: wished }))).toEqual(read)
    expect(readWishes(get(JSON.stringify(wished)))).toEqual(read)
  })

  test.each([
    [{ dryRun: 'true' }],
    [{ dryRun: 1 }],
    [{ dryRun: null }],
    [{ justification: '' }],
    [{ justification: 'x'.repeat(1001) }],
    ['dryRun'],
    [[true]],
    [7],
  ])('%j is refused, and nothing is guessed', (extensions) => {
    expect(() => readWishes(post({ extensions }))).toThrow('`dryRun` (true or false)')
  })

  test('what is no JSON in an address is refused', () => {
    expect(() => readWishes(get('{dryRun:true'))).toThrow('`dryRun` (true or false)')
  })

  test('a mutation with a wish that nobody knows is refused by its name, a query is not', () => {
    const wishes = readWishes(post({ extensions: { dryrun: true } }))
    expect(wishes).toMatchObject({ dryRun: false, unknown: ['dryrun'] })
    expect(() => {
      assertWishesKnown('mutation', wishes)
    }).toThrow('not `dryrun`')
    expect(() => {
      assertWishesKnown('query', wishes)
    }).not.toThrow()
  })
})
