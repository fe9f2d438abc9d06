/** Suppliers and contracts: how they come in, who they are after a change, and every step that a contract can take. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContractStatus } from '../../../storage/tables/procurement.ts'
import { placeProcurement } from '../../support/procurement.ts'
import { ask, callerNamed, data } from '../../support/subgraphs.ts'
import { act, openSystems, payload, refused, sourceKinds } from '../../support/systems.ts'

const agent = callerNamed('agent:procurement-agent')
const manager = callerNamed('person:bernd.osthoff')
const statuses = ['DRAFT', 'ACTIVE', 'EXPIRED', 'TERMINATED'] as const

/** Which acts a contract takes: a activate, t terminate. */
const model: Readonly<Record<ContractStatus, string>> = {
  DRAFT: '     a t',
  ACTIVE: '    . t',
  EXPIRED: '   . .',
  TERMINATED: '. .',
}
const acts = ['activateContract', 'terminateContract'] as const
const becomes = { activateContract: 'ACTIVE', terminateContract: 'TERMINATED' } as const
const cases = statuses.flatMap((status) =>
  acts.map((name, index) => ({ status, name, legal: model[status].trim().split(' ')[index] !== '.' })),
)

const whole = `supplier {
  id version name status category vatIdentifier email phone countryCode paymentTermsDays ownerId rating gln
}`
const wholeContract = `contract {
  id version title type status validFrom validTo targetValue releasedValue currency ownerId terminateReason supplier { id }
}`

interface Made {
  readonly id: string
  readonly version: number
  readonly [field: string]: unknown
}

for (const kind of sourceKinds()) {
  describe(`suppliers and contracts on ${kind}`, () => {
    let systems: Awaited<ReturnType<typeof openSystems>>
    let place: ReturnType<typeof placeProcurement>
    beforeAll(async () => {
      systems = await openSystems(kind)
      place = placeProcurement(systems.database)
    })
    afterAll(() => systems[Symbol.asyncDispose]())

    const does = async (name: string, input: Readonly<Record<string, unknown>>, caller = agent): Promise<Made> => {
      const answer = await payload(act(systems.procurement, name, input, selectionOf(name), caller))
      return (answer['supplier'] ?? answer['contract']) as Made
    }
    const refuses = (name: string, input: Readonly<Record<string, unknown>>, caller = agent) =>
      refused(act(systems.procurement, name, input, selectionOf(name), caller))
    const selectionOf = (name: string) => (name.endsWith('Supplier') ? whole : wholeContract)

    let names = 0
    const fresh = () => ({ name: `Neue Quelle ${++names} GmbH`, category: 'Batteries', countryCode: 'DE' })

    test('a new supplier is blocked until somebody looked at it', async () => {
      const made = await does('createSupplier', { ...fresh(), vatIdentifier: 'DE123456789', gln: '4012345000009' })
      expect(made).toMatchObject({
        version: 1,
        status: 'BLOCKED',
        rating: 'B',
        paymentTermsDays: 30,
        ownerId: 'agent:procurement-agent',
        gln: '4012345000009',
      })
      expect(made.id).toMatch(/^sup-\d{3,}$/)
      const active = { id: made.id, expectedVersion: 1, status: 'ACTIVE', phone: '+49 30 23125 000' }
      expect(await does('updateSupplier', active, manager)).toMatchObject({
        version: 2,
        status: 'ACTIVE',
        phone: '+49 30 23125 000',
        category: 'Batteries',
      })
    })

    test('an agent that records a supplier for a person records theirs', async () => {
      const forMei = callerNamed('agent:procurement-agent', { onBehalfOf: callerNamed('person:mei.tanaka').id })
      expect(await does('createSupplier', fresh(), forMei)).toMatchObject({ ownerId: 'person:mei.tanaka' })
    })

    test.each([
      [{ name: ' ' }, 'input.name'],
      [{ category: '' }, 'input.category'],
      [{ countryCode: 'Germany' }, 'input.countryCode'],
      [{ vatIdentifier: '123' }, 'input.vatIdentifier'],
      [{ email: 'nobody' }, 'input.email'],
      [{ phone: 'x' }, 'input.phone'],
      [{ paymentTermsDays: 366 }, 'input.paymentTermsDays'],
      [{ paymentTermsDays: -1 }, 'input.paymentTermsDays'],
      [{ ownerId: 'mei' }, 'input.ownerId'],
      [{ gln: '4012345000008' }, 'input.gln'],
      [{ gln: '401234500000' }, 'input.gln'],
    ])('refuses a supplier with %j', async (more, argument) => {
      expect(await refuses('createSupplier', { ...fresh(), ...more })).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test('a name belongs to one supplier, upper and lower case alike', async () => {
      const { name } = await does('createSupplier', fresh())
      const twin = { ...fresh(), name: String(name).toUpperCase() }
      // Over OData the system behind refuses, and what it says of the reason stays with it.
      const named = kind === 'odata' ? {} : { argument: 'name' }
      expect(await refuses('createSupplier', twin)).toEqual({ code: 'INVALID_INPUT', ...named })
    })

    test('a change is of the version that was read, and of something', async () => {
      const { id } = await place.supplier({ version: 3 })
      expect(await refuses('updateSupplier', { id, expectedVersion: 2, rating: 'A' })).toEqual({
        code: 'VERSION_CONFLICT',
      })
      expect(await refuses('updateSupplier', { id, expectedVersion: 3 })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input',
      })
      expect(await refuses('updateSupplier', { id, expectedVersion: 3, name: null })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.name',
      })
      expect(await refuses('updateSupplier', { id: 'sup-000', expectedVersion: 1, rating: 'A' })).toEqual({
        code: 'NOT_FOUND',
      })
    })

    test('the same key records one supplier', async () => {
      const once = { ...fresh(), idempotencyKey: `supplier-${kind}` }
      const first = await payload(act(systems.procurement, 'createSupplier', once, whole, agent))
      expect(await payload(act(systems.procurement, 'createSupplier', once, whole, agent))).toEqual({
        ...first,
        replayed: true,
      })
    })

    const draft = (supplierId: string) => ({
      supplierId,
      title: 'Batteries 2027',
      validFrom: '2026-11-01',
      validTo: '2027-10-31',
      targetValue: '12000',
    })

    test('a contract is drafted with a supplier', async () => {
      const { id } = await place.supplier({ status: 'BLOCKED' })
      const made = await does('createContract', draft(id))
      expect(made).toMatchObject({
        version: 1,
        type: 'VALUE',
        status: 'DRAFT',
        targetValue: '12000.00',
        releasedValue: '0.00',
        currency: 'EUR',
        ownerId: 'agent:procurement-agent',
        supplier: { id },
      })
      expect(made.id).toMatch(/^ctr-\d{4,}$/)
    })

    test.each([
      [{ supplierId: 'sup-000' }, 'input.supplierId'],
      [{ title: '' }, 'input.title'],
      [{ validTo: '2026-10-30', validFrom: '2026-01-01' }, 'input.validTo'],
      [{ validTo: '2026-10-31' }, 'input.validTo'],
      [{ targetValue: '0' }, 'input.targetValue'],
      [{ targetValue: '1.001' }, 'input.targetValue'],
      [{ currency: 'Euro' }, 'input.currency'],
    ])('refuses a contract with %j', async (more, argument) => {
      const { id } = await place.supplier()
      expect(await refuses('createContract', { ...draft(id), ...more })).toEqual({ code: 'INVALID_INPUT', argument })
    })

    test.each(cases)('a contract that is $status: $name $legal', async ({ status, name, legal }) => {
      const supplier = await place.supplier()
      const { id } = await place.contract(supplier.id, { status })
      const more = name === 'activateContract' ? { targetValue: '10000.00' } : { reason: 'Too late.' }
      const input = { id, expectedVersion: 1, ...more }
      if (legal) expect(await does(name, input, manager)).toMatchObject({ status: becomes[name], version: 2 })
      else expect(await refuses(name, input, manager)).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
    })

    test('a contract binds for the value that is meant, with a supplier that may be ordered from, before its end', async () => {
      const [supplier, blocked] = [await place.supplier(), await place.supplier({ status: 'BLOCKED' })]
      const activate = async (supplierId: string, more: object, said: object = {}) => {
        const { id } = await place.contract(supplierId, { status: 'DRAFT', ...more })
        return refuses('activateContract', { id, expectedVersion: 1, targetValue: '10000', ...said }, manager)
      }
      const invalid = (argument: string) => ({ code: 'INVALID_INPUT', argument })
      expect(await activate(supplier.id, {}, { targetValue: '10000.01' })).toEqual(invalid('input.targetValue'))
      expect(await activate(blocked.id, {})).toEqual(invalid('input.id'))
      expect(await activate(supplier.id, { valid_to: '2026-10-30' })).toEqual(invalid('input.id'))
      expect(await activate(supplier.id, { version: 2 })).toEqual({ code: 'VERSION_CONFLICT' })
    })

    test('who ends a contract says why', async () => {
      const supplier = await place.supplier()
      const { id } = await place.contract(supplier.id)
      const input = { id, expectedVersion: 1, reason: ' ' }
      expect(await refuses('terminateContract', input, manager)).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.reason',
      })
      const ended = { ...input, reason: 'Late again and again.' }
      expect(await does('terminateContract', ended, manager)).toMatchObject({ terminateReason: ended.reason })
      const { supplyContract } = await data(
        ask(systems.procurement, `{ supplyContract(id: "${id}") { status supplier { id } } }`),
      )
      expect(supplyContract).toEqual({ status: 'TERMINATED', supplier: { id: supplier.id } })
    })
  })
}
