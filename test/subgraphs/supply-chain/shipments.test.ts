/** Shipments: planning one, every step between statuses, estimates, and what is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ShipmentStatus } from '../../../storage/tables/supply-chain.ts'
import { databaseKinds } from '../../support/databases.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { addShipment, fillSupplyChain, freshSscc, gtinOf, places } from '../../support/supply-chain.ts'
import { act, openSystems, payload, refused } from '../../support/systems.ts'

const statuses = ['PLANNED', 'IN_TRANSIT', 'DELAYED', 'DELIVERED', 'CANCELLED'] as const

/** A row for the status before, a column for the status after, in the order of `statuses`. */
const model: Readonly<Record<ShipmentStatus, string>> = {
  PLANNED: '   . x . . x',
  IN_TRANSIT: '. . x x .',
  DELAYED: '   . x . . .',
  DELIVERED: ' . . . . .',
  CANCELLED: ' . . . . .',
}
const cases = statuses.map((from) => {
  const marks = model[from].trim().split(' ')
  return { from, reachable: statuses.filter((_, column) => marks[column] === 'x') }
})

const departed = { departedAt: '2026-10-31T08:00:00.000Z' }
const delayed = { estimatedArrival: '2026-11-01T18:00:00.000Z', delayReason: 'The lorry waits at customs.' }
const goingOn = { estimatedArrival: '2026-11-01T16:00:00.000Z' }
const arrived = { arrivedAt: '2026-10-31T11:00:00.000Z' }

/** What a step must say. */
function needsOf(from: ShipmentStatus, to: ShipmentStatus): object {
  if (from === 'DELAYED') return goingOn
  return { PLANNED: {}, IN_TRANSIT: departed, DELAYED: delayed, DELIVERED: arrived, CANCELLED: {} }[to]
}

const whole = `shipment {
  id version direction status carrier trackingNumber origin { id } destination { id } supplier { id } purchaseOrder { id }
  delivery { id } plannedDeparture plannedArrival departedAt estimatedArrival arrivedAt expectedArrival isLate isOverdue
  delayHours delayReason freightCost currency ownerId
  units { sscc quantity unit lotNumber packedAt tradeItem { gtin } }
}`
const agent = callerNamed('agent:logistics-agent')

interface Shipment {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}
type Input = Readonly<Record<string, unknown>>

for (const kind of databaseKinds()) {
  describe(`shipments on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    beforeAll(async () => {
      systems = await openSystems(kind)
      await fillSupplyChain(systems.database)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (mutation: string, input: Input, caller = agent): Promise<Shipment> =>
      (await payload(act(systems.supplyChain, mutation, input, whole, caller)))['shipment'] as Shipment
    const refuses = (mutation: string, input: Input) => refused(act(systems.supplyChain, mutation, input, whole, agent))
    const invalid = (argument: string) => ({ code: 'INVALID_INPUT', argument })
    const unit = (more: object = {}) => ({ sscc: freshSscc(), gtin: gtinOf(1), quantity: '40', ...more })
    const planning = (more: object = {}) => ({
      direction: 'INBOUND',
      carrier: 'Elbe Cargo',
      originId: places.supplierSite,
      destinationId: places.plant,
      plannedDeparture: '2026-11-02T06:00:00Z',
      plannedArrival: '2026-11-04T10:00:00Z',
      units: [unit()],
      ...more,
    })

    describe('planning', () => {
      test('takes what is said, completes the rest, and makes the units', async () => {
        const units = [
          unit({ lotNumber: 'L-77', packedAt: '2026-10-30T09:00:00Z' }),
          unit({ gtin: gtinOf(2), quantity: '1.5' }),
        ]
        const made = await does('createShipment', {
          ...planning({ units }),
          purchaseOrderId: 'PO-2026-00017',
          trackingNumber: 'EC-1',
          freightCost: '420.5',
        })
        expect(made).toMatchObject({
          version: 1,
          direction: 'INBOUND',
          status: 'PLANNED',
          trackingNumber: 'EC-1',
          origin: { id: places.supplierSite },
          destination: { id: places.plant },
          // The site that it leaves from says whose goods they are.
          supplier: { id: 'sup-901' },
          purchaseOrder: { id: 'PO-2026-00017' },
          delivery: null,
          plannedDeparture: '2026-11-02T06:00:00.000Z',
          departedAt: null,
          expectedArrival: '2026-11-04T10:00:00.000Z',
          isLate: false,
          isOverdue: false,
          delayHours: 0,
          freightCost: '420.50',
          currency: 'EUR',
          ownerId: 'agent:logistics-agent',
        })
        expect(made.id).toMatch(/^SHP-2026-\d{5,}$/)
        expect(made['units']).toEqual([
          {
            sscc: units[0]?.sscc,
            quantity: '40.0000',
            unit: 'C62',
            lotNumber: 'L-77',
            packedAt: '2026-10-30T09:00:00.000Z',
            tradeItem: { gtin: gtinOf(1) },
          },
          {
            sscc: units[1]?.sscc,
            quantity: '1.5000',
            unit: 'C62',
            lotNumber: null,
            packedAt: null,
            tradeItem: { gtin: gtinOf(2) },
          },
        ])
      })

      test('belongs to the person whom the agent acts for', async () => {
        const caller = callerNamed('agent:logistics-agent', { onBehalfOf: callerNamed('person:ruth.meyer').id })
        expect(await does('createShipment', planning(), caller)).toMatchObject({ ownerId: 'person:ruth.meyer' })
        expect(await does('createShipment', planning({ ownerId: 'person:ana.silva' }))).toMatchObject({
          ownerId: 'person:ana.silva',
        })
      })

      test.each([
        ['OUTBOUND', places.plant, places.customerSite, { deliveryId: 'DLV-2026-00003' }],
        ['OUTBOUND', places.warehouse, places.hub, {}],
        ['TRANSFER', places.plant, places.warehouse, {}],
        ['INBOUND', places.hub, places.warehouse, {}],
        ['INBOUND', places.hub, places.plant, { supplierId: 'sup-901', purchaseOrderId: 'PO-2026-00017' }],
      ])('%s goes from %s to %s', async (direction, originId, destinationId, more) => {
        const input = planning({ direction, originId, destinationId, ...more })
        expect(await does('createShipment', input)).toMatchObject({ direction, status: 'PLANNED' })
      })

      test.each([
        ['INBOUND from our own site', { originId: places.warehouse }, 'input.originId'],
        ['INBOUND to somebody else', { destinationId: places.customerSite }, 'input.destinationId'],
        ['OUTBOUND from somebody else', { direction: 'OUTBOUND', destinationId: places.hub }, 'input.originId'],
        ['OUTBOUND to ourselves', { direction: 'OUTBOUND', originId: places.warehouse }, 'input.destinationId'],
        ['TRANSFER from somebody else', { direction: 'TRANSFER' }, 'input.originId'],
        ['nowhere', { destinationId: places.supplierSite }, 'input.destinationId'],
        ['an unknown origin', { originId: 'loc-0000' }, 'input.originId'],
        ['an unknown destination', { destinationId: 'loc-0000' }, 'input.destinationId'],
        ['another supplier than the site’s', { supplierId: 'sup-902' }, 'input.supplierId'],
        ['a purchase order of nobody', { originId: places.hub, purchaseOrderId: 'PO-2026-00017' }, 'input.supplierId'],
        ['a purchase order of another form', { purchaseOrderId: '4500017' }, 'input.purchaseOrderId'],
        ['a delivery that comes in', { deliveryId: 'DLV-2026-00003' }, 'input.deliveryId'],
        [
          'a supplier on the way out',
          { direction: 'OUTBOUND', originId: places.plant, destinationId: places.hub, supplierId: 'sup-901' },
          'input.supplierId',
        ],
        ['an arrival in the past', { plannedArrival: '2026-10-31T12:00:00Z' }, 'input.plannedArrival'],
        ['an arrival before the departure', { plannedDeparture: '2026-11-05T00:00:00Z' }, 'input.plannedArrival'],
        ['free freight', { freightCost: '0' }, 'input.freightCost'],
        ['a tenth of a cent', { freightCost: '0.001' }, 'input.freightCost'],
        ['no carrier', { carrier: ' ' }, 'input.carrier'],
        ['an unknown currency form', { currency: 'Euro' }, 'input.currency'],
        ['an owner who is nobody', { ownerId: 'ruth' }, 'input.ownerId'],
        ['no units', { units: [] }, 'input.units'],
      ])('refuses %s', async (_, more, argument) => {
        expect(await refuses('createShipment', planning(more))).toEqual(invalid(argument))
      })

      test.each([
        ['a wrong check digit', { sscc: '399900000000000007' }, 'sscc'],
        ['an unknown trade item', { gtin: gtinOf(77) }, 'gtin'],
        ['nothing in it', { quantity: '0' }, 'quantity'],
        ['less than nothing', { quantity: '-1' }, 'quantity'],
        ['too fine a quantity', { quantity: '1.00001' }, 'quantity'],
        ['an empty lot number', { lotNumber: '' }, 'lotNumber'],
      ])('refuses a unit with %s', async (_, more, field) => {
        const input = planning({ units: [unit(), unit(more)] })
        expect(await refuses('createShipment', input)).toEqual(invalid(`input.units.1.${field}`))
      })

      test('an SSCC is used once: in one shipment, and over all', async () => {
        const sscc = freshSscc()
        const twice = planning({ units: [unit({ sscc }), unit({ sscc })] })
        expect(await refuses('createShipment', twice)).toEqual(invalid('input.units.1.sscc'))
        await does('createShipment', planning({ units: [unit({ sscc })] }))
        const again = planning({ units: [unit(), unit({ sscc })] })
        expect(await refuses('createShipment', again)).toEqual(invalid('input.units.1.sscc'))
      })

      test('takes a hundred units and no more', async () => {
        const units = Array.from({ length: 101 }, () => unit())
        expect(await refuses('createShipment', planning({ units }))).toEqual(invalid('input.units'))
        const made = await does('createShipment', planning({ units: units.slice(1) }))
        expect(await unitsOf(made.id)).toHaveLength(100)
      })

      test('what is refused leaves nothing behind', async () => {
        const sscc = freshSscc()
        await refuses('createShipment', planning({ units: [unit({ sscc }), unit({ quantity: '0' })] }))
        expect(await does('createShipment', planning({ units: [unit({ sscc })] }))).toMatchObject({ status: 'PLANNED' })
      })

      test('the same key plans once, however often and at once it is sent', async () => {
        const input = { ...planning(), idempotencyKey: 'plan-once' }
        const send = () => payload(act(systems.supplyChain, 'createShipment', input, 'shipment { id }', agent))
        const answers = await Promise.all([send(), send(), send()])
        expect(new Set(answers.map(({ shipment }) => (shipment as Shipment).id)).size).toBe(1)
        expect(answers.filter(({ replayed }) => replayed === false)).toHaveLength(1)
        const other = { ...input, carrier: 'Another' }
        expect(await refuses('createShipment', other)).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
      })

      const unitsOf = (id: string) =>
        systems.database.kysely
          .selectFrom('supply_chain.logistic_units')
          .select('sscc')
          .where('shipment_id', '=', id)
          .execute()
    })

    describe('steps', () => {
      test.each(cases)('from $from where its model says, and nowhere else', async ({ from, reachable }) => {
        for (const status of statuses) {
          const { id } = await addShipment(systems.database, from)
          const input = { id, expectedVersion: 1, status, ...needsOf(from, status) }
          if (reachable.includes(status)) {
            expect(await does('transitionShipment', input), `${from} to ${status}`).toMatchObject({
              status,
              version: 2,
            })
          } else {
            expect(await refuses('transitionShipment', input), `${from} to ${status}`).toEqual({
              code: 'ILLEGAL_TRANSITION',
              legal: reachable.toSorted(),
            })
          }
        }
      })

      test('leave their traces, and the plan stays what it was', async () => {
        const planned = await addShipment(systems.database, 'PLANNED')
        const next = (
          shipment: { readonly id: string; readonly version: number },
          status: ShipmentStatus,
          more: object,
        ) => does('transitionShipment', { id: shipment.id, expectedVersion: shipment.version, status, ...more })
        const left = await next(planned, 'IN_TRANSIT', departed)
        expect(left).toMatchObject({ ...departed, isLate: false, delayHours: 0 })
        const held = await next(left, 'DELAYED', delayed)
        expect(held).toMatchObject({ ...delayed, isLate: true, delayHours: 8 })
        const moving = await next(held, 'IN_TRANSIT', goingOn)
        expect(moving).toMatchObject({ ...goingOn, delayReason: delayed.delayReason, delayHours: 6 })
        expect(await next(moving, 'DELIVERED', arrived)).toMatchObject({
          ...departed,
          ...goingOn,
          ...arrived,
          plannedArrival: '2026-11-01T10:00:00.000Z',
          expectedArrival: arrived.arrivedAt,
          isLate: false,
          isOverdue: false,
          delayHours: -23,
        })
      })

      test.each([
        ['PLANNED', 'IN_TRANSIT', {}, 'departedAt'],
        ['PLANNED', 'IN_TRANSIT', { departedAt: null }, 'departedAt'],
        ['PLANNED', 'IN_TRANSIT', { departedAt: '2026-10-31T12:00:01Z' }, 'departedAt'],
        ['PLANNED', 'IN_TRANSIT', { ...departed, ...arrived }, 'arrivedAt'],
        ['PLANNED', 'IN_TRANSIT', { ...departed, estimatedArrival: '2026-10-31T12:00:00Z' }, 'estimatedArrival'],
        ['PLANNED', 'IN_TRANSIT', { ...departed, estimatedArrival: '2026-11-02T10:00:00.001Z' }, 'delayReason'],
        ['PLANNED', 'CANCELLED', departed, 'departedAt'],
        ['PLANNED', 'CANCELLED', { delayReason: 'x' }, 'delayReason'],
        ['IN_TRANSIT', 'DELAYED', {}, 'estimatedArrival'],
        ['IN_TRANSIT', 'DELAYED', { estimatedArrival: delayed.estimatedArrival }, 'delayReason'],
        ['IN_TRANSIT', 'DELAYED', { ...delayed, delayReason: '' }, 'delayReason'],
        ['IN_TRANSIT', 'DELAYED', { ...delayed, estimatedArrival: '2026-11-01T10:00:00Z' }, 'estimatedArrival'],
        ['IN_TRANSIT', 'DELAYED', { ...delayed, ...departed }, 'departedAt'],
        ['IN_TRANSIT', 'DELIVERED', {}, 'arrivedAt'],
        ['IN_TRANSIT', 'DELIVERED', { arrivedAt: '2026-10-31T12:00:01Z' }, 'arrivedAt'],
        ['IN_TRANSIT', 'DELIVERED', { arrivedAt: '2026-10-30T07:00:00Z' }, 'arrivedAt'],
        ['IN_TRANSIT', 'DELIVERED', { ...arrived, ...goingOn }, 'estimatedArrival'],
        ['DELAYED', 'IN_TRANSIT', {}, 'estimatedArrival'],
        ['DELAYED', 'IN_TRANSIT', { ...goingOn, ...departed }, 'departedAt'],
        ['DELAYED', 'IN_TRANSIT', { estimatedArrival: '2026-10-31T11:00:00Z' }, 'estimatedArrival'],
      ] as const)('%s to %s is refused with %j', async (from, status, more, field) => {
        const { id } = await addShipment(systems.database, from)
        const input = { id, expectedVersion: 1, status, ...more }
        expect(await refuses('transitionShipment', input)).toEqual(invalid(`input.${field}`))
      })

      test('what was said of a delay once stands for a later estimate', async () => {
        const { id } = await addShipment(systems.database, 'DELAYED')
        const input = { id, expectedVersion: 1, status: 'IN_TRANSIT', estimatedArrival: '2026-11-09T10:00:00Z' }
        expect(await does('transitionShipment', input)).toMatchObject({ delayReason: 'Customs.', isLate: true })
      })

      test('what leaves after it should have arrived says when it will', async () => {
        const past = { planned_departure: '2026-10-29T06:00:00Z', planned_arrival: '2026-10-30T10:00:00Z' }
        const { id } = await addShipment(systems.database, 'PLANNED', past)
        const input = { id, expectedVersion: 1, status: 'IN_TRANSIT', ...departed }
        expect(await refuses('transitionShipment', input)).toEqual(invalid('input.estimatedArrival'))
        const said = { ...input, estimatedArrival: '2026-11-01T10:00:00Z', delayReason: 'No lorry.' }
        expect(await does('transitionShipment', said)).toMatchObject({ isLate: true, delayHours: 48 })
      })

      test('are taken from the version that was read, once for a key', async () => {
        const { id } = await addShipment(systems.database, 'PLANNED', { version: 3 })
        const stale = { id, expectedVersion: 2, status: 'CANCELLED' }
        expect(await refuses('transitionShipment', stale)).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refuses('transitionShipment', { ...stale, id: 'SHP-2026-00000' })).toEqual({ code: 'NOT_FOUND' })
        const once = { id, expectedVersion: 3, status: 'CANCELLED', idempotencyKey: 'cancel-once' }
        const first = await payload(act(systems.supplyChain, 'transitionShipment', once, 'shipment { version }', agent))
        const again = await payload(act(systems.supplyChain, 'transitionShipment', once, 'shipment { version }', agent))
        expect(first).toEqual({ replayed: false, shipment: { version: 4 } })
        expect(again).toEqual({ replayed: true, shipment: { version: 4 } })
      })

      test('the database itself knows no other states', async () => {
        const wrong = [
          { status: 'PLANNED', departed_at: '2026-10-30T07:00:00Z' },
          { status: 'IN_TRANSIT', departed_at: null },
          { status: 'IN_TRANSIT', arrived_at: '2026-10-31T07:00:00Z' },
          { status: 'DELIVERED', arrived_at: null },
          { status: 'DELIVERED', arrived_at: '2026-10-30T06:59:00Z' },
          { status: 'CANCELLED', departed_at: '2026-10-30T07:00:00Z' },
          { status: 'DELAYED', delay_reason: null },
          { status: 'DELAYED', estimated_arrival: null },
          { status: 'DELAYED', estimated_arrival: '2026-11-01T10:00:00Z' },
          { status: 'IN_TRANSIT', estimated_arrival: '2026-11-02T10:00:01Z' },
          { status: 'PLANNED', destination_id: places.supplierSite },
          { status: 'PLANNED', supplier_id: null, purchase_order_id: 'PO-2026-00001' },
          { status: 'PLANNED', delivery_id: 'DLV-2026-00001' },
        ] as const
        for (const { status, ...more } of wrong) {
          await expect(
            addShipment(systems.database, status, more),
            JSON.stringify({ status, ...more }),
          ).rejects.toThrow('violates check constraint')
        }
      })
    })

    describe('estimates', () => {
      const estimate = async (status: ShipmentStatus, more: object) => {
        const { id } = await addShipment(systems.database, status)
        return { id, expectedVersion: 1, ...more }
      }

      test.each(['PLANNED', 'IN_TRANSIT', 'DELAYED'] as const)('are taken in %s', async (status) => {
        const input = await estimate(status, { estimatedArrival: '2026-11-02T10:00:00Z' })
        expect(await does('updateEstimatedArrival', input)).toMatchObject({
          status,
          version: 2,
          expectedArrival: '2026-11-02T10:00:00.000Z',
          isLate: true,
          delayHours: 24,
        })
      })

      test('may be early', async () => {
        const input = await estimate('IN_TRANSIT', { estimatedArrival: '2026-10-31T20:15:00Z' })
        expect(await does('updateEstimatedArrival', input)).toMatchObject({ isLate: false, delayHours: -13 })
      })

      test('more than a day behind the plan need a reason', async () => {
        const late = { estimatedArrival: '2026-11-02T10:00:00.001Z' }
        for (const status of ['PLANNED', 'IN_TRANSIT', 'DELAYED'] as const) {
          const input = await estimate(status, late)
          expect(await refuses('updateEstimatedArrival', input)).toEqual(invalid('input.delayReason'))
          const said = { ...input, delayReason: 'Strike at the port.' }
          expect(await does('updateEstimatedArrival', said)).toMatchObject({ delayReason: 'Strike at the port.' })
        }
      })

      test.each([
        ['PLANNED', { estimatedArrival: '2026-10-31T12:00:00Z' }, 'input.estimatedArrival'],
        ['IN_TRANSIT', { estimatedArrival: '2026-10-30T06:00:00Z' }, 'input.estimatedArrival'],
        ['DELAYED', { estimatedArrival: '2026-11-01T10:00:00Z' }, 'input.estimatedArrival'],
        ['PLANNED', { estimatedArrival: '2026-11-02T10:00:00Z', delayReason: 'x'.repeat(1_001) }, 'input.delayReason'],
        ['DELIVERED', { estimatedArrival: '2026-11-02T10:00:00Z' }, 'input.id'],
        ['CANCELLED', { estimatedArrival: '2026-11-02T10:00:00Z' }, 'input.id'],
      ] as const)('are refused in %s with %j', async (status, more, argument) => {
        expect(await refuses('updateEstimatedArrival', await estimate(status, more))).toEqual(invalid(argument))
      })

      test('take no reason away', async () => {
        const input = await estimate('DELAYED', { estimatedArrival: '2026-11-01T19:00:00Z', delayReason: null })
        expect(await does('updateEstimatedArrival', input)).toMatchObject({ delayReason: 'Customs.', delayHours: 9 })
      })

      test('of a version that is gone are refused', async () => {
        const input = {
          ...(await estimate('PLANNED', { estimatedArrival: '2026-11-02T10:00:00Z' })),
          expectedVersion: 9,
        }
        expect(await refuses('updateEstimatedArrival', input)).toEqual({ code: 'VERSION_CONFLICT' })
      })
    })

    test('what nobody heard of since it should have come is overdue; what is called off is not late', async () => {
      const past = { planned_departure: '2026-10-28T06:00:00Z', planned_arrival: '2026-10-31T11:59:00Z' }
      const overdue = await addShipment(systems.database, 'IN_TRANSIT', past)
      const called = await addShipment(systems.database, 'CANCELLED', {
        ...past,
        estimated_arrival: '2026-11-01T01:00:00Z',
      })
      const read = async ({ id }: { id: string }) =>
        (await data(ask(systems.supplyChain, `{ s: shipment(id: "${id}") { isLate isOverdue delayHours } }`)))['s']
      expect(await read(overdue)).toEqual({ isLate: false, isOverdue: true, delayHours: 0 })
      expect(await read(called)).toEqual({ isLate: false, isOverdue: false, delayHours: null })
    })
  })
}
