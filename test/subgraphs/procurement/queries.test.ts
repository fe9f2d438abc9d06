/** Reading procurement: lists, what hangs on what, entities of other systems, and how few statements it takes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { people, placeProcurement } from '../../support/procurement.ts'
import { always, ask, codes, data, denied, rulesWith } from '../../support/subgraphs.ts'
import { openSystems, sourceKinds } from '../../support/systems.ts'

interface Node {
  readonly id: string
  readonly [field: string]: unknown
}

const entities = (selection: string) => `query ($of: [_Any!]!) { _entities(representations: $of) { ${selection} } }`
const pieces = 120

for (const kind of sourceKinds()) {
  describe(`reading procurement on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    /** What the tests made; the company's own records are beside it. */
    let made: Readonly<Record<'supplier' | 'contract' | 'requisition' | 'order' | 'cheap' | 'receipt', string>>
    beforeAll(async () => {
      systems = await openSystems(kind)
      const place = placeProcurement(systems.database)
      const supplier = await place.supplier({ name: 'Zubehör Zander GmbH', category: 'Kabel', gln: '4012345000009' })
      const contract = await place.contract(supplier.id, { title: 'Kabel 2026' })
      const draft = await place.contract(supplier.id, { status: 'DRAFT', valid_to: '2027-12-31' })
      const requisition = await place.requisition({ status: 'ORDERED' }, [{}, { supplier_id: supplier.id }])
      const links = { contract_id: contract.id, requisition_id: requisition.id }
      const order = await place.order(supplier.id, { ...links, order_date: '2026-10-20' }, [
        { product_id: 'prd-90001', delivery_date: '2026-11-01' },
        { product_id: 'prd-90001', delivery_date: '2026-12-01' },
        { product_id: null },
      ])
      const cheap = await place.order(supplier.id, { status: 'REJECTED', order_date: '2026-10-05' }, [
        { net_price: '0.5000' },
      ])
      const receipt = await place.receipt(order.id, { shipment_id: 'SHP-2099-00001', posting_date: '2026-10-25' })
      await place.receipt(order.id, { status: 'REVERSED', posting_date: '2026-10-21' })
      await place.receiptItems(receipt.id, order.id, { lot_id: 'lot-90001' })
      // Enough for pages: all of one kind, so that a list of them is the tests' own.
      for (let piece = 0; piece < pieces; piece += 1) {
        const { id } = await place.order(supplier.id, { type: 'RUSH', buyer_id: 'person:rush.buyer' })
        await place.receipt(id, { plant_id: 'plant-9999' })
      }
      made = {
        supplier: supplier.id,
        contract: contract.id,
        requisition: requisition.id,
        order: order.id,
        cheap: cheap.id,
        receipt: receipt.id,
      }
      expect(draft.id).not.toBe(contract.id)
    }, 120_000)
    afterAll(() => systems[Symbol.asyncDispose]())

    const read = (query: string) => data(ask(systems.procurement, query))
    async function nodes(query: string): Promise<readonly Node[]> {
      const { list } = await read(query)
      return (list as { nodes: readonly Node[] }).nodes
    }

    test('an order leads to everything that it came from and that came of it', async () => {
      const { purchaseOrder } = await read(`{ purchaseOrder(id: "${made.order}") {
        supplier { name gln } contract { title supplier { id } } requisition { requester { principal } items { supplier { id } } }
        buyer { principal } releasedByUser { principal }
        items { itemNumber product { id } plant { id } purchaseOrder { id } }
        goodsReceipts { id status shipment { id } items(first: 1) { lot { id } purchaseOrderItem { itemNumber } } }
      } }`)
      expect(purchaseOrder).toMatchObject({
        supplier: { name: 'Zubehör Zander GmbH', gln: '4012345000009' },
        contract: { title: 'Kabel 2026', supplier: { id: made.supplier } },
        requisition: {
          requester: { principal: people.requester },
          items: [{ supplier: null }, { supplier: { id: made.supplier } }],
        },
        buyer: { principal: people.buyer },
        releasedByUser: { principal: people.releaser },
        items: [
          {
            itemNumber: 10,
            product: { id: 'prd-90001' },
            plant: { id: 'plant-1010' },
            purchaseOrder: { id: made.order },
          },
          { itemNumber: 20 },
          { itemNumber: 30, product: null },
        ],
        goodsReceipts: [
          {
            id: made.receipt,
            status: 'POSTED',
            shipment: { id: 'SHP-2099-00001' },
            items: [{ lot: { id: 'lot-90001' }, purchaseOrderItem: { itemNumber: expect.any(Number) as number } }],
          },
          { status: 'REVERSED', shipment: null, items: [] },
        ],
      })
    })

    test('a supplier, a contract and a requisition lead back to their orders', async () => {
      const found = await read(`{
        supplier(id: "${made.supplier}") {
          contracts { status } drafts: contracts(statuses: [DRAFT]) { validTo }
          purchaseOrders(statuses: [REJECTED]) { id } last: purchaseOrders(first: 1) { type }
        }
        supplyContract(id: "${made.contract}") { purchaseOrders { id } }
        purchaseRequisition(id: "${made.requisition}") { purchaseOrders { id } }
        goodsReceipt(id: "${made.receipt}") { purchaseOrder { id } plant { id } }
      }`)
      expect(found).toMatchObject({
        supplier: {
          contracts: [{ status: 'DRAFT' }, { status: 'ACTIVE' }],
          drafts: [{ validTo: '2027-12-31' }],
          purchaseOrders: [{ id: made.cheap }],
        },
        supplyContract: { purchaseOrders: [{ id: made.order }] },
        purchaseRequisition: { purchaseOrders: [{ id: made.order }] },
        goodsReceipt: { purchaseOrder: { id: made.order }, plant: { id: 'plant-1010' } },
      })
    })

    test('finds a supplier by its name, upper and lower case alike', async () => {
      expect(await read('{ supplierByName(name: "ZUBEHÖR zander gmbh") { id } }')).toEqual({
        supplierByName: { id: made.supplier },
      })
      expect(await read('{ supplierByName(name: "nobody") { id } }')).toEqual({ supplierByName: null })
    })

    test('finds what is not there as null', async () => {
      const lost = `{
        supplier(id: "sup-000") { id } supplyContract(id: "x") { id } purchaseRequisition(id: "x") { id }
        purchaseOrder(id: "x") { id } goodsReceipt(id: "x") { id }
      }`
      expect(Object.values(await read(lost))).toEqual([null, null, null, null, null])
    })

    test.each([
      [
        'suppliers',
        'name: { contains: "zander" }, category: { eq: "kabel" }, countryCode: "DE", statuses: [ACTIVE]',
        'supplier',
      ],
      ['supplyContracts', 'title: { contains: "kabel" }, supplierId: "$supplier", statuses: [ACTIVE]', 'contract'],
      [
        'supplyContracts',
        'supplierId: "$supplier", validTo: { lte: "2026-12-31" }, targetValue: { gte: "9000" }',
        'contract',
      ],
      [
        'purchaseRequisitions',
        `statuses: [ORDERED], title: { contains: "HALL" }, requestedBy: "${people.requester}"`,
        'requisition',
      ],
      [
        'purchaseRequisitions',
        'costCenter: "CC-4100", neededBy: { gte: "2026-12-01", lte: "2026-12-01" }, total: { lte: "400" }',
        'requisition',
      ],
      ['purchaseOrders', 'contractId: "$contract", statuses: [SENT], types: [STANDARD]', 'order'],
      ['purchaseOrders', 'requisitionId: "$requisition", netTotal: { gte: "150", lte: "150" }', 'order'],
      [
        'purchaseOrders',
        'supplierId: "$supplier", orderDate: { lte: "2026-10-05", gte: "2026-10-05" }, netTotal: { lte: "5" }',
        'cheap',
      ],
      ['goodsReceipts', 'purchaseOrderId: "$order", statuses: [POSTED], plantId: "plant-1010"', 'receipt'],
      [
        'goodsReceipts',
        'shipmentId: "SHP-2099-00001", postingDate: { gte: "2026-10-25" }, deliveryNote: { contains: "ls-gr" }',
        'receipt',
      ],
    ] as const)('finds %s with %s', async (list, filter, what) => {
      const text = filter.replace(/\$(\w+)/g, (_, name: keyof typeof made) => made[name])
      const found = await nodes(`{ list: ${list}(first: 100, filter: { ${text} }) { nodes { id } } }`)
      expect(found.map(({ id }) => id)).toContain(made[what])
    })

    test('lists by amount as numbers, and page after page without a gap', async () => {
      const seen: string[] = []
      let after: string | null = null
      do {
        const cursor: string = after === null ? '' : `, after: "${after}"`
        const { purchaseOrders } = await read(`{ purchaseOrders(
          first: 50${cursor}, filter: { buyerId: "person:rush.buyer" }, sort: { field: NET_TOTAL, direction: DESC }
        ) { nodes { id } edges { cursor node { id } } totalCount pageInfo { hasNextPage endCursor } } }`)
        const page = purchaseOrders as {
          nodes: readonly Node[]
          edges: readonly { node: Node }[]
          totalCount: number
          pageInfo: { hasNextPage: boolean; endCursor: string | null }
        }
        expect(page.edges.map(({ node }) => node.id)).toEqual(page.nodes.map(({ id }) => id))
        expect(page.totalCount).toBe(pieces)
        seen.push(...page.nodes.map(({ id }) => id))
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
      } while (after !== null)
      expect(new Set(seen).size).toBe(pieces)
      const dear = await nodes(
        `{ list: purchaseOrders(first: 2, filter: { supplierId: "${made.supplier}" }, sort: { field: NET_TOTAL, direction: DESC }) { nodes { netTotal } } }`,
      )
      expect(dear.map(({ netTotal }) => netTotal)).toEqual(['150.00', '50.00'])
    })

    test.each(['suppliers', 'supplyContracts', 'purchaseRequisitions', 'purchaseOrders', 'goodsReceipts'])(
      'refuses a page of %s that is too large, and an inner list too',
      async (list) => {
        expect(await codes(ask(systems.procurement, `{ ${list}(first: 101) { nodes { id } } }`))).toEqual([
          'INVALID_INPUT',
        ])
        const inner = `{ purchaseOrder(id: "${made.order}") { items(first: 0) { id } } }`
        expect(await codes(ask(systems.procurement, inner))).toEqual(['INVALID_INPUT'])
      },
    )

    test('adds what was ordered to a product of the ERP system', async () => {
      const query = entities('... on Product { id purchaseOrderItems(first: 5) { deliveryDate purchaseOrder { id } } }')
      const of = ['prd-90001', 'prd-00000'].map((id) => ({ __typename: 'Product', id, purchaseOrderItems: 'forged' }))
      expect(await data(ask(systems.procurement, query, { variables: { of } }))).toEqual({
        _entities: [
          {
            id: 'prd-90001',
            purchaseOrderItems: [
              { deliveryDate: '2026-12-01', purchaseOrder: { id: made.order } },
              { deliveryDate: '2026-11-01', purchaseOrder: { id: made.order } },
            ],
          },
          { id: 'prd-00000', purchaseOrderItems: [] },
        ],
      })
    })

    test('answers for its own entities by their key', async () => {
      const query = entities(
        '... on Supplier { name } ... on SupplyContract { title } ... on PurchaseRequisition { title } ... on PurchaseOrder { netTotal } ... on GoodsReceipt { deliveryNote }',
      )
      const of = [
        { __typename: 'Supplier', id: made.supplier },
        { __typename: 'SupplyContract', id: made.contract },
        { __typename: 'PurchaseRequisition', id: made.requisition },
        { __typename: 'PurchaseOrder', id: made.order },
        { __typename: 'GoodsReceipt', id: made.receipt },
        { __typename: 'PurchaseOrder', id: 'PO-2099-00000' },
      ]
      expect(await data(ask(systems.procurement, query, { variables: { of } }))).toEqual({
        _entities: [
          { name: 'Zubehör Zander GmbH' },
          { title: 'Kabel 2026' },
          { title: 'Scanners for the new hall' },
          { netTotal: '150.00' },
          { deliveryNote: `LS-${made.receipt}` },
          null,
        ],
      })
    })

    test('reads nested lists with one statement for each kind of thing, however many rows', async () => {
      const query = (first: number) => `{
        purchaseOrders(first: ${first}, filter: { supplierId: "${made.supplier}" }) {
          nodes {
            id supplier { name contracts(first: 3) { id } purchaseOrders(first: 3) { id } }
            contract { title } requisition { items { supplier { id } purchaseOrder { id } } purchaseOrders { id } }
            items { product { id } plant { id } purchaseOrder { id } }
            goodsReceipts { items { purchaseOrderItem { itemNumber } } purchaseOrder { id } }
          }
        }
      }`
      const statements = async (first: number) => {
        systems.queries.length = 0
        await read(query(first))
        return systems.queries.filter((text) => !text.includes('systems.secrets')).length
      }
      const few = await statements(5)
      expect(await statements(100)).toBeLessThanOrEqual(few + 5)
      expect(few).toBeLessThanOrEqual(14)
    })

    test('denies the rating by its own coordinate, and nothing else with it', async () => {
      const guarded = systems.under(rulesWith({ 'Supplier.rating': always(denied) }))
      const query = `{ suppliers(first: 1, filter: { name: { contains: "Zander" } }) { nodes { name rating } } }`
      const { errors = [] } = await ask(guarded.procurement, query)
      expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['POLICY_DENIED'])
    })
  })
}
