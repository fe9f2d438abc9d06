/** Requisitions: drafted, changed, handed in, decided by somebody else, taken back; and every step that one can take. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequisitionStatus } from '../../../storage/tables/procurement.ts'
import { people, placeProcurement } from '../../support/procurement.ts'
import { callerNamed } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused, sourceKinds } from '../../support/systems.ts'

const agent = callerNamed('agent:procurement-agent')
const manager = callerNamed('person:bernd.osthoff')
const noon = '2026-10-31T12:00:00.000Z'
const statuses = ['DRAFT', 'SUBMITTED', 'APPROVED', 'REJECTED', 'ORDERED', 'WITHDRAWN'] as const

const acts = {
  submitRequisition: { becomes: 'SUBMITTED', with: {} },
  'decideRequisition APPROVED': { becomes: 'APPROVED', with: { decision: 'APPROVED', total: '400.00' } },
  'decideRequisition REJECTED': {
    becomes: 'REJECTED',
    with: { decision: 'REJECTED', total: '400.00', note: 'Not this year.' },
  },
  withdrawRequisition: { becomes: 'WITHDRAWN', with: {} },
} as const

/** A row for the status before, a column for each of `acts`; and where the error says that one could go. */
const model: Readonly<Record<RequisitionStatus, readonly [acts: string, legal: readonly RequisitionStatus[]]>> = {
  DRAFT: ['x . . x', ['SUBMITTED', 'WITHDRAWN']],
  SUBMITTED: ['. x x x', ['APPROVED', 'REJECTED', 'WITHDRAWN']],
  APPROVED: ['. . . x', ['ORDERED', 'WITHDRAWN']],
  REJECTED: ['. . . .', []],
  ORDERED: ['. . . .', []],
  WITHDRAWN: ['. . . .', []],
}
const cases = statuses.flatMap((status) =>
  Object.entries(acts).map(([name, { becomes, with: more }], index) => {
    const [marks, legal] = model[status]
    return {
      status,
      name,
      mutation: name.split(' ')[0] ?? '',
      becomes,
      more,
      is: marks.split(' ')[index] === 'x',
      legal,
    }
  }),
)

const whole = `requisition {
  id version title justification status requestedBy requester { principal } preparedBy costCenter neededBy currency total
  decidedBy decider { principal } decidedAt decisionNote
  items { itemNumber description product { id } plant { id } quantity unit estimatedPrice supplier { id } purchaseOrder { id } }
}`
const scanner = { description: 'Handheld scanner', plantId: 'plant-1010', quantity: '4', estimatedPrice: '99.995' }
const draft = {
  title: 'Scanners for the new hall',
  costCenter: 'CC-4100',
  neededBy: '2026-12-01',
  items: [
    { ...scanner, productId: 'prd-0001' },
    { ...scanner, quantity: '0.5', unit: 'HUR' },
  ],
}

interface Requisition {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

for (const kind of sourceKinds()) {
  describe(`requisitions on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let place: ReturnType<typeof placeProcurement>
    beforeAll(async () => {
      systems = await openSystems(kind)
      place = placeProcurement(systems.database)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (
      name: string,
      input: Readonly<Record<string, unknown>>,
      caller = manager,
    ): Promise<Requisition> =>
      (await payload(act(systems.procurement, name, input, whole, caller)))['requisition'] as Requisition
    const refuses = (name: string, input: Readonly<Record<string, unknown>>, caller = manager) =>
      refused(act(systems.procurement, name, input, whole, caller))

    test.each(cases)('$status: $name $is', async ({ status, mutation, becomes, more, is, legal }) => {
      const { id } = await place.requisition({ status })
      const input = { id, expectedVersion: 1, ...more }
      if (is) expect(await does(mutation, input)).toMatchObject({ status: becomes, version: 2 })
      else expect(await refuses(mutation, input)).toEqual({ code: 'ILLEGAL_TRANSITION', legal: legal.toSorted() })
    })

    test('is drafted with items that are numbered and added up to the cent', async () => {
      const supplier = await place.supplier()
      const items = [{ ...draft.items[0], supplierId: supplier.id }, draft.items[1]]
      const made = await does('createRequisition', { ...draft, items, justification: 'The hall opens in May.' }, agent)
      expect(made).toMatchObject({
        version: 1,
        status: 'DRAFT',
        requestedBy: 'agent:procurement-agent',
        requester: null,
        preparedBy: null,
        currency: 'EUR',
        // 4 × 99.995 and 0.5 × 99.995, each rounded: 399.98 + 50.00
        total: '449.98',
        decidedBy: null,
        items: [
          {
            itemNumber: 10,
            product: { id: 'prd-0001' },
            plant: { id: 'plant-1010' },
            quantity: '4.0000',
            unit: 'C62',
            estimatedPrice: '99.9950',
            supplier: { id: supplier.id },
            purchaseOrder: null,
          },
          { itemNumber: 20, product: null, quantity: '0.5000', unit: 'HUR', supplier: null },
        ],
      })
      expect(made.id).toMatch(/^PR-2026-\d{5}$/)
    })

    test('an agent asks for something in the name of a person', async () => {
      const forRuben = callerNamed('agent:procurement-agent', { onBehalfOf: callerNamed(people.requester).id })
      expect(await does('createRequisition', draft, forRuben)).toMatchObject({
        requestedBy: people.requester,
        requester: { principal: people.requester },
        preparedBy: 'agent:procurement-agent',
      })
    })

    test.each([
      [{ title: '' }, 'input.title'],
      [{ costCenter: '4100' }, 'input.costCenter'],
      [{ neededBy: '2026-10-30' }, 'input.neededBy'],
      [{ currency: 'Euro' }, 'input.currency'],
      [{ items: [] }, 'input.items'],
      [{ items: Array.from({ length: 101 }, () => scanner) }, 'input.items'],
      [{ items: [{ ...scanner, description: '' }] }, 'input.items.0.description'],
      [{ items: [{ ...scanner, productId: '4711' }] }, 'input.items.0.productId'],
      [{ items: [{ ...scanner, plantId: 'Havelberg' }] }, 'input.items.0.plantId'],
      [{ items: [scanner, { ...scanner, quantity: '0' }] }, 'input.items.1.quantity'],
      [{ items: [{ ...scanner, quantity: '1.00001' }] }, 'input.items.0.quantity'],
      [{ items: [{ ...scanner, estimatedPrice: '-1' }] }, 'input.items.0.estimatedPrice'],
      [{ items: [{ ...scanner, unit: 'pieces' }] }, 'input.items.0.unit'],
      [{ items: [{ ...scanner, supplierId: 'sup-000' }] }, 'input.items.0.supplierId'],
    ])('refuses a draft with %j', async (more, argument) => {
      expect(await refuses('createRequisition', { ...draft, ...more })).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test('a draft changes: its fields, items by their number, and more items', async () => {
      const { id } = await place.requisition({ status: 'DRAFT' }, [{}, { quantity: '1.0000' }])
      const changed = await does('changeRequisition', {
        id,
        expectedVersion: 1,
        title: 'Scanners and cradles',
        items: [{ itemNumber: 20, quantity: '2.5', estimatedPrice: '10' }],
        newItems: [{ ...scanner, description: 'Cradle' }],
      })
      expect(changed).toMatchObject({
        version: 2,
        title: 'Scanners and cradles',
        costCenter: 'CC-4100',
        // 4 × 100.00 + 2.5 × 10.00 + 4 × 99.995
        total: '824.98',
        items: [
          { itemNumber: 10, quantity: '4.0000', estimatedPrice: '100.0000' },
          { itemNumber: 20, quantity: '2.5000', estimatedPrice: '10.0000' },
          { itemNumber: 30, description: 'Cradle', quantity: '4.0000' },
        ],
      })
    })

    test('a wish for a supplier can be taken back', async () => {
      const supplier = await place.supplier()
      const { id } = await place.requisition({ status: 'DRAFT' }, [{ supplier_id: supplier.id }])
      const input = { id, expectedVersion: 1, items: [{ itemNumber: 10, supplierId: null }] }
      expect(await does('changeRequisition', input)).toMatchObject({ items: [{ supplier: null }], total: '400.00' })
    })

    test.each([
      [{}, 'input'],
      [{ title: null }, 'input.title'],
      [{ neededBy: '2026-10-30' }, 'input.neededBy'],
      [{ items: [{ itemNumber: 30, quantity: '1' }] }, 'input.items.0.itemNumber'],
      [
        {
          items: [
            { itemNumber: 10, quantity: '1' },
            { itemNumber: 10, quantity: '2' },
          ],
        },
        'input.items.1.itemNumber',
      ],
      [{ items: [{ itemNumber: 10, quantity: '-1' }] }, 'input.items.0.quantity'],
      [{ items: [{ itemNumber: 10, quantity: null }] }, 'input.items.0.quantity'],
      [{ items: [{ itemNumber: 10, supplierId: 'sup-000' }] }, 'input.items.0.supplierId'],
      [{ newItems: [{ ...scanner, plantId: 'x' }] }, 'input.newItems.0.plantId'],
      [{ newItems: Array.from({ length: 100 }, () => scanner) }, 'input.newItems'],
    ])('refuses to change a draft by %j', async (more, argument) => {
      const { id } = await place.requisition({ status: 'DRAFT' })
      const input = { id, expectedVersion: 1, ...more }
      expect(await refuses('changeRequisition', input)).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test.each(statuses.filter((status) => status !== 'DRAFT'))('what is %s does not change', async (status) => {
      const { id } = await place.requisition({ status })
      const input = { id, expectedVersion: 1, title: 'More scanners' }
      expect(await refuses('changeRequisition', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
    })

    const approval = { expectedVersion: 1, decision: 'APPROVED', total: '400' } as const

    test('a decision leaves its traces', async () => {
      const { id } = await place.requisition({ status: 'SUBMITTED' })
      expect(await does('decideRequisition', { id, ...approval, note: 'Take the cheap ones.' })).toMatchObject({
        status: 'APPROVED',
        decidedBy: 'person:bernd.osthoff',
        decider: { principal: 'person:bernd.osthoff' },
        decidedAt: noon,
        decisionNote: 'Take the cheap ones.',
      })
    })

    test.each([
      ['who wants it', {}, callerNamed(people.requester)],
      ['the agent that wrote it down', { prepared_by: 'agent:procurement-agent' }, agent],
      ['an agent for who wants it', {}, callerNamed('agent:other', { onBehalfOf: callerNamed(people.requester).id })],
      [
        'an agent that who wants it sent',
        {},
        callerNamed('agent:other', { actors: [{ id: callerNamed(people.requester).id, kind: 'person', roles: [] }] }),
      ],
    ])('is not decided by %s', async (_, more, caller) => {
      const { id } = await place.requisition({ status: 'SUBMITTED', ...more })
      expect(await refuses('decideRequisition', { id, ...approval }, caller)).toEqual({ code: 'SEPARATION_OF_DUTY' })
    })

    test.each([
      [{ total: '400.01' }, 'input.total'],
      [{ currency: 'GBP' }, 'input.currency'],
      [{ decision: 'REJECTED' }, 'input.note'],
      [{ decision: 'REJECTED', note: ' ' }, 'input.note'],
    ])('is not decided with %j', async (more, argument) => {
      const { id } = await place.requisition({ status: 'SUBMITTED' })
      const input = { id, ...approval, ...more }
      expect(await refuses('decideRequisition', input)).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test('what is decided is the version that was read', async () => {
      const { id } = await place.requisition({ status: 'SUBMITTED', version: 2 })
      expect(await refuses('decideRequisition', { id, ...approval })).toEqual({ code: 'VERSION_CONFLICT' })
    })

    test('is not taken back while an item of it is ordered', async () => {
      const supplier = await place.supplier()
      const order = await place.order(supplier.id)
      const { id } = await place.requisition({}, [{}, { purchase_order_id: order.id }])
      const input = { id, expectedVersion: 1 }
      expect(await refuses('withdrawRequisition', input)).toEqual({ code: 'INVALID_INPUT', argument: 'input.id' })
    })

    test('two who decide at once decide once, and a repeated decision is the same', async () => {
      const { id } = await place.requisition({ status: 'SUBMITTED' })
      const yes = { id, ...approval, idempotencyKey: `yes-${kind}` }
      const no = { ...yes, decision: 'REJECTED', note: 'No.', idempotencyKey: `no-${kind}` }
      const race = await Promise.all([
        act(systems.procurement, 'decideRequisition', yes, whole, manager),
        act(systems.procurement, 'decideRequisition', no, whole, callerNamed('person:mei.tanaka')),
      ])
      expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
      const again = await place.requisition({ status: 'SUBMITTED' })
      const once = { id: again.id, ...approval, idempotencyKey: `once-${kind}` }
      const first = await payload(act(systems.procurement, 'decideRequisition', once, whole, manager))
      expect(await payload(act(systems.procurement, 'decideRequisition', once, whole, manager))).toEqual({
        ...first,
        replayed: true,
      })
    })
  })
}
