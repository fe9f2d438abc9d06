/** Reading the directory: lookups, references by any key, lists, what it adds to others, and how few statements it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../../support/databases.ts'
import { openStaff, staff, type Staff } from '../../support/hr.ts'
import { always, ask, codes, data, denied, rulesWith } from '../../support/subgraphs.ts'

const count = 24
const plant = 'plant-9100'

for (const kind of databaseKinds()) {
  describe(`reading hr on ${kind}`, () => {
    let stage: Staff
    const people: string[] = []
    beforeAll(async () => {
      stage = await openStaff(kind)
      const group = await stage.group()
      for (let index = 0; index < count; index += 1) {
        const number = String(index + 1).padStart(2, '0')
        const position_id = await stage.position('FILLED', { reports_to_id: null })
        const id = await stage.person({
          ...{ user_name: `reader.${number}`, display_name: `Reader ${number}`, plant_id: plant, position_id },
          ...{ department: 'Reading', manager_id: staff.head, hire_date: `2021-01-${number}` },
          ...(index === 0 ? { active: false, leave_date: '2026-01-31' } : {}),
        })
        await stage.member(group, id)
        await stage.absence(id, index % 2 === 0 ? 'REQUESTED' : 'APPROVED')
        await stage.pay(id, '2021-01-31', `${String(40_000 + index)}.00`)
        people.push(id)
      }
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const read = (query: string) => data(ask(stage.hr, query))
    async function listed(query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
      const { list } = await read(query)
      return (list as { nodes: readonly Readonly<Record<string, unknown>>[] }).nodes
    }
    const entities = async (of: readonly Readonly<Record<string, unknown>>[], selection: string) => {
      const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ${selection} } }`
      return (await data(ask(stage.hr, query, { variables: { of } })))['_entities']
    }
    const counted = async (run: () => Promise<unknown>) => {
      stage.queries.length = 0
      await run()
      return stage.queries.filter((text) => !text.includes('systems.secrets')).length
    }

    test('finds a person by id, by user name whatever the case, and by principal', async () => {
      const [, id] = people
      const query = `{
        a: user(id: "${id!}") { id } b: userByUserName(userName: "READER.02") { id }
        c: userByPrincipal(principal: "person:reader.02") { id }
      }`
      expect(await read(query)).toEqual({ a: { id }, b: { id }, c: { id } })
    })

    test('answers null for what is not there', async () => {
      const query = `{
        user(id: "x") { id } userByUserName(userName: "x") { id } userByPrincipal(principal: "x") { id } group(id: "x") { id }
        groupByDisplayName(displayName: "x") { id } position(id: "x") { id } absence(id: "x") { id }
      }`
      expect(Object.values(await read(query))).toEqual([null, null, null, null, null, null, null])
    })

    test('references by principal are one statement for a whole list, those by id another', async () => {
      const of = people.map((id, index) =>
        index % 2 === 0
          ? { __typename: 'User', principal: `person:reader.${String(index + 1).padStart(2, '0')}` }
          : { __typename: 'User', id },
      )
      const nobody = { __typename: 'User', principal: 'person:not.listed' }
      const statements = await counted(async () => {
        expect(await entities([...of, nobody], '... on User { id displayName }')).toEqual([
          ...people.map((id, index) => ({ id, displayName: `Reader ${String(index + 1).padStart(2, '0')}` })),
          null,
        ])
      })
      expect(statements).toBe(2)
    })

    test('lists, filters and sorts', async () => {
      const mine = 'department: "Reading"'
      const byName = await listed(`{ list: users(first: 2, filter: { ${mine} }) { nodes { displayName } } }`)
      expect(byName).toEqual([{ displayName: 'Reader 01' }, { displayName: 'Reader 02' }])
      const newest = await listed(`{
        list: users(first: 2, filter: { ${mine}, active: true }, sort: { field: HIRE_DATE, direction: DESC }) { nodes { hireDate } }
      }`)
      expect(newest).toEqual([{ hireDate: '2021-01-24' }, { hireDate: '2021-01-23' }])
      const some = await listed(`{
        list: users(filter: {
          principals: ["person:reader.03", "person:reader.04"], managerId: "${staff.head}", plantId: "${plant}"
          displayName: { contains: "READER" }, hireDate: { gte: "2021-01-04", lte: "2021-01-05" }, countryCode: "DE"
        }) { nodes { userName } }
      }`)
      expect(some).toEqual([{ userName: 'reader.04' }])
      const left = await listed(
        `{ list: users(filter: { ${mine}, leaveDate: { gte: "2026-01-01" } }) { nodes { id } } }`,
      )
      expect(left).toEqual([{ id: people[0] }])
      const waiting = await listed(`{
        list: absences(filter: { userId: "${people[2]!}", statuses: [REQUESTED], fromDate: { gte: "2026-12-01" } }) {
          nodes { days user { id } }
        }
      }`)
      expect(waiting).toEqual([{ days: 2, user: { id: people[2] } }])
      const filled = await listed(`{
        list: positions(first: 1, filter: { statuses: [FILLED], department: "Testing", plantId: "plant-9010" }) {
          nodes { status holder { userName } }
        }
      }`)
      expect(filled).toEqual([{ status: 'FILLED', holder: { userName: 'reader.01' } }])
    })

    test('pages through people without a gap or a repetition', async () => {
      const seen: unknown[] = []
      let after: string | null = null
      do {
        const query = `query ($after: String) {
          page: users(first: 7, after: $after, filter: { department: "Reading" }) {
            nodes { id } totalCount pageInfo { hasNextPage endCursor }
          }
        }`
        const { page } = (await data(ask(stage.hr, query, { variables: { after } }))) as {
          page: {
            nodes: readonly { id: string }[]
            totalCount: number
            pageInfo: { hasNextPage: boolean; endCursor: string }
          }
        }
        seen.push(...page.nodes.map(({ id }) => id))
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
        expect(page.totalCount).toBe(count)
      } while (after !== null)
      expect(seen).toEqual(people)
    })

    test.each(['users', 'groups', 'positions', 'absences'])('refuses a page of %s that is too large', async (list) => {
      expect(await codes(ask(stage.hr, `{ ${list}(first: 101) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
      expect(await codes(ask(stage.hr, `{ ${list}(first: 0) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
    })

    test('adds to a plant who works there, and to a person who reports to them', async () => {
      const of = [
        { __typename: 'Plant', id: plant },
        { __typename: 'Plant', id: 'plant-9999' },
      ]
      const [some, none] = (await entities(of, '... on Plant { id people(first: 100) { displayName } }')) as {
        people: unknown[]
      }[]
      expect(some?.people).toHaveLength(count - 1)
      expect(some?.people[0]).toEqual({ displayName: 'Reader 02' })
      expect(none?.people).toEqual([])
      const reports = (more: string) =>
        read(`{ user(id: "${staff.head}") { reports(first: 100 ${more}) { id } } }`) as Promise<{
          user: { reports: unknown[] }
        }>
      expect((await reports('')).user.reports).toHaveLength(count - 1)
      expect((await reports('includeInactive: true')).user.reports).toHaveLength(count)
    })

    test('reads a nested list with one statement for each kind of thing, however many rows', async () => {
      const query = (first: number) => `{
        users(first: ${first}, filter: { department: "Reading" }) {
          nodes {
            id name { formatted } emails { value } enterprise { department manager { displayName } } plant { id }
            position { title holder { id } } groups { group { displayName owner { id } } user { id } }
            absences { days } pay { annualSalary history { id } } reports { id }
          }
        }
      }`
      const few = await counted(() => read(query(2)))
      // A batch more or less depends on what arrives together; rows do not.
      expect(await counted(() => read(query(count)))).toBeLessThanOrEqual(few + 2)
      expect(few).toBeLessThanOrEqual(14)
    })

    test('names the people behind the principals of other systems, and no agents', async () => {
      const accounts = await data(
        ask(stage.crm, '{ accounts(first: 100) { nodes { ownerId manager { principal } } } }'),
      )
      const { nodes } = accounts['accounts'] as { nodes: { ownerId: string; manager: { principal: string } | null }[] }
      expect(nodes.length).toBeGreaterThan(0)
      for (const { ownerId, manager } of nodes) {
        expect(manager).toEqual(ownerId.startsWith('person:') ? { principal: ownerId } : null)
      }
      const incidents = await data(
        ask(stage.itsm, '{ incidents(first: 100) { nodes { assignedTo assignee { principal } } } }'),
      )
      const assigned = (incidents['incidents'] as { nodes: { assignedTo: string | null; assignee: unknown }[] }).nodes
      expect(assigned.some(({ assignedTo }) => assignedTo?.startsWith('agent:'))).toBe(true)
      for (const { assignedTo, assignee } of assigned) {
        expect(assignee).toEqual(assignedTo?.startsWith('person:') ? { principal: assignedTo } : null)
      }
      const changes = await data(
        ask(stage.itsm, '{ changes(first: 20) { nodes { assignedTo assignee { principal } } } }'),
      )
      for (const { assignedTo, assignee } of (changes['changes'] as typeof incidents & { nodes: typeof assigned })
        .nodes) {
        expect(assignee).toEqual(assignedTo?.startsWith('person:') ? { principal: assignedTo } : null)
      }
      const invoices = await data(
        ask(stage.finance, '{ invoices(first: 100) { nodes { approvedBy approver { principal } } } }'),
      )
      const approved = (invoices['invoices'] as { nodes: { approvedBy: string | null; approver: unknown }[] }).nodes
      for (const { approvedBy, approver } of approved) {
        expect(approver).toEqual(approvedBy?.startsWith('person:') ? { principal: approvedBy } : null)
      }
    })

    test('what is denied is missing, and nothing beside it', async () => {
      const { hr } = stage.under(rulesWith({ 'User.pay': always(denied), 'User.absences': always(denied) }))
      const { data: answer, errors = [] } = await ask(
        hr,
        `{ user(id: "${people[1]!}") { id pay { annualSalary } absences { id } } }`,
      )
      expect(JSON.parse(JSON.stringify(answer))).toEqual({ user: { id: people[1], pay: null, absences: null } })
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['POLICY_DENIED', 'POLICY_DENIED'])
    })
  })
}
