/** Reading service management: lookups, lists, what hangs on what, and how few statements it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../../support/databases.ts'
import { ask, codes, data, denied, always, rulesWith } from '../../support/subgraphs.ts'
import { openSystems } from '../../support/systems.ts'

interface Node {
  readonly id: string
  readonly [field: string]: unknown
}

for (const kind of databaseKinds()) {
  describe(`reading itsm on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const read = (query: string) => data(ask(systems.itsm, query))
    async function nodes(query: string): Promise<readonly Node[]> {
      const { list } = await read(query)
      return (list as { nodes: readonly Node[] }).nodes
    }

    test('finds a configuration item by its name, whatever the case, and what it depends on', async () => {
      const { item } = await read(`{
        item: configurationItemByName(name: "NORDWIND LOGISTICS handheld SCANNERS") {
          id class account { id } upstream { type provider { name } consumer { id } } downstream { id }
        }
      }`)
      expect(item).toEqual({
        id: 'CI-0001',
        class: 'HANDHELD',
        account: { id: 'acc-0001' },
        upstream: [
          {
            type: 'CONNECTS_TO',
            provider: { name: 'Nordwind Logistics warehouse wireless controller' },
            consumer: { id: 'CI-0001' },
          },
          { type: 'DEPENDS_ON', provider: { name: 'WMS Mobile Gateway' }, consumer: { id: 'CI-0001' } },
        ],
        downstream: [],
      })
    })

    test('answers null for what is not there', async () => {
      const query =
        '{ incident(id: "INC9999999") { id } change(id: "x") { id } configurationItemByName(name: "x") { id } }'
      expect(await read(query)).toEqual({ incident: null, change: null, configurationItemByName: null })
    })

    test('lists incidents newest first, and by priority with the critical ones first', async () => {
      const newest = await nodes('{ list: incidents(first: 50) { nodes { id openedAt } } }')
      expect(newest.map(({ openedAt }) => openedAt)).toEqual(
        newest
          .map(({ openedAt }) => openedAt)
          .sort()
          .reverse(),
      )
      const urgent = await nodes('{ list: incidents(first: 3, sort: { field: PRIORITY }) { nodes { id priority } } }')
      expect(urgent.map(({ priority }) => priority)).toEqual(['P1_CRITICAL', 'P1_CRITICAL', 'P1_CRITICAL'])
    })

    test('filters incidents by all conditions at once', async () => {
      const found = await nodes(`{
        list: incidents(first: 100, filter: {
          states: [CLOSED], priorities: [P4_LOW, P5_PLANNING], shortDescription: { contains: "SCANNERS" }
          openedAt: { gte: "2026-03-01T00:00:00Z" }
        }) { nodes { id state priority shortDescription openedAt } }
      }`)
      expect(found.length).toBeGreaterThan(0)
      for (const { state, priority, shortDescription, openedAt } of found) {
        expect(state).toBe('CLOSED')
        expect(['P4_LOW', 'P5_PLANNING']).toContain(priority)
        expect(String(shortDescription).toLowerCase()).toContain('scanners')
        expect(String(openedAt) >= '2026-03-01').toBe(true)
      }
    })

    test('pages through all changes of a type without a gap or a repetition', async () => {
      const seen: string[] = []
      let after: string | null = null
      do {
        const page: Record<string, unknown> = await data(
          ask(
            systems.itsm,
            `query ($after: String) {
              changes(first: 7, after: $after, filter: { types: [EMERGENCY] }) {
                nodes { id } totalCount pageInfo { hasNextPage endCursor }
              }
            }`,
            { variables: { after } },
          ),
        )
        const {
          nodes: found,
          totalCount,
          pageInfo,
        } = page['changes'] as {
          nodes: readonly Node[]
          totalCount: number
          pageInfo: { hasNextPage: boolean; endCursor: string | null }
        }
        seen.push(...found.map(({ id }) => id))
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null
        if (after === null) expect(seen).toHaveLength(totalCount)
      } while (after !== null)
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen.length).toBeGreaterThan(7)
    })

    test.each(['incidents', 'changes', 'configurationItems'])(
      'refuses a page of %s that is too large',
      async (list) => {
        expect(await codes(ask(systems.itsm, `{ ${list}(first: 101) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
        expect(await codes(ask(systems.itsm, `{ ${list}(first: 0) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
      },
    )

    test('adds incidents and items to an account that it is asked about by key', async () => {
      const query = `query ($of: [_Any!]!) {
        _entities(representations: $of) {
          ... on Account { id incidents(first: 2, states: [CLOSED]) { state } configurationItems { name } }
        }
      }`
      const of = [
        { __typename: 'Account', id: 'acc-0001', incidents: 'forged' },
        { __typename: 'Account', id: 'acc-9999' },
      ]
      const { _entities } = await data(ask(systems.itsm, query, { variables: { of } }))
      expect(_entities).toEqual([
        {
          id: 'acc-0001',
          incidents: [{ state: 'CLOSED' }, { state: 'CLOSED' }],
          configurationItems: [
            { name: 'Nordwind Logistics handheld scanners' },
            { name: 'Nordwind Logistics warehouse wireless controller' },
          ],
        },
        { id: 'acc-9999', incidents: [], configurationItems: [] },
      ])
    })

    test('reads a nested list with one statement for each kind of thing, however many rows', async () => {
      const query = (first: number) => `{
        incidents(first: ${first}) {
          nodes {
            id number caller { id } case { id } account { id incidents(first: 3) { id } }
            configurationItem { name upstream { provider { name incidents(first: 2) { id } } } changes(first: 2) { id } }
            change { id configurationItem { id } }
            workNotes(first: 3) { text authorId }
          }
        }
      }`
      const statements = async (first: number) => {
        systems.queries.length = 0
        await read(query(first))
        return systems.queries.filter((text) => !text.includes('systems.secrets')).length
      }
      const few = await statements(5)
      expect(await statements(100)).toBeLessThanOrEqual(few + 2)
      // incidents, notes, account's incidents, items, changes, relations, items' changes, providers, providers' incidents, changes' items
      expect(few).toBeLessThanOrEqual(10)
    })

    test('denies a field of an account by the rule of its own coordinate', async () => {
      const { itsm } = systems.under(rulesWith({ 'Account.incidents': always(denied) }))
      const query =
        'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Account { id incidents { id } } } }'
      const variables = { of: [{ __typename: 'Account', id: 'acc-0001' }] }
      const { data: answer, errors = [] } = await ask(itsm, query, { variables })
      expect(JSON.parse(JSON.stringify(answer))).toEqual({ _entities: [{ id: 'acc-0001', incidents: null }] })
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['POLICY_DENIED'])
    })
  })
}
