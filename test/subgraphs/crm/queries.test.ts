/** Reading the customer system: lookups, pages, inner lists, references, and how many statements they take. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCrm } from '../../support/crm.ts'
import { databaseKinds } from '../../support/databases.ts'
import { ask, codes, data } from '../../support/subgraphs.ts'

for (const kind of databaseKinds()) {
  describe(`reading crm on ${kind}`, () => {
    let stage: Awaited<ReturnType<typeof openCrm>>
    beforeAll(async () => {
      stage = await openCrm(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const read = (query: string, variables = {}) => data(ask(stage.crm, query, { variables }))
    const idsOf = async (list: string) => {
      const result = await read(`{ list: ${list} { nodes { id } } }`)
      return (result['list'] as { nodes: { id: string }[] }).nodes.map(({ id }) => id)
    }

    test('looks up an account by id and by name', async () => {
      const fields = 'id version name tier annualRevenue createdAt billingAddress { street city country region }'
      const nordwind = {
        id: 'acc-0001',
        version: 1,
        name: 'Nordwind Logistics GmbH',
        tier: 'KEY',
        annualRevenue: '1249.90',
        createdAt: '2026-01-01T09:00:00.000Z',
        billingAddress: { street: 'Hafenstraße 1', city: 'Hamburg', country: 'DE', region: null },
      }
      expect(await read(`{ account(id: "acc-0001") { ${fields} } }`)).toEqual({ account: nordwind })
      expect(await read(`{ accountByName(name: "NORDWIND logistics gmbh") { ${fields} } }`)).toEqual({
        accountByName: nordwind,
      })
      expect(await read('{ account(id: "acc-9999") { id } accountByName(name: "Nordwind") { id } }')).toEqual({
        account: null,
        accountByName: null,
      })
    })

    test('finds the customer behind an e-mail, and what we must know for the answer', async () => {
      const query = /* GraphQL */ `
        query ($email: String!) {
          contactByEmail(email: $email) {
            name
            account {
              name
              ownerId
              cases(first: 5, statuses: [NEW, WORKING]) {
                id
                incident {
                  id
                }
                contact {
                  lastName
                }
              }
            }
          }
        }
      `
      expect(await read(query, { email: 'Erika.Brandt@nordwind-logistics.example' })).toEqual({
        contactByEmail: {
          name: 'Erika Brandt',
          account: {
            name: 'Nordwind Logistics GmbH',
            ownerId: 'person:maria.keller',
            cases: [{ id: 'case-0001', incident: { id: 'INC0010001' }, contact: { lastName: 'Brandt' } }],
          },
        },
      })
      expect(await read(query, { email: 'erika.brandt%' })).toEqual({ contactByEmail: null })
    })

    test.each([
      ['accounts', ['acc-0002', 'acc-0001']],
      ['accounts(sort: { field: CREATED_AT })', ['acc-0001', 'acc-0002']],
      ['accounts(sort: { field: ANNUAL_REVENUE, direction: DESC })', ['acc-0001', 'acc-0002']],
      ['accounts(filter: { tiers: [KEY], ownerId: "person:maria.keller" })', ['acc-0001']],
      ['accounts(filter: { country: { in: ["CH", "AT"] } })', ['acc-0002']],
      ['accounts(filter: { annualRevenue: { gte: "1249.9" } })', ['acc-0001']],
      ['accounts(filter: { name: { contains: "FOODS" }, types: [CUSTOMER] })', ['acc-0002']],
      ['accounts(filter: { types: [] })', []],
      ['accounts(filter: { name: null })', ['acc-0002', 'acc-0001']],
      ['contacts', ['con-00002', 'con-00001', 'con-00003']],
      ['contacts(filter: { accountId: "acc-0001" })', ['con-00002', 'con-00001']],
      ['contacts(filter: { email: { contains: "@alpen" } })', ['con-00003']],
      ['opportunities', ['opp-0002', 'opp-0001', 'opp-0003']],
      ['opportunities(filter: { stages: [PROPOSAL] })', ['opp-0001']],
      ['opportunities(filter: { closeDate: { gte: "2026-12-01", lte: "2026-12-01" } })', ['opp-0001']],
      ['opportunities(sort: { field: AMOUNT })', ['opp-0003', 'opp-0002', 'opp-0001']],
      ['cases', ['case-0003', 'case-0002', 'case-0001']],
      ['cases(sort: { field: CLOSED_AT, direction: DESC })', ['case-0002', 'case-0001', 'case-0003']],
      ['cases(filter: { contactId: "con-00001", priorities: [HIGH] })', ['case-0001']],
      ['cases(filter: { createdAt: { gte: "2026-01-02T00:00:00Z", lt: "2026-01-03T00:00:00Z" } })', ['case-0002']],
      ['activities', ['act-00003', 'act-00002', 'act-00001']],
      ['activities(filter: { types: [TASK, CALL] })', ['act-00002', 'act-00001']],
      ['activities(filter: { whatId: "opp-0001" })', ['act-00002']],
    ])('lists %s', async (list, expected) => {
      expect(await idsOf(list)).toEqual(expected)
    })

    test('pages, with cursors, totals and the place of the page', async () => {
      const query = /* GraphQL */ `
        query ($after: String) {
          contacts(first: 2, after: $after) {
            edges {
              cursor
              node {
                id
              }
            }
            pageInfo {
              hasNextPage
              endCursor
            }
            totalCount
          }
        }
      `
      interface Result {
        contacts: {
          edges: { cursor: string; node: { id: string } }[]
          pageInfo: { endCursor: string }
          totalCount: number
        }
      }
      const first = (await read(query)) as unknown as Result
      expect(first.contacts.totalCount).toBe(3)
      expect(first.contacts.pageInfo).toEqual({ hasNextPage: true, endCursor: first.contacts.edges[1]?.cursor })
      const second = (await read(query, { after: first.contacts.pageInfo.endCursor })) as unknown as Result
      expect(second.contacts.edges.map(({ node }) => node.id)).toEqual(['con-00003'])
      expect(second.contacts.pageInfo).toMatchObject({ hasNextPage: false })
      const edge = (await read(query, { after: first.contacts.edges[0]?.cursor })) as unknown as Result
      expect(edge.contacts.edges.map(({ node }) => node.id)).toEqual(['con-00001', 'con-00003'])
    })

    test('an empty page has no cursor', async () => {
      expect(
        await read('{ cases(filter: { accountId: "acc-9999" }) { nodes { id } pageInfo { hasNextPage endCursor } } }'),
      ).toEqual({ cases: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } })
    })

    test.each([
      'accounts(first: 0) { totalCount }',
      'accounts(first: 101) { totalCount }',
      'accounts(after: "x") { totalCount }',
    ])('refuses %s', async (field) => {
      expect(await codes(ask(stage.crm, `{ ${field} }`))).toEqual(['INVALID_INPUT'])
    })

    test('refuses an inner list without end', async () => {
      const answer = ask(stage.crm, '{ account(id: "acc-0001") { contacts(first: 1000) { id } } }')
      expect(await codes(answer)).toEqual(['INVALID_INPUT'])
    })

    test('refuses a filter of a thousand values', async () => {
      const many = JSON.stringify(Array.from({ length: 1_000 }, (_, index) => `name ${index}`))
      const answer = ask(stage.crm, `{ accounts(filter: { name: { in: ${many} } }) { totalCount } }`)
      expect(await codes(answer)).toEqual(['INVALID_INPUT'])
    })

    test('a case has its comments in order, an activity its person and its subject of any type', async () => {
      expect(
        await read('{ case(id: "case-0001") { comments(first: 2) { id body public } activities { id } } }'),
      ).toEqual({
        case: {
          comments: [
            { id: 'cmt-00001', body: 'Comment 1', public: true },
            { id: 'cmt-00002', body: 'Comment 2', public: false },
          ],
          activities: [],
        },
      })
      const what = 'what { __typename ... on Account { name } ... on Opportunity { amount } ... on Case { subject } }'
      expect(await read(`{ activities { nodes { who { lastName } ${what} account { id } } } }`)).toEqual({
        activities: {
          nodes: [
            {
              who: { lastName: 'Frei' },
              what: { __typename: 'Case', subject: 'Subject 3' },
              account: { id: 'acc-0002' },
            },
            {
              who: { lastName: 'Brandt' },
              what: { __typename: 'Opportunity', amount: '50000.00' },
              account: { id: 'acc-0001' },
            },
            {
              who: { lastName: 'Brandt' },
              what: { __typename: 'Account', name: 'Nordwind Logistics GmbH' },
              account: { id: 'acc-0001' },
            },
          ],
        },
      })
    })

    describe('no N+1', () => {
      async function statements(query: string, variables = {}) {
        await read('{ accounts(first: 1) { nodes { id } } }')
        stage.queries.length = 0
        await read(query, variables)
        return stage.queries.length
      }

      test('three levels of lists take one statement each, whatever the number of rows', async () => {
        const query = /* GraphQL */ `
          {
            accounts {
              nodes {
                name
                contacts {
                  name
                  cases {
                    subject
                    comments {
                      body
                    }
                  }
                }
                opportunities {
                  name
                  activities {
                    subject
                  }
                }
              }
            }
          }
        `
        expect(await statements(query)).toBe(6)
      })

      test('references are read once each', async () => {
        const query = '{ cases { nodes { account { name } contact { name account { tier } } } } }'
        expect(await statements(query)).toBe(3)
      })

      test('a total is counted only when it is asked for', async () => {
        expect(await statements('{ accounts { nodes { id } } }')).toBe(1)
        expect(await statements('{ accounts { nodes { id } totalCount } }')).toBe(2)
      })

      test('a hundred entities of the gateway are one statement', async () => {
        const r = Array.from({ length: 100 }, (_, index) => ({
          __typename: 'Account',
          id: `acc-${String(index + 1).padStart(4, '0')}`,
        }))
        const query = 'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Account { name tier } } }'
        expect(await statements(query, { r })).toBe(1)
      })
    })
  })
}
