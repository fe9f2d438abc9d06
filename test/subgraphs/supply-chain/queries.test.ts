/** Reading the supply chain: lookups by GS1 number, lists, traces, links, and how few statements it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ssccLink, withCheckDigit } from '../../../subgraphs/supply-chain/gs1.ts'
import { databaseKinds } from '../../support/databases.ts'
import { always, ask, callerNamed, codes, data, denied, rulesWith } from '../../support/subgraphs.ts'
import { addForecast, addShipment, fillSupplyChain, glnOf, gtinOf, places } from '../../support/supply-chain.ts'
import { act, openSystems, payload } from '../../support/systems.ts'

interface Node {
  readonly id: string
  readonly [field: string]: unknown
}

/** So many that a statement for each would be seen. */
const many = 24
const agent = callerNamed('agent:logistics-agent')
const sscc = (number: number): string => withCheckDigit(`3999111${String(number).padStart(10, '0')}`)

for (const kind of databaseKinds()) {
  describe(`reading the supply chain on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    const planned: string[] = []
    beforeAll(async () => {
      systems = await openSystems(kind)
      await fillSupplyChain(systems.database)
      for (let number = 0; number < many; number++) {
        const input = {
          direction: 'INBOUND',
          carrier: number % 2 === 0 ? 'Elbe Cargo' : 'Havel Freight',
          originId: places.supplierSite,
          destinationId: places.plant,
          purchaseOrderId: 'PO-2026-99001',
          plannedDeparture: '2026-11-02T06:00:00Z',
          plannedArrival: `2026-11-03T${String(number).padStart(2, '0')}:00:00Z`,
          units: [
            { sscc: sscc(2 * number), gtin: gtinOf(1), quantity: '40', lotNumber: `L-${number}` },
            { sscc: sscc(2 * number + 1), gtin: gtinOf(2), quantity: '1' },
          ],
        }
        const made = await payload(act(systems.supplyChain, 'createShipment', input, 'shipment { id }', agent))
        const { id } = made['shipment'] as Node
        planned.push(id)
        await capture('SHIPPING', '2026-10-31T08:00:00Z', { shipmentId: id, epcs: unitsOf(number) })
        await capture('PACKING', '2026-10-31T07:00:00Z', { epcs: unitsOf(number) })
        await capture('ARRIVING', '2026-10-31T11:00:00Z', { shipmentId: id, epcs: unitsOf(number) })
      }
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const unitsOf = (number: number) => [ssccLink(sscc(2 * number)), ssccLink(sscc(2 * number + 1))]
    async function capture(bizStep: string, eventTime: string, more: object): Promise<string> {
      const input = {
        type: 'OBJECT',
        action: 'OBSERVE',
        bizStep,
        eventTime,
        eventTimeZoneOffset: '+01:00',
        readPointId: places.plant,
        bizLocationId: places.warehouse,
        ...more,
      }
      const { event } = await payload(act(systems.supplyChain, 'captureEpcisEvent', input, 'event { id }', agent))
      return (event as Node).id
    }
    const read = (query: string, variables = {}) => data(ask(systems.supplyChain, query, { variables }))
    async function nodes(query: string): Promise<readonly Node[]> {
      const { list } = await read(query)
      return (list as { nodes: readonly Node[] }).nodes
    }

    describe('lookups', () => {
      test('by GLN, GTIN and SSCC', async () => {
        const query = `{
          location: locationByGln(gln: "${glnOf(5)}") { id type latitude longitude plant { id } account { id } }
          site: location(id: "${places.customerSite}") { account { id } supplier { id } }
          tradeItem(gtin: "${gtinOf(1)}") { id name product { id } unitsPerCase netWeightKg }
          logisticUnit(sscc: "${sscc(0)}") { lotNumber shipment { id } tradeItem { gtin } }
        }`
        expect(await read(query)).toEqual({
          location: {
            id: places.hub,
            type: 'HUB',
            latitude: '53.551086',
            longitude: '9.993682',
            plant: null,
            account: null,
          },
          site: { account: { id: 'acc-9001' }, supplier: null },
          tradeItem: {
            id: 'itm-9001',
            name: 'Scanner of the test',
            product: { id: 'prd-9001' },
            unitsPerCase: 40,
            netWeightKg: '0.2500',
          },
          logisticUnit: { lotNumber: 'L-0', shipment: { id: planned[0] }, tradeItem: { gtin: gtinOf(1) } },
        })
      })

      test('answer null for what is not there', async () => {
        const query = `{
          shipment(id: "x") { id } location(id: "x") { id } locationByGln(gln: "x") { id } tradeItem(gtin: "x") { id }
          logisticUnit(sscc: "x") { id } epcisEvent(id: "x") { id } forecast(id: "x") { id }
        }`
        expect(Object.values(await read(query))).toEqual(Array.from({ length: 7 }, () => null))
      })
    })

    describe('lists', () => {
      test('shipments, the latest planned arrival first, by all conditions at once', async () => {
        const found = await nodes(`{
          list: shipments(first: 100, filter: {
            supplierId: "sup-901", directions: [INBOUND], statuses: [PLANNED], carrier: { contains: "HAVEL" }
            purchaseOrderId: "PO-2026-99001", plannedArrival: { gte: "2026-11-03T12:00:00Z" }
            originId: "${places.supplierSite}", destinationId: "${places.plant}"
          }) { nodes { id carrier plannedArrival } }
        }`)
        expect(found.map(({ id }) => id)).toEqual(planned.filter((_, n) => n >= 12 && n % 2 === 1).reverse())
      })

      test('what is late, and what is not', async () => {
        const [late, punctual, off] = [
          await addShipment(systems.database, 'DELAYED', { carrier: 'Late Lines' }),
          await addShipment(systems.database, 'IN_TRANSIT', { carrier: 'Late Lines' }),
          await addShipment(systems.database, 'CANCELLED', {
            carrier: 'Late Lines',
            estimated_arrival: '2026-11-01T11:00:00Z',
          }),
        ]
        const list = async (filter: string) =>
          (
            await nodes(`{
              list: shipments(filter: { carrier: { eq: "Late Lines" }, ${filter} }, sort: { field: EXPECTED_ARRIVAL, direction: DESC }) {
                nodes { id isLate }
              }
            }`)
          ).map(({ id }) => id)
        expect(await list('late: true')).toEqual([late.id])
        expect((await list('late: false')).sort()).toEqual([punctual.id, off.id].sort())
        expect(await list('late: null')).toHaveLength(3)
        expect(await list('expectedArrival: { gte: "2026-11-01T10:30:00Z" }')).toEqual([late.id, off.id])
      })

      test('pages go on where the last one ended, also of the events of one thing', async () => {
        const seen: string[] = []
        let after: string | null = null
        do {
          const query = `query ($after: String, $epc: String) {
            list: epcisEvents(first: 2, after: $after, filter: { epc: $epc }, sort: { field: EVENT_TIME }) {
              nodes { id bizStep } totalCount pageInfo { hasNextPage endCursor }
            }
          }`
          const answer: Record<string, unknown> = await read(query, { after, epc: ssccLink(sscc(5)) })
          const {
            nodes: found,
            totalCount,
            pageInfo,
          } = answer['list'] as {
            nodes: readonly Node[]
            totalCount: number
            pageInfo: { hasNextPage: boolean; endCursor: string }
          }
          expect(totalCount).toBe(3)
          seen.push(...found.map(({ bizStep }) => String(bizStep)))
          after = pageInfo.hasNextPage ? pageInfo.endCursor : null
        } while (after !== null)
        expect(seen).toEqual(['PACKING', 'SHIPPING', 'ARRIVING'])
      })

      test('events by all conditions at once', async () => {
        const found = await nodes(`{
          list: epcisEvents(first: 100, filter: {
            types: [OBJECT], actions: [OBSERVE], bizSteps: [ARRIVING, SHIPPING], shipmentId: "${planned[3]}"
            readPointId: "${places.plant}", bizLocationId: "${places.warehouse}"
            eventTime: { gte: "2026-10-31T08:00:00Z", lt: "2026-10-31T11:00:00Z" }, recordTime: { gte: "2026-10-31T12:00:00Z" }
          }) { nodes { id bizStep shipment { id } } }
        }`)
        expect(found).toMatchObject([{ bizStep: 'SHIPPING', shipment: { id: planned[3] } }])
      })

      test('units of a lot, locations of a plant, items of a product, forecasts of a month', async () => {
        await addForecast(systems.database, 'PUBLISHED')
        await addForecast(systems.database, 'SUPERSEDED')
        expect(await nodes('{ list: logisticUnits(filter: { lotNumber: "L-7" }) { nodes { sscc } } }')).toEqual([
          { sscc: sscc(14) },
        ])
        expect(await nodes('{ list: locations(filter: { plantId: "plant-9010" }) { nodes { name } } }')).toEqual([
          { name: 'A warehouse of the test' },
          { name: 'Plant of the test' },
        ])
        expect(
          await nodes(
            '{ list: locations(filter: { types: [HUB], name: { contains: "of the TEST" } }) { nodes { id } } }',
          ),
        ).toEqual([{ id: places.hub }])
        expect(
          await nodes(
            '{ list: tradeItems(filter: { productId: "prd-9001" }, sort: { field: GTIN }) { nodes { id } } }',
          ),
        ).toEqual([{ id: 'itm-9001' }, { id: 'itm-9002' }])
        const forecasts = `{
          list: forecasts(filter: {
            productId: "prd-9001", plantId: "plant-9010", statuses: [PUBLISHED], methods: [STATISTICAL]
            period: { gte: "2026-12-01", lte: "2026-12-31" }
          }) { nodes { status } }
        }`
        expect(await nodes(forecasts)).toEqual([{ status: 'PUBLISHED' }])
      })

      test.each(['shipments', 'locations', 'tradeItems', 'logisticUnits', 'epcisEvents', 'forecasts'])(
        'a page of %s has 1 to 100',
        async (list) => {
          for (const first of [0, 101]) {
            expect(await codes(ask(systems.supplyChain, `{ ${list}(first: ${first}) { nodes { id } } }`))).toEqual([
              'INVALID_INPUT',
            ])
          }
        },
      )
    })

    describe('traces', () => {
      test('tell what happened in its order, with and without a shipment', async () => {
        const query = `{
          unit: logisticUnit(sscc: "${sscc(1)}") { trace { bizStep eventTime shipment { id } epcs readPoint { id } } }
          shipment(id: "${planned[0]}") { units { sscc } events { bizStep } }
        }`
        const at = { epcs: unitsOf(0), readPoint: { id: places.plant } }
        expect(await read(query)).toEqual({
          unit: {
            trace: [
              { bizStep: 'PACKING', eventTime: '2026-10-31T07:00:00.000Z', shipment: null, ...at },
              { bizStep: 'SHIPPING', eventTime: '2026-10-31T08:00:00.000Z', shipment: { id: planned[0] }, ...at },
              { bizStep: 'ARRIVING', eventTime: '2026-10-31T11:00:00.000Z', shipment: { id: planned[0] }, ...at },
            ],
          },
          shipment: {
            units: [{ sscc: sscc(0) }, { sscc: sscc(1) }],
            events: [{ bizStep: 'SHIPPING' }, { bizStep: 'ARRIVING' }],
          },
        })
      })
    })

    describe('entities', () => {
      const entities = (selection: string, of: readonly object[]) =>
        read(`query ($of: [_Any!]!) { _entities(representations: $of) { ${selection} } }`, { of })

      test('get what the supply chain adds to them, by their key', async () => {
        const selection = `
          ... on Supplier { id shipments(first: 2, statuses: [PLANNED]) { id } locations { id } }
          ... on PurchaseOrder { id shipments(first: 1) { id } }
          ... on Delivery { id shipments { id } }
          ... on Product { id tradeItems { id } forecasts(statuses: [DRAFT]) { id } }
          ... on Plant { id locations { id } }`
        const { _entities } = await entities(selection, [
          { __typename: 'Supplier', id: 'sup-901', shipments: 'forged' },
          { __typename: 'PurchaseOrder', id: 'PO-2026-99001' },
          { __typename: 'Delivery', id: 'DLV-2026-99999' },
          { __typename: 'Product', id: 'prd-9001' },
          { __typename: 'Plant', id: 'plant-9010' },
        ])
        expect(_entities).toEqual([
          {
            id: 'sup-901',
            shipments: [{ id: planned[many - 1] }, { id: planned[many - 2] }],
            locations: [{ id: places.supplierSite }],
          },
          { id: 'PO-2026-99001', shipments: [{ id: planned[many - 1] }] },
          { id: 'DLV-2026-99999', shipments: [] },
          { id: 'prd-9001', tradeItems: [{ id: 'itm-9001' }, { id: 'itm-9002' }], forecasts: [] },
          { id: 'plant-9010', locations: [{ id: places.warehouse }, { id: places.plant }] },
        ])
      })

      test('are found by either key, with one statement for each key of a list', async () => {
        const of = Array.from({ length: 2 * many }, (_, number) => ({ __typename: 'LogisticUnit', sscc: sscc(number) }))
        systems.queries.length = 0
        const { _entities } = await entities('... on LogisticUnit { sscc } ... on TradeItem { gtin }', [
          ...of,
          { __typename: 'LogisticUnit', sscc: '000000000000000000' },
          { __typename: 'TradeItem', gtin: gtinOf(1) },
          { __typename: 'TradeItem', id: 'itm-9002' },
        ])
        expect(_entities).toEqual([
          ...of.map((each) => ({ sscc: each.sscc })),
          null,
          { gtin: gtinOf(1) },
          { gtin: gtinOf(2) },
        ])
        expect(systems.queries).toHaveLength(3)
      })
    })

    test('a list takes one statement for each kind of thing, however many rows', async () => {
      const query = (first: number) => `{
        shipments(first: ${first}, filter: { purchaseOrderId: "PO-2026-99001" }) {
          nodes {
            id isOverdue delayHours supplier { id } purchaseOrder { id } delivery { id }
            origin { id supplier { id } } destination { id plant { id } }
            units { sscc tradeItem { id product { id } } trace { id readPoint { id } errorDeclaration { reason correctiveEvent { id } } } }
            events { id bizLocation { id } shipment { id } }
          }
        }
      }`
      const statements = async (first: number) => {
        systems.queries.length = 0
        await read(query(first))
        return systems.queries.filter((text) => !text.includes('systems.secrets')).length
      }
      const few = await statements(3)
      expect(await statements(many)).toBeLessThanOrEqual(few + 1)
      // shipments, locations, units, events, their locations and shipments, items, traces, their locations, declarations
      expect(few).toBeLessThanOrEqual(10)
    })

    test('drafts are compared with what holds by one statement', async () => {
      for (let number = 0; number < 6; number++) {
        const plant_id = `plant-7${String(number).padStart(3, '0')}`
        const product_id = 'prd-9007'
        await addForecast(systems.database, 'PUBLISHED', { plant_id, product_id })
        await addForecast(systems.database, 'DRAFT', { plant_id, product_id, quantity: String(1000 + 10 * number) })
      }
      systems.queries.length = 0
      const query =
        '{ list: forecasts(filter: { productId: "prd-9007", statuses: [DRAFT] }, sort: { field: ID }) { nodes { id changePercent } } }'
      expect((await nodes(query)).map(({ changePercent }) => changePercent)).toEqual([
        '0.00',
        '1.00',
        '2.00',
        '3.00',
        '4.00',
        '5.00',
      ])
      expect(systems.queries.filter((text) => !text.includes('systems.secrets'))).toHaveLength(2)
    })

    test('what freight costs is denied by the rule of its own coordinate', async () => {
      const { supplyChain } = systems.under(rulesWith({ 'Shipment.freightCost': always(denied) }))
      const { data: answer, errors = [] } = await ask(
        supplyChain,
        `{ shipment(id: "${planned[0]}") { carrier freightCost } }`,
      )
      expect(JSON.parse(JSON.stringify(answer))).toEqual({ shipment: { carrier: 'Elbe Cargo', freightCost: null } })
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['POLICY_DENIED'])
    })
  })
}
