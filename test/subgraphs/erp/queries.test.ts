/** Reading the ERP system: lookups, lists, what hangs on what, and how few statements it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../../support/databases.ts'
import { erpRows, gtinOf } from '../../support/erp.ts'
import { always, ask, codes, data, denied, rulesWith } from '../../support/subgraphs.ts'
import { openSystems } from '../../support/systems.ts'

interface Node {
  readonly id: string
  readonly [field: string]: unknown
}

/** Words and accounts that the generated company does not use. */
const group = 'Test benches'
const account = 'acc-9901'

for (const kind of databaseKinds()) {
  describe(`reading erp on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let rows: ReturnType<typeof erpRows>
    let plant: string
    let agentsPlant: string
    const products: string[] = []
    const orders: string[] = []
    const deliveries: string[] = []

    beforeAll(async () => {
      systems = await openSystems(kind)
      rows = erpRows(systems.database)
      plant = await rows.plant({ name: 'Prüfwerk', country_code: 'LI' })
      agentsPlant = await rows.plant({ manager_id: 'agent:order-agent', country_code: 'LI' })
      for (let number = 1; number <= 9; number += 1) {
        const product = await rows.product({
          product_group: group,
          name: `${number % 2 === 0 ? 'bench' : 'Bench'} ${number}`,
          gtin: gtinOf(number),
          list_price: number === 9 ? null : String(number * 100),
          standard_cost: '0.3333',
          procurement_type: number < 4 ? 'BUY' : 'MAKE',
          status: number === 8 ? 'PHASING_OUT' : 'ACTIVE',
        })
        products.push(product)
        const limits = { reorder_point: '20', safety_stock: '10' }
        await rows.stock(product, plant, String(number * 5), { ...limits, quality_inspection_quantity: '1' })
        await rows.stock(product, agentsPlant, '100', limits)
        const order = await rows.order({
          account_id: account,
          order_date: `2026-09-0${number}`,
          customer_reference: `Bench order ${number}`,
          owner_id: number === 1 ? 'agent:order-agent' : 'person:maria.keller',
          opportunity_id: number === 2 ? 'opp-0001' : null,
          delivery_block: number === 3 ? 'CREDIT_LIMIT' : null,
          type: number === 4 ? 'RUSH' : 'STANDARD',
          net_total: String(number * 1000),
        })
        orders.push(order)
        const item = await rows.orderItem(order, product, plant)
        await rows.orderItem(order, product, agentsPlant, { item_number: 20 })
        const delivery = await rows.delivery(order, plant, 'CREATED', {
          account_id: account,
          planned_goods_issue: `2026-11-0${number}`,
        })
        deliveries.push(delivery)
        await rows.deliveryItem(delivery, item, product, { lot_id: number === 1 ? 'lot-00001' : null })
      }
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const read = (query: string, variables: Readonly<Record<string, unknown>> = {}) =>
      data(ask(systems.erp, query, { variables }))
    async function nodes(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<readonly Node[]> {
      const { list } = await read(query, variables)
      return (list as { nodes: readonly Node[] }).nodes
    }

    test('finds a plant by its code, and who manages it', async () => {
      const query = `query ($a: String!, $b: String!) {
        a: plantByCode(code: $a) { id name timeZone managerId manager { principal } }
        b: plantByCode(code: $b) { managerId manager { principal } }
      }`
      expect(await read(query, { a: plant.slice(-4), b: agentsPlant.slice(-4) })).toEqual({
        a: {
          id: plant,
          name: 'Prüfwerk',
          timeZone: 'Europe/Berlin',
          managerId: 'person:ruth.meyer',
          manager: { principal: 'person:ruth.meyer' },
        },
        b: { managerId: 'agent:order-agent', manager: null },
      })
    })

    test('finds a product by what a scanner has read, and where it is in stock', async () => {
      const query = `query ($gtin: String!) {
        product: productByGtin(gtin: $gtin) {
          id gtin status baseUnit standardCost listPrice
          stock { plant { id } storageLocation unrestrictedQuantity supplySituation stockValue }
        }
      }`
      expect(await read(query, { gtin: gtinOf(2) })).toEqual({
        product: {
          id: products[1],
          gtin: gtinOf(2),
          status: 'ACTIVE',
          baseUnit: 'C62',
          standardCost: '0.3333',
          listPrice: '200.0000',
          stock: [
            // 11 × 0.3333 is 3.6663, 101 × 0.3333 is 33.6633: what waits for inspection is worth something too.
            {
              ...{ plant: { id: plant }, storageLocation: 'FG01', unrestrictedQuantity: '10.0000' },
              ...{ supplySituation: 'REORDER', stockValue: '3.67' },
            },
            {
              ...{ plant: { id: agentsPlant }, storageLocation: 'FG01', unrestrictedQuantity: '100.0000' },
              ...{ supplySituation: 'SUFFICIENT', stockValue: '33.33' },
            },
          ],
        },
      })
    })

    test('answers null for what is not there', async () => {
      const query = `{
        plant(id: "x") { id } plantByCode(code: "0000") { id } product(id: "x") { id } productByGtin(gtin: "x") { id }
        stockLevel(id: "x") { id } salesOrder(id: "x") { id } delivery(id: "x") { id }
      }`
      expect(new Set(Object.values(await read(query)))).toEqual(new Set([null]))
    })

    test('lists plants by code, and filters them', async () => {
      const found = await nodes('{ list: plants(filter: { countryCode: "LI" }) { nodes { id } } }')
      expect(found.map(({ id }) => id)).toEqual([plant, agentsPlant])
      const filter = '{ name: { contains: "PRÜF" }, managerId: "person:ruth.meyer" }'
      expect(await nodes(`{ list: plants(filter: ${filter}, sort: { field: NAME }) { nodes { id } } }`)).toEqual([
        { id: plant },
      ])
    })

    test('lists products by name, whatever the case, and filters by all conditions at once', async () => {
      const of = (more: string) =>
        nodes(`{ list: products(first: 50, filter: { productGroup: "${group}" ${more} }) { nodes { id name } } }`)
      expect((await of('')).map(({ name }) => name)).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8, 9].map((number) => (number % 2 === 0 ? `bench ${number}` : `Bench ${number}`)),
      )
      expect((await of('statuses: [PHASING_OUT]')).map(({ id }) => id)).toEqual([products[7]])
      expect(await of('procurementType: BUY, listPrice: { gte: "200", lte: "300" }')).toHaveLength(2)
      expect(await of('types: [SERVICE]')).toEqual([])
      const last =
        '{ list: products(first: 1, filter: { name: { contains: "bench" } }, sort: { field: NAME, direction: DESC }) { nodes { id } } }'
      expect(await nodes(last)).toEqual([{ id: products[8] }])
    })

    test('finds what runs short, in all plants and in one', async () => {
      const short = await nodes(
        `query ($plant: ID!) {
          list: stockLevels(filter: { plantId: $plant, supplySituations: [REORDER, CRITICAL] }
            sort: { field: UNRESTRICTED_QUANTITY }) { nodes { id unrestrictedQuantity supplySituation product { id } } }
        }`,
        { plant },
      )
      expect(short.map(({ unrestrictedQuantity, supplySituation }) => [unrestrictedQuantity, supplySituation])).toEqual(
        [
          ['5.0000', 'CRITICAL'],
          ['10.0000', 'REORDER'],
          ['15.0000', 'REORDER'],
        ],
      )
      const query = 'query ($id: ID!) { plant(id: $id) { stock(supplySituations: [CRITICAL]) { product { id } } } }'
      expect(await read(query, { id: plant })).toEqual({ plant: { stock: [{ product: { id: products[0] } }] } })
      const one =
        'query ($id: ID!) { list: stockLevels(filter: { productId: $id, storageLocation: "FG01" }) { nodes { id } } }'
      expect(await nodes(one, { id: products[0] })).toHaveLength(2)
    })

    test('lists sales orders newest first, and filters them', async () => {
      const of = async (filter: string, sort = '') =>
        (
          await nodes(`{ list: salesOrders(filter: { accountId: "${account}" ${filter} } ${sort}) { nodes { id } } }`)
        ).map(({ id }) => id)
      expect(await of('')).toEqual(orders.toReversed())
      expect(await of('', 'sort: { field: NET_TOTAL }')).toEqual(orders)
      expect(await of('deliveryBlocks: [CREDIT_LIMIT, PRICE_CHECK]')).toEqual([orders[2]])
      expect(await of('types: [RUSH]')).toEqual([orders[3]])
      expect(await of('ownerId: "agent:order-agent"')).toEqual([orders[0]])
      expect(await of('opportunityId: "opp-0001"')).toEqual([orders[1]])
      expect(await of('customerReference: { contains: "ORDER 5" }')).toEqual([orders[4]])
      expect(await of('orderDate: { gte: "2026-09-08" }, statuses: [NOT_PROCESSED]')).toEqual([orders[8], orders[7]])
      expect(await of('netTotal: { lte: "1000" }')).toEqual([orders[0]])
      expect(await of('requestedDeliveryDate: { lte: "2026-01-01" }')).toEqual([])
    })

    test('lists deliveries, the latest planned first, and filters them', async () => {
      const of = async (filter: string) =>
        (await nodes(`{ list: deliveries(filter: { accountId: "${account}" ${filter} }) { nodes { id } } }`)).map(
          ({ id }) => id,
        )
      expect(await of('')).toEqual(deliveries.toReversed())
      expect(await of(`salesOrderId: "${orders[0] ?? ''}"`)).toEqual([deliveries[0]])
      expect(await of('statuses: [DELIVERED]')).toEqual([])
      expect(await of(`plantId: "${plant}", plannedGoodsIssue: { lte: "2026-11-02" }`)).toEqual([
        deliveries[1],
        deliveries[0],
      ])
    })

    test('shows an order whole, with stubs of what other systems know', async () => {
      const query = `query ($id: ID!) {
        salesOrder(id: $id) {
          account { id } opportunity { id } owner { principal }
          items { itemNumber openQuantity product { id } }
          deliveries { items { quantity lot { id } salesOrderItem { itemNumber } product { id } } salesOrder { id } }
        }
      }`
      expect(await read(query, { id: orders[0] })).toEqual({
        salesOrder: {
          account: { id: account },
          opportunity: null,
          owner: null,
          items: [
            { itemNumber: 10, openQuantity: '6.0000', product: { id: products[0] } },
            { itemNumber: 20, openQuantity: '10.0000', product: { id: products[0] } },
          ],
          deliveries: [
            {
              items: [
                {
                  quantity: '4.0000',
                  lot: { id: 'lot-00001' },
                  salesOrderItem: { itemNumber: 10 },
                  product: { id: products[0] },
                },
              ],
              salesOrder: { id: orders[0] },
            },
          ],
        },
      })
      expect(await read(query, { id: orders[1] })).toMatchObject({
        salesOrder: { opportunity: { id: 'opp-0001' }, owner: { principal: 'person:maria.keller' } },
      })
    })

    test('is found by key, and adds orders to an account', async () => {
      const query = `query ($of: [_Any!]!) {
        _entities(representations: $of) {
          ... on Account { id salesOrders(first: 2, statuses: [NOT_PROCESSED]) { id } }
          ... on Plant { id name }
          ... on Product { id gtin }
          ... on SalesOrder { id netTotal }
          ... on Delivery { id status }
        }
      }`
      const of = [
        { __typename: 'Account', id: account, salesOrders: 'forged' },
        { __typename: 'Account', id: 'acc-9999' },
        { __typename: 'Plant', id: plant },
        { __typename: 'Product', id: products[0] },
        { __typename: 'SalesOrder', id: orders[0], netTotal: '1' },
        { __typename: 'Delivery', id: deliveries[0] },
        { __typename: 'Product', id: 'prd-0' },
      ]
      expect((await read(query, { of }))['_entities']).toEqual([
        { id: account, salesOrders: [{ id: orders[8] }, { id: orders[7] }] },
        { id: 'acc-9999', salesOrders: [] },
        { id: plant, name: 'Prüfwerk' },
        { id: products[0], gtin: gtinOf(1) },
        { id: orders[0], netTotal: '1000.00' },
        { id: deliveries[0], status: 'CREATED' },
        null,
      ])
    })

    test('pages through orders without a gap or a repetition', async () => {
      const seen: string[] = []
      let after: string | null = null
      do {
        const { page }: { page?: any } = await read(
          `query ($after: String) {
            page: salesOrders(first: 4, after: $after, filter: { accountId: "${account}" }) {
              nodes { id } totalCount pageInfo { hasNextPage endCursor }
            }
          }`,
          { after },
        )
        seen.push(...(page.nodes as readonly Node[]).map(({ id }) => id))
        expect(page.totalCount).toBe(9)
        after = page.pageInfo.hasNextPage ? String(page.pageInfo.endCursor) : null
      } while (after !== null)
      expect(seen).toEqual(orders.toReversed())
    })

    test.each(['plants', 'products', 'stockLevels', 'salesOrders', 'deliveries'])(
      'refuses a page of %s that is too large',
      async (list) => {
        expect(await codes(ask(systems.erp, `{ ${list}(first: 101) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
        expect(await codes(ask(systems.erp, `{ ${list}(first: 0) { nodes { id } } }`))).toEqual(['INVALID_INPUT'])
      },
    )

    test('reads a nested list with one statement for each kind of thing, however many rows', async () => {
      const query = (first: number) => `{
        salesOrders(first: ${first}, filter: { accountId: "${account}" }) {
          nodes {
            id account { id salesOrders(first: 2) { id } } owner { principal }
            items { openQuantity plant { name stock(first: 2) { stockValue } } product { name stock { stockValue } } }
            deliveries { plant { name } items { product { name } salesOrderItem { quantity openQuantity } } }
          }
        }
      }`
      const statements = async (first: number) => {
        systems.queries.length = 0
        await read(query(first))
        return systems.queries.filter((text) => !text.includes('systems.secrets')).length
      }
      const few = await statements(1)
      expect(await statements(9)).toBeLessThanOrEqual(few + 2)
      // orders, account's orders, items, deliveries, plants, plants' stock, products, products' stock, delivery items, order items;
      // and for what is open: orders by id, open deliveries, their items
      expect(few).toBeLessThanOrEqual(15)
    })

    test('denies costs by the rules of their own coordinates', async () => {
      const { erp } = systems.under(
        rulesWith({ 'Product.standardCost': always(denied), 'StockLevel.stockValue': always(denied) }),
      )
      const query = 'query ($id: ID!) { product(id: $id) { name standardCost stock(first: 1) { unit stockValue } } }'
      const { data: answer, errors = [] } = await ask(erp, query, { variables: { id: products[0] } })
      expect(JSON.parse(JSON.stringify(answer))).toEqual({
        product: { name: 'Bench 1', standardCost: null, stock: [{ unit: 'C62', stockValue: null }] },
      })
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['POLICY_DENIED', 'POLICY_DENIED'])
    })
  })
}
