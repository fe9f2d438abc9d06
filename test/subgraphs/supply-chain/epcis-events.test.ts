/** EPCIS events: what each type needs, that none is ever changed, and how one is declared wrong. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ssccLink } from '../../../subgraphs/supply-chain/gs1.ts'
import { databaseKinds } from '../../support/databases.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { addShipment, fillSupplyChain, freshSscc, gtinOf, places, ssccOf } from '../../support/supply-chain.ts'
import { act, openSystems, payload, refused } from '../../support/systems.ts'

const noon = '2026-10-31T12:00:00.000Z'
const whole = `event {
  id eventId type action bizStep disposition eventTime recordTime eventTimeZoneOffset readPoint { id } bizLocation { id }
  shipment { id } epcs recordedBy errorDeclaration { reason declarationTime declaredBy correctiveEvent { id } }
}`
const agent = callerNamed('agent:logistics-agent')
const manager = callerNamed('person:ruth.meyer')
const [pallet, box, other] = [ssccLink(ssccOf(801)), ssccLink(ssccOf(802)), ssccLink(ssccOf(803))]
const piece = `https://id.gs1.org/01/0${gtinOf(1)}/21/A-1`
const lot = `https://id.gs1.org/01/0${gtinOf(1)}/10/L-77`

interface CapturedEvent {
  readonly id: string
  readonly [field: string]: unknown
}
type Input = Readonly<Record<string, unknown>>

for (const kind of databaseKinds()) {
  describe(`EPCIS events on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let shipmentId: string
    beforeAll(async () => {
      systems = await openSystems(kind)
      await fillSupplyChain(systems.database)
      shipmentId = (await addShipment(systems.database, 'IN_TRANSIT')).id
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (mutation: string, input: Input, caller = agent): Promise<CapturedEvent> =>
      (await payload(act(systems.supplyChain, mutation, input, whole, caller)))['event'] as CapturedEvent
    const refuses = (mutation: string, input: Input) => refused(act(systems.supplyChain, mutation, input, whole, agent))
    const invalid = (argument: string) => ({ code: 'INVALID_INPUT', argument })
    const seen = (more: object = {}) => ({
      type: 'OBJECT',
      action: 'OBSERVE',
      bizStep: 'ARRIVING',
      eventTime: '2026-10-31T10:00:00+01:00',
      eventTimeZoneOffset: '+01:00',
      readPointId: places.plant,
      epcs: [pallet],
      ...more,
    })
    const capture = (more: object = {}, caller = agent) => does('captureEpcisEvent', seen(more), caller)

    describe('capturing', () => {
      test('keeps what is said, and who recorded it when', async () => {
        const eventId = 'urn:uuid:0b7f3b42-8a34-4f5b-9f0e-5b3a1f6c2d11'
        const epcs = [pallet, piece]
        const more = { eventId, disposition: 'IN_PROGRESS', bizLocationId: places.warehouse, shipmentId, epcs }
        expect(await capture(more)).toEqual({
          id: expect.stringMatching(/^evt-\d{6,}$/) as string,
          eventId,
          type: 'OBJECT',
          action: 'OBSERVE',
          bizStep: 'ARRIVING',
          disposition: 'IN_PROGRESS',
          eventTime: '2026-10-31T09:00:00.000Z',
          recordTime: noon,
          eventTimeZoneOffset: '+01:00',
          readPoint: { id: places.plant },
          bizLocation: { id: places.warehouse },
          shipment: { id: shipmentId },
          epcs,
          recordedBy: 'agent:logistics-agent',
          errorDeclaration: null,
        })
      })

      test('gives an event its own identifier, and takes none twice', async () => {
        const [first, second] = [await capture(), await capture()]
        expect(first['eventId']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/)
        expect(first['eventId']).not.toBe(second['eventId'])
        expect(await refuses('captureEpcisEvent', seen({ eventId: first['eventId'] }))).toEqual(invalid('eventId'))
      })

      test.each([
        ['an OBJECT', { action: 'DELETE', bizStep: 'INSPECTING', disposition: 'DAMAGED', epcs: [piece, lot] }],
        ['an OBJECT made known', { action: 'ADD', bizStep: 'COMMISSIONING', disposition: 'ACTIVE', epcs: [piece] }],
        ['an AGGREGATION', { type: 'AGGREGATION', action: 'ADD', bizStep: 'PACKING', epcs: [pallet, box, piece] }],
        ['all taken out', { type: 'AGGREGATION', action: 'DELETE', bizStep: 'UNLOADING', epcs: [pallet] }],
        ['an ASSOCIATION', { type: 'ASSOCIATION', action: 'ADD', bizStep: 'LOADING', epcs: [pallet, piece] }],
        ['a TRANSFORMATION', { type: 'TRANSFORMATION', action: null, bizStep: 'COMMISSIONING', epcs: [lot, piece] }],
      ])('takes %s', async (_, more) => {
        expect(await capture(more)).toMatchObject(more)
      })

      test('takes a TRANSACTION with its shipment', async () => {
        const more = { type: 'TRANSACTION', action: 'ADD', bizStep: 'RECEIVING', shipmentId }
        expect(await capture(more)).toMatchObject({ type: 'TRANSACTION', shipment: { id: shipmentId } })
      })

      test.each([
        ['no action', { action: null }, 'action'],
        ['an AGGREGATION without action', { type: 'AGGREGATION', action: null, epcs: [pallet, box] }, 'action'],
        ['an AGGREGATION of a parent alone', { type: 'AGGREGATION', action: 'ADD' }, 'epcs'],
        ['a parent alone that was seen', { type: 'AGGREGATION', action: 'OBSERVE' }, 'epcs'],
        ['an ASSOCIATION of a parent alone', { type: 'ASSOCIATION', action: 'ADD' }, 'epcs'],
        ['a TRANSACTION without document', { type: 'TRANSACTION', action: 'ADD' }, 'shipmentId'],
        ['a TRANSFORMATION with action', { type: 'TRANSFORMATION', action: 'ADD', epcs: [lot, piece] }, 'action'],
        ['a TRANSFORMATION of one', { type: 'TRANSFORMATION', action: null }, 'epcs'],
        ['COMMISSIONING of what was seen', { bizStep: 'COMMISSIONING' }, 'bizStep'],
        [
          'COMMISSIONING by packing',
          { type: 'AGGREGATION', action: 'ADD', bizStep: 'COMMISSIONING', epcs: [pallet, box] },
          'bizStep',
        ],
        ['things that nobody names', { epcs: [] }, 'epcs'],
        ['a thing named twice', { epcs: [pallet, box, pallet] }, 'epcs.2'],
        ['a wrong check digit', { epcs: [pallet, ssccLink('106141412345678909')] }, 'epcs.1'],
        ['a thing of another form', { epcs: ['urn:epc:id:sscc:0614141.1234567890'] }, 'epcs.0'],
        ['too many things', { epcs: Array.from({ length: 101 }, (_, n) => ssccLink(ssccOf(900 + n))) }, 'epcs'],
        ['what has not happened yet', { eventTime: '2026-10-31T12:00:00.001Z' }, 'eventTime'],
        ['an offset without a sign', { eventTimeZoneOffset: '01:00' }, 'eventTimeZoneOffset'],
        ['an offset that no place has', { eventTimeZoneOffset: '+14:30' }, 'eventTimeZoneOffset'],
        ['a read point that is not there', { readPointId: 'loc-0000' }, 'readPointId'],
        ['a location that is not there', { bizLocationId: 'loc-0000' }, 'bizLocationId'],
        ['a shipment that is not there', { shipmentId: 'SHP-2026-00000' }, 'shipmentId'],
        ['an identifier in capitals', { eventId: 'urn:uuid:0B7F3B42-8A34-4F5B-9F0E-5B3A1F6C2D12' }, 'eventId'],
        ['an identifier of another scheme', { eventId: 'ni:///sha-256;x?ver=CBV2.0' }, 'eventId'],
      ])('refuses %s', async (_, more, argument) => {
        expect(await refuses('captureEpcisEvent', seen(more))).toEqual(invalid(`input.${argument}`))
      })

      test('ties no unit to a shipment that it is not in', async () => {
        const sscc = freshSscc()
        const units = [{ sscc, gtin: gtinOf(1), quantity: '1' }]
        const planned = {
          direction: 'TRANSFER',
          carrier: 'Own lorry',
          originId: places.plant,
          destinationId: places.warehouse,
          plannedDeparture: '2026-11-02T06:00:00Z',
          plannedArrival: '2026-11-02T09:00:00Z',
          units,
        }
        const made = await payload(act(systems.supplyChain, 'createShipment', planned, 'shipment { id }', agent))
        const { id } = made['shipment'] as { id: string }
        const epcs = [pallet, ssccLink(sscc)]
        expect(await refuses('captureEpcisEvent', seen({ epcs, shipmentId }))).toEqual(invalid('input.epcs.1'))
        expect(await capture({ epcs, shipmentId: id })).toMatchObject({ shipment: { id } })
        expect(await capture({ epcs })).toMatchObject({ shipment: null })
      })

      test('happens once for a key', async () => {
        const input = { ...seen(), idempotencyKey: 'capture-once' }
        const send = () => payload(act(systems.supplyChain, 'captureEpcisEvent', input, 'event { id }', agent))
        const answers = await Promise.all([send(), send()])
        expect(answers[0]['event']).toEqual(answers[1]['event'])
        expect(answers.map(({ replayed }) => replayed).sort()).toEqual([false, true])
      })
    })

    describe('a wrong event', () => {
      const declare = (input: Input) => does('declareEpcisError', input, manager)
      const trace = async (epc: string) => {
        const query = `query ($epc: String!) {
          epcisEvents(filter: { epc: $epc }, first: 50) { nodes { id errorDeclaration { reason } } totalCount }
        }`
        return (await data(ask(systems.supplyChain, query, { variables: { epc } })))['epcisEvents'] as {
          nodes: { id: string }[]
          totalCount: number
        }
      }

      test('stays, with a declaration that says so and names the right one', async () => {
        const wrong = await capture({ epcs: [other] })
        const right = await capture({ epcs: [other], readPointId: places.warehouse })
        const declared = await declare({ id: wrong.id, reason: 'INCORRECT_DATA', correctiveEventId: right.id })
        expect(declared).toEqual({
          ...wrong,
          errorDeclaration: {
            reason: 'INCORRECT_DATA',
            declarationTime: noon,
            declaredBy: 'person:ruth.meyer',
            correctiveEvent: { id: right.id },
          },
        })
        const { nodes } = await trace(other)
        expect(nodes.map(({ id }) => id).sort()).toEqual([wrong.id, right.id].sort())
      })

      test('that did not happen has no right one', async () => {
        const { id } = await capture()
        expect(await declare({ id, reason: 'DID_NOT_OCCUR' })).toMatchObject({
          errorDeclaration: { reason: 'DID_NOT_OCCUR', correctiveEvent: null },
        })
      })

      test('is declared wrong once, and by an event that is right itself', async () => {
        const [wrong, alsoWrong, right] = [await capture(), await capture(), await capture()]
        await declare({ id: wrong.id, reason: 'DID_NOT_OCCUR' })
        const reason = 'INCORRECT_DATA'
        const refusedWith = (input: Input) => refuses('declareEpcisError', input)
        expect(await refusedWith({ id: wrong.id, reason: 'DID_NOT_OCCUR' })).toEqual(invalid('input.id'))
        expect(await refusedWith({ id: 'evt-000000', reason: 'DID_NOT_OCCUR' })).toEqual({ code: 'NOT_FOUND' })
        expect(await refusedWith({ id: alsoWrong.id, reason })).toEqual(invalid('input.correctiveEventId'))
        for (const [id, correctiveEventId] of [
          [alsoWrong.id, alsoWrong.id],
          [alsoWrong.id, wrong.id],
          [alsoWrong.id, 'evt-000000'],
        ]) {
          expect(await refusedWith({ id, reason, correctiveEventId })).toEqual(invalid('input.correctiveEventId'))
        }
        const surplus = { id: alsoWrong.id, reason: 'DID_NOT_OCCUR', correctiveEventId: right.id }
        expect(await refusedWith(surplus)).toEqual(invalid('input.correctiveEventId'))
      })

      test('is never changed or deleted, nor is its declaration', async () => {
        const { id } = await capture({ epcs: [box] })
        await declare({ id, reason: 'DID_NOT_OCCUR' })
        for (const table of ['epcis_events', 'error_declarations']) {
          for (const statement of [
            sql`update ${sql.id('supply_chain', table)} set version = 2`,
            sql`delete from ${sql.id('supply_chain', table)}`,
          ]) {
            await expect(statement.execute(systems.database.kysely)).rejects.toThrow('append-only')
          }
        }
      })
    })
  })
}
