/** Material: what goes into an order and comes out of it, what is measured on a lot, and who may release it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobOrderState, LotStatus } from '../../../storage/tables/mes.ts'
import { databaseKinds } from '../../support/databases.ts'
import { agent, manager, openShop, type Shop, type Shown } from '../../support/mes.ts'
import { ask, callerNamed, data, noon } from '../../support/subgraphs.ts'
import { act } from '../../support/systems.ts'

const statuses = ['AVAILABLE', 'QUARANTINE', 'BLOCKED', 'CONSUMED'] as const
const orderStates = [
  'NOT_ALLOWED_TO_START',
  'ALLOWED_TO_START',
  'RUNNING',
  'INTERRUPTED',
  'ENDED',
  'ABORTED',
] as const satisfies readonly JobOrderState[]

/** A row for the status before, a column for the status after, in the order of `statuses`. */
const model: Readonly<Record<LotStatus, string>> = {
  AVAILABLE: '. x x .',
  QUARANTINE: 'x . x .',
  BLOCKED: '. x . .',
  CONSUMED: '. . . .',
}
const reachable = (from: LotStatus) => statuses.filter((_, column) => model[from].split(' ')[column] === 'x')

const lotFields = 'lot { id version lotNumber status statusReason quantity unit expiresOn producedBy { id } }'
const booking = `${lotFields} jobOrder { id version }
  materialActual { id use quantity unit lot { id } jobOrder { id } createdAt }`
const result = `${lotFields} qualityResult {
  id verdict measuredValue lowerLimit upperLimit unit measuredAt measuredBy measuredFor characteristic
  lot { id } jobOrder { id } operation { id }
}`
const measurement = { characteristic: 'seal strength', measuredValue: '4.2', unit: 'NU', lowerLimit: '4' }
const refusal = (argument: string) => ({ code: 'INVALID_INPUT', argument })

for (const kind of databaseKinds()) {
  describe(`material on ${kind}`, () => {
    let stage: Shop
    beforeAll(async () => {
      stage = await openShop(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    type Input = Readonly<Record<string, unknown>>
    const consume = (input: Input) => stage.run('consumeMaterial', { expectedVersion: 1, ...input }, booking)
    const refusesToConsume = (input: Input) =>
      stage.refuses('consumeMaterial', { expectedVersion: 1, ...input }, booking)
    const measure = (id: string, more: Input = {}, caller = agent) =>
      stage.run('recordQualityResult', { id, expectedVersion: 1, ...measurement, ...more }, result, caller)
    const set = (id: string, version: number, status: LotStatus, caller = manager) =>
      stage.run('setLotStatus', { id, expectedVersion: version, status, reason: 'Looked at it.' }, lotFields, caller)
    const refusesToSet = (id: string, version: number, status: LotStatus, caller = manager) =>
      stage.refuses('setLotStatus', { id, expectedVersion: version, status, reason: 'Looked.' }, lotFields, caller)

    describe('consuming', () => {
      test('takes from the lot, books on the order, and uses the lot up in the end', async () => {
        const id = await stage.lot({ quantity: '0.3000', unit: 'KGM' })
        const jobOrderId = await stage.jobOrderIn('RUNNING')
        expect(await consume({ id, jobOrderId, quantity: '0.1' })).toMatchObject({
          lot: { id, version: 2, status: 'AVAILABLE', quantity: '0.2000' },
          jobOrder: { id: jobOrderId, version: 2 },
          materialActual: {
            ...{ use: 'CONSUMED', quantity: '0.1000', unit: 'KGM', createdAt: noon.toISOString() },
            lot: { id },
            jobOrder: { id: jobOrderId },
          },
        })
        const more = { id, jobOrderId, quantity: '0.2001', expectedVersion: 2 }
        expect(await refusesToConsume(more)).toEqual(refusal('input.quantity'))
        expect(await consume({ ...more, quantity: '0.2' })).toMatchObject({
          lot: { status: 'CONSUMED', quantity: '0.0000', version: 3 },
        })
      })

      test.each(statuses)('a lot that is %s', async (status) => {
        const id = await stage.lot({ status })
        const input = { id, jobOrderId: await stage.jobOrderIn('RUNNING'), quantity: '1' }
        if (status === 'AVAILABLE') expect(await consume(input)).toMatchObject({ lot: { quantity: '99.0000' } })
        else expect(await refusesToConsume(input)).toEqual(refusal('input.id'))
      })

      test.each(orderStates)('for an order that is %s', async (state) => {
        const input = { id: await stage.lot(), jobOrderId: await stage.jobOrderIn(state), quantity: '1' }
        if (state === 'RUNNING') expect(await consume(input)).toMatchObject({ jobOrder: { version: 2 } })
        else expect(await refusesToConsume(input)).toEqual(refusal('input.jobOrderId'))
      })

      test.each([
        [{ quantity: '0' }, 'input.quantity'],
        [{ quantity: '-5' }, 'input.quantity'],
        [{ quantity: '0.5' }, 'input.quantity'],
        [{ quantity: '100.0001' }, 'input.quantity'],
        [{ quantity: '101' }, 'input.quantity'],
        [{ jobOrderId: 'JO-2026-00000' }, 'input.jobOrderId'],
      ])('refuses %j', async (more, argument) => {
        const input = { id: await stage.lot(), jobOrderId: await stage.jobOrderIn('RUNNING'), quantity: '1' }
        expect(await refusesToConsume({ ...input, ...more })).toEqual(refusal(argument))
      })

      test('refuses a lot of another plant, one that expired, and one that the order made itself', async () => {
        const jobOrderId = await stage.jobOrderIn('RUNNING')
        const own = { produced_by_job_order_id: jobOrderId, supplier_id: null, goods_receipt_id: null }
        for (const more of [{ plant_id: 'plant-1020' }, { expires_on: '2026-10-30' }, { ...own, shipment_id: null }]) {
          const id = await stage.lot(more)
          expect(await refusesToConsume({ id, jobOrderId, quantity: '1' }), JSON.stringify(more)).toEqual(
            refusal('input.id'),
          )
        }
        const lastDay = await stage.lot({ expires_on: '2026-10-31' })
        expect(await consume({ id: lastDay, jobOrderId, quantity: '1' })).toMatchObject({ lot: { version: 2 } })
      })

      test('keeps to the version that was read: of many at once, one takes', async () => {
        const id = await stage.lot()
        const jobOrderId = await stage.jobOrderIn('RUNNING')
        const input = { id, expectedVersion: 1, jobOrderId, quantity: '60' }
        const race = await Promise.all(
          Array.from({ length: 6 }, () => act(stage.mes, 'consumeMaterial', input, booking, agent)),
        )
        expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
        const { materialLot } = await data(
          ask(stage.mes, `{ materialLot(id: "${id}") { quantity consumedBy { id } } }`),
        )
        expect(materialLot).toMatchObject({ quantity: '40.0000', consumedBy: [{}] })
        expect(await refusesToConsume(input)).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refusesToConsume({ ...input, id: 'lot-00000' })).toEqual({ code: 'NOT_FOUND' })
      })

      test('row 60: a repeated booking takes once', async () => {
        const id = await stage.lot()
        const jobOrderId = await stage.jobOrderIn('RUNNING')
        const once = { id, jobOrderId, quantity: '60', idempotencyKey: `take-${kind}` }
        const first = await consume(once)
        expect(await consume(once)).toEqual({ ...first, replayed: true })
        const { materialLot } = await data(ask(stage.mes, `{ materialLot(id: "${id}") { quantity } }`))
        expect(materialLot).toEqual({ quantity: '40.0000' })
      })
    })

    describe('producing', () => {
      let numbers = 0
      const numbered = () => ({ lotNumber: `P-${++numbers}`, quantity: '40' })
      const produce = (input: Input) => stage.run('produceLot', { expectedVersion: 1, ...input }, booking)
      const refusesToProduce = (input: Input) => stage.refuses('produceLot', { expectedVersion: 1, ...input }, booking)

      test('makes a lot of what the order makes, where it makes it', async () => {
        const id = await stage.jobOrderIn('RUNNING', { plant_id: 'plant-1020', product_id: 'prd-9003' })
        const made = await produce({ id, ...numbered(), expiresOn: '2026-10-31' })
        expect(made).toMatchObject({
          lot: {
            ...{ status: 'AVAILABLE', statusReason: null, quantity: '40.0000', unit: 'C62', expiresOn: '2026-10-31' },
            producedBy: { id },
          },
          jobOrder: { id, version: 2 },
          materialActual: { use: 'PRODUCED', quantity: '40.0000', jobOrder: { id } },
        })
        const { lotNumber } = made['lot'] as Shown
        const query = `{ materialLotByNumber(lotNumber: "${String(lotNumber)}") { product { id } plant { id } supplier { id } } }`
        expect(await data(ask(stage.mes, query))).toEqual({
          materialLotByNumber: { product: { id: 'prd-9003' }, plant: { id: 'plant-1020' }, supplier: null },
        })
      })

      test.each(orderStates)('in an order that is %s', async (state) => {
        const input = { id: await stage.jobOrderIn(state), ...numbered() }
        if (state === 'RUNNING') expect(await produce(input)).toMatchObject({ lot: { version: 1 } })
        else expect(await refusesToProduce(input)).toEqual(refusal('input.id'))
      })

      test.each([
        [{ quantity: '0' }, 'input.quantity'],
        [{ quantity: '1.25' }, 'input.quantity'],
        [{ lotNumber: '' }, 'input.lotNumber'],
        [{ lotNumber: 'LOT 1' }, 'input.lotNumber'],
        [{ lotNumber: '-1' }, 'input.lotNumber'],
        [{ lotNumber: 'A'.repeat(21) }, 'input.lotNumber'],
        [{ expiresOn: '2026-10-30' }, 'input.expiresOn'],
      ])('refuses %j', async (more, argument) => {
        const id = await stage.jobOrderIn('RUNNING')
        expect(await refusesToProduce({ id, ...numbered(), ...more })).toEqual(refusal(argument))
      })

      test('gives no number twice, not even to two orders at once', async () => {
        const id = await stage.jobOrderIn('RUNNING')
        const { lotNumber } = (await produce({ id, ...numbered() }))['lot'] as Shown
        const again = { id, expectedVersion: 2, lotNumber, quantity: '1' }
        expect(await refusesToProduce(again)).toEqual(refusal('input.lotNumber'))
        const orders = await Promise.all([stage.jobOrderIn('RUNNING'), stage.jobOrderIn('RUNNING')])
        const race = await Promise.all(
          orders.map((order) => {
            const input = { id: order, expectedVersion: 1, lotNumber: `R-${kind}`, quantity: '1' }
            return act(stage.mes, 'produceLot', input, booking, agent)
          }),
        )
        expect(race.filter(({ errors }) => errors === undefined)).toHaveLength(1)
        const codes = race.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions?.['code']))
        expect(codes).toEqual(['INVALID_INPUT'])
      })

      test('leads from what was bought to what was made, and back', async () => {
        const bought = await stage.lot()
        const order = await stage.jobOrderIn('RUNNING')
        await consume({ id: bought, jobOrderId: order, quantity: '10' })
        const made = (await produce({ id: order, expectedVersion: 2, ...numbered() }))['lot'] as Shown
        const genealogy = `{
          down: materialLot(id: "${bought}") { consumedBy { quantity jobOrder { produced { lot { id } } } } }
          up: materialLot(id: "${made.id}") {
            producedBy { consumed { quantity lot { supplier { id } goodsReceipt { id } shipment { id } } } }
          }
        }`
        expect(await data(ask(stage.mes, genealogy))).toEqual({
          down: { consumedBy: [{ quantity: '10.0000', jobOrder: { produced: [{ lot: { id: made.id } }] } }] },
          up: {
            producedBy: {
              consumed: [
                {
                  quantity: '10.0000',
                  lot: {
                    supplier: { id: 'sup-001' },
                    goodsReceipt: { id: 'GR-2026-99001' },
                    shipment: { id: 'SHP-2026-99001' },
                  },
                },
              ],
            },
          },
        })
      })

      test('keeps to the version that was read, and a repetition makes nothing new', async () => {
        const id = await stage.jobOrderIn('RUNNING', { version: 2 })
        expect(await refusesToProduce({ id, ...numbered() })).toEqual({ code: 'VERSION_CONFLICT' })
        const once = { id, expectedVersion: 2, ...numbered(), idempotencyKey: `make-${kind}` }
        const first = await produce(once)
        expect(await produce(once)).toEqual({ ...first, replayed: true })
      })
    })

    describe('measuring', () => {
      test.each([
        ['4', { lowerLimit: '4' }, 'PASS'],
        ['3.9999', { lowerLimit: '4' }, 'FAIL'],
        ['4', { lowerLimit: null, upperLimit: '4' }, 'PASS'],
        ['4.0001', { lowerLimit: null, upperLimit: '4' }, 'FAIL'],
        ['4', { lowerLimit: '4', upperLimit: '4' }, 'PASS'],
        ['-18.5', { lowerLimit: '-20', upperLimit: '-18' }, 'PASS'],
        ['-17.9', { lowerLimit: '-20', upperLimit: '-18' }, 'FAIL'],
        ['10', { lowerLimit: '9', upperLimit: '100' }, 'PASS'],
      ] as const)('%s within %j is a %s', async (measuredValue, limits, verdict) => {
        const id = await stage.lot()
        expect(await measure(id, { measuredValue, ...limits })).toMatchObject({
          qualityResult: { verdict, lot: { id }, measuredBy: agent.id, measuredAt: noon.toISOString() },
          lot: { version: 2, status: verdict === 'PASS' ? 'AVAILABLE' : 'QUARANTINE' },
        })
      })

      test('a lot that fails is held with the reason, and can be used no more', async () => {
        const id = await stage.lot()
        const failed = await measure(id, { measuredValue: '3.1' })
        const { id: number } = failed['qualityResult'] as Shown
        expect(failed['lot']).toMatchObject({
          status: 'QUARANTINE',
          statusReason: `The quality result ${number} failed: seal strength is 3.1000 NU.`,
        })
        const input = { id, expectedVersion: 2, jobOrderId: await stage.jobOrderIn('RUNNING'), quantity: '1' }
        expect(await refusesToConsume(input)).toEqual(refusal('input.id'))
      })

      test.each(['QUARANTINE', 'BLOCKED', 'CONSUMED'] as const)('a FAIL leaves a lot %s', async (status) => {
        const id = await stage.lot({ status })
        const { lot } = await measure(id, { measuredValue: '3.1' })
        expect(lot).toMatchObject({ status, version: 2 })
      })

      test('a PASS releases nothing', async () => {
        const id = await stage.lot({ status: 'QUARANTINE' })
        expect(await measure(id)).toMatchObject({
          qualityResult: { verdict: 'PASS' },
          lot: { status: 'QUARANTINE', statusReason: 'There is a doubt.' },
        })
      })

      test('says in which order and operation, and for whom', async () => {
        const jobOrderId = await stage.jobOrderIn('RUNNING')
        const operationId = await stage.operationIn(jobOrderId, 'RUNNING')
        const sent = callerNamed('agent:production-agent', { onBehalfOf: manager.id })
        const more = { operationId, measuredAt: '2026-10-31T11:00:00Z' }
        expect(await measure(await stage.lot(), more, sent)).toMatchObject({
          qualityResult: {
            jobOrder: { id: jobOrderId },
            operation: { id: operationId },
            measuredAt: '2026-10-31T11:00:00.000Z',
            measuredBy: 'agent:production-agent',
            measuredFor: 'person:ruth.meyer',
          },
        })
        const other = { operationId, jobOrderId: await stage.jobOrderIn('RUNNING') }
        const input = { id: await stage.lot(), expectedVersion: 1, ...measurement, ...other }
        expect(await stage.refuses('recordQualityResult', input, result)).toEqual(refusal('input.operationId'))
      })

      test.each([
        [{ lowerLimit: null }, 'input.lowerLimit'],
        [{ lowerLimit: '5', upperLimit: '4' }, 'input.upperLimit'],
        [{ measuredValue: '1.00001' }, 'input.measuredValue'],
        [{ unit: 'newton' }, 'input.unit'],
        [{ characteristic: ' ' }, 'input.characteristic'],
        [{ measuredAt: '2026-10-31T12:00:00.001Z' }, 'input.measuredAt'],
        [{ jobOrderId: 'JO-2026-00000' }, 'input.jobOrderId'],
        [{ operationId: 'op-00000' }, 'input.operationId'],
      ])('refuses %j', async (more, argument) => {
        const input = { id: await stage.lot(), expectedVersion: 1, ...measurement, ...more }
        expect(await stage.refuses('recordQualityResult', input, result)).toEqual(refusal(argument))
      })

      test('keeps to the version that was read, and a repetition measures nothing new', async () => {
        const id = await stage.lot({ version: 2 })
        const stale = { id, expectedVersion: 1, ...measurement }
        expect(await stage.refuses('recordQualityResult', stale, result)).toEqual({ code: 'VERSION_CONFLICT' })
        const once = { expectedVersion: 2, measuredValue: '1', idempotencyKey: `measure-${kind}` }
        const first = await measure(id, once)
        expect(await measure(id, once)).toEqual({ ...first, replayed: true })
        const query = `{ materialLot(id: "${id}") { qualityResults(verdicts: [FAIL]) { measuredValue } } }`
        expect(await data(ask(stage.mes, query))).toEqual({
          materialLot: { qualityResults: [{ measuredValue: '1.0000' }] },
        })
      })
    })

    describe('holding and releasing', () => {
      test.each(statuses)('%s goes where the model says, and nowhere else', async (from) => {
        for (const to of statuses) {
          const id = await stage.lot({ status: from })
          if (reachable(from).includes(to)) {
            expect(await set(id, 1, to), `${from} to ${to}`).toMatchObject({
              lot: { status: to, version: 2, statusReason: 'Looked at it.' },
            })
          } else {
            expect(await refusesToSet(id, 1, to), `${from} to ${to}`).toEqual({
              code: 'ILLEGAL_TRANSITION',
              legal: reachable(from).toSorted(),
            })
          }
        }
      })

      const sentBy = (id: string) => callerNamed('agent:other', { onBehalfOf: callerNamed(id).id })
      test.each([
        ['who measured it', manager, manager],
        ['for whom it was measured', sentBy('person:ruth.meyer'), manager],
        ['an agent for who measured it', manager, sentBy('person:ruth.meyer')],
        [
          'a person through the agent that measured it',
          agent,
          callerNamed('person:lea.schubert', { actors: [{ id: agent.id, kind: 'agent', roles: [] }] }),
        ],
      ])('is not released by %s', async (_, measuring, releasing) => {
        const id = await stage.lot({ status: 'QUARANTINE' })
        await measure(id, {}, measuring)
        expect(await refusesToSet(id, 2, 'AVAILABLE', releasing)).toEqual({ code: 'SEPARATION_OF_DUTY' })
        // Holding it further needs no second person.
        expect(await set(id, 2, 'BLOCKED', releasing)).toMatchObject({ lot: { status: 'BLOCKED' } })
      })

      test('is released by somebody else, however much was measured since', async () => {
        const id = await stage.lot()
        const failed = (await measure(id, { measuredValue: '1' }, manager))['lot'] as Shown
        for (let version = failed.version; version < 5; version += 1) await measure(id, { expectedVersion: version })
        expect(await refusesToSet(id, 5, 'AVAILABLE', manager)).toEqual({ code: 'SEPARATION_OF_DUTY' })
        const other = callerNamed('person:lea.schubert')
        expect(await set(id, 5, 'AVAILABLE', other)).toMatchObject({ lot: { status: 'AVAILABLE', version: 6 } })
      })

      test('needs a reason, the version that was read, and acts once', async () => {
        const id = await stage.lot()
        const hold = { id, expectedVersion: 1, status: 'QUARANTINE', reason: ' ' }
        expect(await stage.refuses('setLotStatus', hold, lotFields)).toEqual(refusal('input.reason'))
        expect(await refusesToSet(id, 2, 'BLOCKED')).toEqual({ code: 'VERSION_CONFLICT' })
        expect(await refusesToSet('lot-00000', 1, 'BLOCKED')).toEqual({ code: 'NOT_FOUND' })
        const once = { ...hold, reason: 'A dent.', idempotencyKey: `hold-${kind}` }
        const first = await stage.run('setLotStatus', once, lotFields)
        expect(await stage.run('setLotStatus', once, lotFields)).toEqual({ ...first, replayed: true })
      })
    })

    describe('the database itself', () => {
      const update = (id: string, values: object) =>
        stage.database.kysely.updateTable('mes.material_lots').set(values).where('id', '=', id).execute()

      test.each([
        { status: 'CONSUMED' },
        { quantity: '0' },
        { quantity: '-1' },
        { status: 'QUARANTINE', status_reason: null },
        { status: 'LOST' },
        { lot_number: 'two words' },
      ])('keeps no lot with %j', async (values) => {
        await expect(update(await stage.lot(), values)).rejects.toThrow('violates check constraint')
      })

      test('keeps no verdict that the limits do not give', async () => {
        const id = await stage.lot()
        const { id: number } = (await measure(id))['qualityResult'] as Shown
        const lie = (values: object) =>
          stage.database.kysely.updateTable('mes.quality_results').set(values).where('id', '=', number).execute()
        for (const values of [{ verdict: 'FAIL' }, { measured_value: '3' }, { lower_limit: null }]) {
          await expect(lie(values)).rejects.toThrow('violates check constraint')
        }
      })
    })
  })
}
