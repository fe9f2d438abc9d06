/** People: joining, changing, leaving with the access that remains, and coming back. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseKinds } from '../../support/databases.ts'
import { manager, openStaff, staff, type Staff } from '../../support/hr.ts'
import { callerNamed } from '../../support/subgraphs.ts'

const newcomer = {
  ...{ givenName: 'Nils', familyName: 'Berger', title: 'Accountant', email: 'nils@example.org' },
  ...{ department: 'Finance', costCenter: 'CC-4100', managerId: staff.head, countryCode: 'DE', locale: 'de-DE' },
  hireDate: '2026-11-01',
}
const selection = 'user { id version }'

for (const kind of databaseKinds()) {
  describe(`people on ${kind}`, () => {
    let stage: Staff
    beforeAll(async () => {
      stage = await openStaff(kind)
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    const refuses = (mutation: string, input: Readonly<Record<string, unknown>>, caller = manager) =>
      stage.refuses(mutation, input, selection, caller)

    test('a person who joins is in the directory as other systems name them', async () => {
      const input = { ...newcomer, userName: 'nils.berger', employeeNumber: 'E90001', phone: '+49 30 1234567' }
      const { user } = await stage.run(
        'createUser',
        input,
        `user {
          principal userName displayName name { formatted givenName familyName } active userType
          emails { value type primary } phoneNumbers { value type } enterprise { employeeNumber manager { id } }
          hireDate leaveDate position { id } groups { id } pay { id } meta { resourceType version }
        }`,
      )
      expect(user).toEqual({
        ...{ principal: 'person:nils.berger', userName: 'nils.berger', displayName: 'Nils Berger', active: true },
        ...{ name: { formatted: 'Nils Berger', givenName: 'Nils', familyName: 'Berger' }, userType: 'EMPLOYEE' },
        emails: [{ value: 'nils@example.org', type: 'work', primary: true }],
        phoneNumbers: [{ value: '+49 30 1234567', type: 'work' }],
        enterprise: { employeeNumber: 'E90001', manager: { id: staff.head } },
        ...{ hireDate: '2026-11-01', leaveDate: null, position: null, groups: [], pay: null },
        meta: { resourceType: 'User', version: 'W/"1"' },
      })
      expect(await refuses('createUser', { ...input, employeeNumber: 'E90002' })).toMatchObject({
        code: 'INVALID_INPUT',
      })
      expect(await refuses('createUser', { ...input, userName: 'nils.berger2' })).toEqual({
        ...{ code: 'INVALID_INPUT', argument: 'employeeNumber' },
      })
    })

    test.each([
      ['userName', 'Nils'],
      ['userName', ''],
      ['email', 'nobody'],
      ['employeeNumber', '12'],
      ['costCenter', '4100'],
      ['countryCode', 'de'],
      ['locale', 'german'],
      ['plantId', 'Havelberg'],
      ['managerId', 'usr-0000'],
      ['givenName', ' '],
      ['phone', 'none'],
    ])('refuses a newcomer whose %s is `%s`', async (field, value) => {
      const input = { ...newcomer, userName: 'x.y', employeeNumber: 'E90003', [field]: value }
      expect(await refuses('createUser', input)).toEqual({ code: 'INVALID_INPUT', argument: `input.${field}` })
    })

    test('row 60: a repeated entry is the same person', async () => {
      const once = { ...newcomer, userName: 'once.only', employeeNumber: 'E90009', idempotencyKey: `join-${kind}` }
      const first = await stage.run('createUser', once, selection)
      expect(await stage.run('createUser', once, selection)).toEqual({ ...first, replayed: true })
      expect(await stage.refuses('createUser', { ...once, title: 'Buyer' }, selection)).toEqual({
        code: 'IDEMPOTENCY_CONFLICT',
        argument: 'idempotencyKey',
      })
    })

    test('what is changed is what was given, on the version that was read', async () => {
      const id = await stage.person({ phone: '+49 1' })
      const change = { id, expectedVersion: 1, phone: null, department: 'Sales' }
      const { user } = await stage.run(
        'updateUser',
        change,
        'user { version title phoneNumbers { value } enterprise { department } }',
      )
      expect(user).toEqual({
        version: 2,
        title: 'Accountant',
        phoneNumbers: [],
        enterprise: { department: 'Sales' },
      })
      expect(await refuses('updateUser', change)).toEqual({ code: 'VERSION_CONFLICT' })
      expect(await refuses('updateUser', { ...change, id: 'usr-0000' })).toEqual({ code: 'NOT_FOUND' })
      expect(await refuses('updateUser', { id, expectedVersion: 2 })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input',
      })
      expect(await refuses('updateUser', { id, expectedVersion: 2, email: null })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.email',
      })
    })

    test('nobody comes to report to themselves, through whomever', async () => {
      const head = await stage.person({ manager_id: staff.head })
      const below = await stage.person({ manager_id: head })
      const gone = await stage.person({ active: false, leave_date: '2026-01-31' })
      for (const managerId of [head, below, gone, 'usr-0000']) {
        expect(await refuses('updateUser', { id: head, expectedVersion: 1, managerId }), managerId).toEqual({
          code: 'INVALID_INPUT',
          argument: 'input.managerId',
        })
      }
      const moved = { id: below, expectedVersion: 1, managerId: staff.top }
      const { user } = await stage.run('updateUser', moved, 'user { enterprise { manager { id } } }', manager)
      expect(user).toEqual({ enterprise: { manager: { id: staff.top } } })
    })

    test('nobody chooses whom they report to', async () => {
      const chosen = { id: staff.manager, expectedVersion: 1, managerId: staff.head }
      expect(await refuses('updateUser', chosen)).toEqual({ code: 'SEPARATION_OF_DUTY' })
      const through = callerNamed('agent:hr-agent', { onBehalfOf: manager.id })
      expect(await refuses('updateUser', chosen, through)).toEqual({ code: 'SEPARATION_OF_DUTY' })
    })

    test('who leaves gives up the position, and the access that remains is named', async () => {
      const position = await stage.position('FILLED')
      const id = await stage.person({ position_id: position })
      const [erp, mes, over] = [await stage.group(), await stage.group({ system: 'mes' }), await stage.group()]
      const memberships = [await stage.member(erp, id), await stage.member(mes, id)]
      await stage.member(over, id, true)
      const left = await stage.run(
        'deactivateUser',
        { id, expectedVersion: 1 },
        'user { active leaveDate position { id } version groups { id } } remainingMemberships { id group { system } }',
        manager,
      )
      expect(left).toMatchObject({
        user: { active: false, leaveDate: '2026-10-31', position: null, version: 2 },
        replayed: false,
      })
      const remaining = left['remainingMemberships'] as readonly { id: string }[]
      expect(remaining.map((membership) => membership.id).toSorted()).toEqual(memberships.toSorted())
      const { kysely } = stage.database
      const kept = await kysely
        .selectFrom('hr.positions')
        .select(['status', 'version'])
        .where('id', '=', position)
        .execute()
      expect(kept).toEqual([{ status: 'OPEN', version: 2 }])
      expect(await refuses('deactivateUser', { id, expectedVersion: 2 })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.id',
      })
      const back = await stage.run(
        'reactivateUser',
        { id, expectedVersion: 2 },
        'user { active leaveDate version } remainingMemberships { id }',
        manager,
      )
      expect(back).toMatchObject({ user: { active: true, leaveDate: null, version: 3 } })
      expect(back['remainingMemberships']).toHaveLength(2)
      expect(await refuses('reactivateUser', { id, expectedVersion: 3 })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.id',
      })
    })

    test.each(['2026-11-01', '2019-12-31'])('refuses %s as the last day', async (leaveDate) => {
      const id = await stage.person()
      expect(await refuses('deactivateUser', { id, expectedVersion: 1, leaveDate })).toEqual({
        code: 'INVALID_INPUT',
        argument: 'input.leaveDate',
      })
    })

    test('nobody ends their own employment', async () => {
      expect(await refuses('deactivateUser', { id: staff.manager, expectedVersion: 1 })).toEqual({
        code: 'SEPARATION_OF_DUTY',
      })
    })
  })
}
