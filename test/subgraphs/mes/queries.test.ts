/** Reading manufacturing: lookups, lists, what it adds to other systems, and how few statements it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../../support/databases.ts'
import { openShop, shop, type Shop } from '../../support/mes.ts'
import { always, ask, codes, data, denied, rulesWith } from '../../support/subgraphs.ts'

const product = 'prd-9100'
const orders = 24

for (const kind of databaseKinds()) {
  describe(`reading mes on ${kind}`, () => {
    let stage: Shop
    let lots: readonly string[]
    beforeAll(async () => {
      stage = await openShop(kind)
      lots = await Promise.all(
        Array.from({ length: 4 }, (_, index) =>
          stage.lot({
            product_id: product,
            status: index === 0 ? 'BLOCKED' : 'AVAILABLE',
            expires_on: index < 2 ? `2027-0${index + 1}-01` : null,
            created_at: `2026-10-0${index + 1}T00:00:00Z`,
          }),
        ),
      )
      const { kysely } = stage.database
      for (let index = 0; index < orders; index += 1) {
        const work_center_id = await stage.machine({ level: 'WORK_CENTER', parent_id: shop.hall })
        const work_unit_id = await stage.machine({ parent_id: work_center_id })
        const planned_start = `2026-09-${String(index + 1).padStart(2, '0')}T06:00:00.000Z`
        const id = await stage.jobOrderIn(index % 3 === 0 ? 'ENDED' : 'RUNNING', {
          ...{ product_id: product, work_center_id, planned_start, priority: (index % 9) + 1 },
          sales_order_id: index < 2 ? 'SO-2026-99001' : null,
        })
        const operation = await stage.operationIn(id, 'RUNNING', { work_unit_id })
        await stage.downtime(work_unit_id, { job_order_id: id, incident_id: 'INC0099001' })
        const common = { version: 1, job_order_id: id, created_at: planned_start, updated_at: planned_start }
        const of = { ...common, operation_id: operation }
        const time = { started_at: '2026-10-31T06:00:00Z', ended_at: '2026-10-31T07:00:00Z', note: null }
        await kysely
          .insertInto('mes.job_responses')
          .values(
            [1, 2].map((number) => ({
              ...{ ...of, ...time, id: `jr-9${id.slice(-4)}${number}`, reported_by: 'person:lea.schubert' },
              ...{ good_quantity: `${index}.2500`, scrap_quantity: '0.1000' },
            })),
          )
          .execute()
        await kysely
          .insertInto('mes.material_actuals')
          .values({
            ...{ ...common, id: `mat-9${id.slice(-4)}`, lot_id: lots[index % 4]!, use: 'CONSUMED' as const },
            ...{ quantity: '5.0000', unit: 'C62' },
          })
          .execute()
        await kysely
          .insertInto('mes.quality_results')
          .values({
            ...{ ...of, id: `qr-9${id.slice(-4)}`, lot_id: lots[index % 4]!, characteristic: 'Seal strength' },
            ...{ measured_value: '4.0000', unit: 'NU', lower_limit: '5.0000', upper_limit: null, verdict: 'FAIL' },
            ...{ measured_at: planned_start, measured_by: 'person:lea.schubert', measured_for: null },
          } as const)
          .execute()
      }
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const read = (query: string) => data(ask(stage.mes, query))
    async function listed(query: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
      const { list } = await read(query)
      return (list as { nodes: readonly Readonly<Record<string, unknown>>[] }).nodes
    }
    const entities = async (type: string, ids: readonly string[], selection: string) => {
      const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${selection} } } }`
      const of = ids.map((id) => ({ __typename: type, id }))
      return (await data(ask(stage.mes, query, { variables: { of } })))['_entities']
    }

    test('finds equipment by its name, whatever the case, and the way down to it', async () => {
      const { found } = await read(`{
        found: equipmentByName(name: "TESTFELD press") {
          id level state plant { id } configurationItem { id } parent { id } path { name } children { id } currentDowntime { id }
        }
      }`)
      expect(found).toEqual({
        ...{ id: shop.press, level: 'WORK_UNIT', state: 'IDLE', plant: { id: 'plant-1010' } },
        ...{ configurationItem: { id: 'CI-0009' }, parent: { id: shop.line }, children: [], currentDowntime: null },
        path: ['Testfeld', 'Testfeld hall 1', 'Testfeld line A', 'Testfeld press'].map((name) => ({ name })),
      })
      const { site } = await read(
        `{ site: equipment(id: "${shop.site}") { parent { id } path { id } children { id } } }`,
      )
      expect(site).toEqual({ parent: null, path: [{ id: shop.site }], children: [{ id: shop.hall }] })
    })

    test('answers null for what is not there', async () => {
      const query = `{
        equipment(id: "eq-0000") { id } equipmentByName(name: "x") { id } jobOrder(id: "x") { id } downtime(id: "x") { id }
        materialLot(id: "x") { id } materialLotByNumber(lotNumber: "x") { id }
      }`
      expect(Object.values(await read(query))).toEqual([null, null, null, null, null, null])
    })

    test('finds a lot by the number on its label, exactly', async () => {
      const [id] = lots
      const find = (lotNumber: string) => read(`{ lot: materialLotByNumber(lotNumber: "${lotNumber}") { id } }`)
      expect(await find(`T-${id}`)).toEqual({ lot: { id } })
      expect(await find(`t-${id}`)).toEqual({ lot: null })
    })

    test('lists job orders, the latest planned first, or as they are sorted and filtered', async () => {
      const mine = `productId: "${product}"`
      const latest = await listed(`{ list: jobOrders(first: 3, filter: { ${mine} }) { nodes { plannedStart } } }`)
      expect(latest.map(({ plannedStart }) => String(plannedStart).slice(0, 10))).toEqual([
        '2026-09-24',
        '2026-09-23',
        '2026-09-22',
      ])
      const urgent = await listed(`{
        list: jobOrders(first: 4, filter: { ${mine} }, sort: { field: PRIORITY }) { nodes { priority } }
      }`)
      expect(urgent.map(({ priority }) => priority)).toEqual([1, 1, 1, 2])
      const september = await listed(`{
        list: jobOrders(first: 100, filter: {
          ${mine}, states: [ENDED], plantId: "plant-1010", supervisorId: "person:ruth.meyer"
          plannedStart: { gte: "2026-09-10T00:00:00Z", lt: "2026-09-17T00:00:00Z" }
        }) { nodes { state plannedStart } }
      }`)
      expect(september.map(({ plannedStart }) => String(plannedStart).slice(8, 10))).toEqual(['16', '13', '10'])
    })

    test('filters lots, equipment, results and downtimes', async () => {
      const held = await listed(`{
        list: materialLots(filter: { productId: "${product}", statuses: [BLOCKED], supplierId: "sup-001" }) { nodes { id } }
      }`)
      expect(held).toEqual([{ id: lots[0] }])
      const expiring = await listed(`{
        list: materialLots(filter: { productId: "${product}" }, sort: { field: EXPIRES_ON }) { nodes { expiresOn } }
      }`)
      expect(expiring.map(({ expiresOn }) => expiresOn)).toEqual(['2027-01-01', '2027-02-01', null, null])
      const lines = await listed(`{
        list: allEquipment(filter: { parentId: "${shop.hall}", levels: [WORK_CENTER], name: { contains: "LINE" } }) {
          nodes { id }
        }
      }`)
      expect(lines).toEqual([{ id: shop.line }, { id: shop.otherLine }])
      const failed = await listed(`{
        list: qualityResults(first: 2, filter: { lotId: "${lots[1]!}", verdicts: [FAIL], characteristic: { contains: "seal" } }) {
          nodes { verdict measuredAt }
        }
      }`)
      expect(failed.map(({ measuredAt }) => String(measuredAt).slice(0, 10))).toEqual(['2026-09-22', '2026-09-18'])
    })

    test('tells downtimes that go on from those that ended', async () => {
      const machine = await stage.machine()
      const open = await stage.downtime(machine)
      const over = await stage.downtime(machine, { ended_at: '2026-10-31T09:00:00Z' })
      const of = (filter: string) =>
        listed(
          `{ list: downtimes(filter: { equipmentId: "${machine}" ${filter} }, sort: { field: ID }) { nodes { id } } }`,
        )
      expect(await of('ongoing: true')).toEqual([{ id: open }])
      expect(await of('ongoing: false')).toEqual([{ id: over }])
      expect(await of('ongoing: null')).toEqual([{ id: open }, { id: over }])
      expect(await of('reasons: [CHANGEOVER]')).toEqual([])
    })

    test('pages through job orders without a gap or a repetition', async () => {
      const seen: unknown[] = []
      let after: string | null = null
      do {
        const query = `query ($after: String) {
          page: jobOrders(first: 7, after: $after, filter: { productId: "${product}" }) {
            nodes { id } totalCount pageInfo { hasNextPage endCursor }
          }
        }`
        const { page } = (await data(ask(stage.mes, query, { variables: { after } }))) as {
          page: {
            nodes: readonly { id: string }[]
            totalCount: number
            pageInfo: { hasNextPage: boolean; endCursor: string }
          }
        }
        seen.push(...page.nodes.map(({ id }) => id))
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
        expect(page.totalCount).toBe(orders)
      } while (after !== null)
      expect(new Set(seen).size).toBe(orders)
      expect(seen).toHaveLength(orders)
    })

    test.each(['jobOrders', 'allEquipment', 'materialLots', 'qualityResults', 'downtimes'])(
      'refuses a page of %s that is too large',
      async (list) => {
        expect(await codes(ask(stage.mes, `{ ${list}(first: 101) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
        expect(await codes(ask(stage.mes, `{ ${list}(first: 0) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
      },
    )

    test('adds to the entities of other systems what hangs on them here', async () => {
      expect(
        await entities('Product', [product], 'jobOrders(first: 2, states: [ENDED]) { state } lots { id }'),
      ).toEqual([
        { jobOrders: [{ state: 'ENDED' }, { state: 'ENDED' }], lots: lots.toReversed().map((id) => ({ id })) },
      ])
      expect(await entities('Product', [product], 'lots(statuses: [BLOCKED]) { id }')).toEqual([
        { lots: [{ id: lots[0] }] },
      ])
      expect(await entities('SalesOrder', ['SO-2026-99001', 'SO-2026-99002'], 'id jobOrders { plannedStart }')).toEqual(
        [
          {
            id: 'SO-2026-99001',
            jobOrders: [{ plannedStart: '2026-09-02T06:00:00.000Z' }, { plannedStart: '2026-09-01T06:00:00.000Z' }],
          },
          { id: 'SO-2026-99002', jobOrders: [] },
        ],
      )
      const receipt = await entities('GoodsReceipt', ['GR-2026-99001'], 'lots(first: 100) { id goodsReceipt { id } }')
      expect(receipt).toMatchObject([{ lots: lots.map(() => ({ goodsReceipt: { id: 'GR-2026-99001' } })) }])
      expect(await entities('Supplier', ['sup-001'], 'lots(first: 1, statuses: [BLOCKED]) { status }')).toEqual([
        { lots: [{ status: 'BLOCKED' }] },
      ])
      expect(await entities('Incident', ['INC0099001', 'INC0099002'], 'downtimes(first: 3) { reason }')).toMatchObject([
        { downtimes: [{ reason: 'BREAKDOWN' }, { reason: 'BREAKDOWN' }, { reason: 'BREAKDOWN' }] },
        { downtimes: [] },
      ])
      const controlled = await entities('ConfigurationItem', ['CI-0009'], 'equipment(first: 100) { id }')
      expect(controlled).toMatchObject([
        { equipment: expect.arrayContaining([{ id: shop.press }, { id: shop.bench }]) },
      ])
    })

    test('answers for its own entities by key, and null for what is not there', async () => {
      expect(await entities('Equipment', [shop.press, 'eq-0000'], 'name')).toEqual([{ name: 'Testfeld press' }, null])
      expect(await entities('MaterialLot', [lots[0]!], 'lotNumber')).toEqual([{ lotNumber: `T-${lots[0]!}` }])
      expect(await entities('JobOrder', ['JO-2026-00000'], 'id')).toEqual([null])
    })

    test('reads a nested list with one statement for each kind of thing, however many rows', async () => {
      const query = (first: number) => `{
        jobOrders(first: ${first}, filter: { productId: "${product}" }) {
          nodes {
            id product { id } salesOrder { id } supervisor { principal } goodQuantity scrapQuantity
            workCenter { name path { name } currentDowntime { id } children { id } }
            operations { name workUnit { name path { name } currentDowntime { minutes incident { id } } } }
            responses { goodQuantity operation { name } jobOrder { id } }
            consumed { quantity lot { lotNumber supplier { id } qualityResults(first: 3) { verdict } consumedBy { jobOrder { id } } } }
            produced { lot { id } }
            qualityResults { verdict lot { id } operation { id } }
            downtimes { equipment { id } jobOrder { id } }
          }
        }
      }`
      const statements = async (first: number) => {
        stage.queries.length = 0
        await read(query(first))
        return stage.queries.filter((text) => !text.includes('systems.secrets')).length
      }
      const few = await statements(2)
      // A batch more or less depends on what arrives together; rows do not.
      expect(await statements(orders)).toBeLessThanOrEqual(few + 2)
      expect(few).toBeLessThanOrEqual(24)
    })

    test('what is reported adds up on each order of a list', async () => {
      const summed = await listed(`{
        list: jobOrders(first: 3, filter: { productId: "${product}" }) { nodes { goodQuantity scrapQuantity } }
      }`)
      expect(summed).toEqual([
        { goodQuantity: '46.5000', scrapQuantity: '0.2000' },
        { goodQuantity: '44.5000', scrapQuantity: '0.2000' },
        { goodQuantity: '42.5000', scrapQuantity: '0.2000' },
      ])
    })

    test('denies a field that it adds by the rule of its own coordinate', async () => {
      const { mes } = stage.under(rulesWith({ 'Product.lots': always(denied) }))
      const query = 'query ($of: [_Any!]!) { _entities(representations: $of) { ... on Product { id lots { id } } } }'
      const variables = { of: [{ __typename: 'Product', id: product }] }
      const { data: answer, errors = [] } = await ask(mes, query, { variables })
      expect(JSON.parse(JSON.stringify(answer))).toEqual({ _entities: [{ id: product, lots: null }] })
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['POLICY_DENIED'])
    })
  })
}
