/** Stops through the subgraph: what may be named, who releases, each step of the life of a stop. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '../../../storage/database.ts'
import { type StopState, stopSteps } from '../../../storage/stores/stop-states.ts'
import { createStopStore } from '../../../storage/stores/stops.ts'
import type { Subgraph } from '../../../subgraphs/subgraph.ts'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { askSubgraph, openGovernance } from '../../support/governance.ts'
import { callerNamed } from '../../support/ledger.ts'

const omar = callerNamed('person:omar.haddad')
const nina = callerNamed('person:nina.vogt')
const fields =
  'id scope target mode state reason engagedBy releaseNeeds releaseRequestedBy releasedBy version expiresAt'
const engageText = `mutation ($input: EngageStopInput!) { engageStop(input: $input) { replayed stop { ${fields} } } }`
const releaseText = `mutation ($input: ReleaseStopInput!) { releaseStop(input: $input) { replayed stop { ${fields} } } }`
const listText = `query ($state: [StopState!], $ids: [ID!], $first: Int!, $after: String) {
  stops(state: $state, ids: $ids, first: $first, after: $after) {
    nodes { id state timeToStop { gateways obeying obeyedAfterMs lastBeganAfterMs } reports { gateway } }
    pageInfo { hasNextPage endCursor }
  }
}`

for (const kind of databaseKinds()) {
  describe(`stops on ${kind}`, () => {
    let database: Database
    let subgraph: Subgraph
    let time = Date.parse('2026-03-01T12:00:00Z')
    let keys = 0
    const told: string[] = []
    beforeAll(async () => {
      database = await createDatabase(kind)
      subgraph = openGovernance(
        database,
        () => new Date(time),
        () => Promise.reject(new Error('nobody is revoked')),
        {
          cache: {
            publish: (channel) => {
              told.push(channel)
              return Promise.resolve()
            },
          },
          stopTargets: {
            hasCoordinate: (name) => name === 'Mutation.releasePayment',
            hasSubgraph: (name) => name === 'finance',
            hasRole: (key) => key === 'finance-agent',
          },
        },
      )
    })
    afterAll(async () => {
      await subgraph.close()
      await database.close()
    })

    async function ask(text: string, variables: Record<string, unknown>, caller = omar) {
      const { data, errors } = await askSubgraph(subgraph, text, variables, caller)
      return { data: data as Record<string, any> | null, code: errors?.[0]?.extensions?.['code'], errors }
    }
    const newKey = () => `key-${String((keys += 1))}`
    async function engage(input: object, caller = omar) {
      const whole = { idempotencyKey: newKey(), scope: 'EVERYTHING', reason: 'A drill', ...input }
      return await ask(engageText, { input: whole }, caller)
    }
    async function engaged(input: object = {}) {
      time += 1_000
      const { data, errors } = await engage(input)
      expect(errors).toBeUndefined()
      return data?.['engageStop'].stop as { id: string; version: number; state: StopState }
    }
    const release = (stop: { id: string; version: number }, caller = omar, key = newKey()) =>
      ask(releaseText, { input: { idempotencyKey: key, id: stop.id, expectedVersion: stop.version } }, caller)

    test('is engaged by a person, announced, and in force', async () => {
      const before = told.length
      const stop = await engaged({ scope: 'OPERATION', target: 'Mutation.releasePayment', mode: 'HALT' })
      expect(stop).toMatchObject({
        scope: 'OPERATION',
        target: 'Mutation.releasePayment',
        mode: 'HALT',
        state: 'ENGAGED',
        engagedBy: 'person:omar.haddad',
        version: 1,
      })
      expect(told.slice(before)).toEqual(['stops:changed'])
      const inForce = await createStopStore(database).inForce(new Date(time))
      expect(inForce.map(({ id }) => id)).toContain(stop.id)
    })

    test('a repeated key engages once; another input under it is refused', async () => {
      const input = { idempotencyKey: newKey(), scope: 'ROLE', target: 'finance-agent' }
      const first = await engage(input)
      const second = await engage(input)
      expect(second.data?.['engageStop']).toEqual({ ...first.data?.['engageStop'], replayed: true })
      expect((await engage({ ...input, reason: 'Another' })).code).toBe('IDEMPOTENCY_CONFLICT')
    })

    test.each([
      ['EVERYTHING', 'finance'],
      ['ROLE', null],
      ['ROLE', 'finance-agnet'],
      ['AGENT', 'person:omar.haddad'],
      ['AGENT', 'finance-agent'],
      ['WORKFLOW', 'a b'],
      ['OPERATION', 'Mutation.releasePayments'],
      ['SUBGRAPH', 'fiance'],
      ['EFFECT', 'HUGE'],
    ])('%s refuses the target %s: it would stop nothing', async (scope, target) => {
      const { code, errors } = await engage({ scope, target })
      expect(code).toBe('INVALID_INPUT')
      expect(errors?.[0]?.extensions?.['argument']).toBe('input.target')
    })

    test('a reason is asked for, an end lies ahead, one or two people release', async () => {
      expect((await engage({ reason: '  ' })).code).toBe('INVALID_INPUT')
      expect((await engage({ expiresAt: new Date(time).toISOString() })).code).toBe('INVALID_INPUT')
      expect((await engage({ releaseNeeds: 3 })).code).toBe('INVALID_INPUT')
      expect((await engage({ releaseNeeds: 0 })).code).toBe('INVALID_INPUT')
    })

    test('one person releases, once; a version that is old is refused', async () => {
      const stop = await engaged({ scope: 'SUBGRAPH', target: 'finance' })
      expect((await release({ ...stop, version: 2 })).code).toBe('VERSION_CONFLICT')
      const { data } = await release(stop)
      expect(data?.['releaseStop'].stop).toMatchObject({
        state: 'RELEASED',
        releasedBy: 'person:omar.haddad',
        version: 2,
      })
      expect((await release({ ...stop, version: 2 })).code).toBe('ILLEGAL_TRANSITION')
      expect((await release({ id: 'nothing', version: 1 })).code).toBe('NOT_FOUND')
    })

    test('two different people release; the first of them may be who engaged it', async () => {
      const stop = await engaged({ releaseNeeds: 2 })
      const first = (await release(stop)).data?.['releaseStop'].stop
      expect(first).toMatchObject({
        state: 'RELEASE_PENDING',
        releaseRequestedBy: 'person:omar.haddad',
        releasedBy: null,
      })
      expect((await createStopStore(database).inForce(new Date(time))).map(({ id }) => id)).toContain(stop.id)
      expect((await release(first)).code).toBe('SEPARATION_OF_DUTY')
      const second = (await release(first, nina)).data?.['releaseStop'].stop
      expect(second).toMatchObject({ state: 'RELEASED', releasedBy: 'person:nina.vogt' })
    })

    test('of two who release at once, one does', async () => {
      const stop = await engaged()
      const codes = (await Promise.all([release(stop), release(stop, nina)])).map(({ code }) => code ?? 'released')
      expect(codes.toSorted()).toEqual(
        [expect.stringMatching(/^(VERSION_CONFLICT|ILLEGAL_TRANSITION)$/), 'released'].toSorted(),
      )
    })

    test('goes exactly the steps of its table', async () => {
      const store = createStopStore(database)
      const states = Object.keys(stopSteps) as StopState[]
      for (const from of states) {
        for (const to of states.filter((state) => state !== 'ENGAGED')) {
          const stop = await engaged({ releaseNeeds: 2 })
          const now = new Date(time)
          let version = 1
          if (from !== 'ENGAGED') {
            await store.requestRelease(stop.id, version, 'person:a', now)
            version += 1
          }
          if (from === 'RELEASED') {
            await store.release(stop.id, version, 'RELEASE_PENDING', 'person:b', now)
            version += 1
          }
          const changed =
            to === 'RELEASED'
              ? await store.release(stop.id, version, from, 'person:c', now)
              : await store.requestRelease(stop.id, version, 'person:c', now)
          expect({ from, to, changed }).toEqual({
            from,
            to,
            changed: (stopSteps[from] as readonly string[]).includes(to),
          })
        }
      }
    })

    test('ends by itself, for one caller only', async () => {
      const store = createStopStore(database)
      const stop = await engaged({ expiresAt: new Date(time + 60_000).toISOString() })
      time += 120_000
      expect((await store.inForce(new Date(time))).map(({ id }) => id)).not.toContain(stop.id)
      const expired = await Promise.all([store.expire(new Date(time), 'a'), store.expire(new Date(time), 'b')])
      expect(expired.flat().filter(({ id }) => id === stop.id)).toHaveLength(1)
    })

    test('what gateways report is told, and how many of those that run obey', async () => {
      const store = createStopStore(database)
      await store.seen('gateway-1', new Date(time))
      await store.seen('gateway-2', new Date(time))
      await store.seen('gateway-gone', new Date(time - 600_000))
      const stop = await engaged()
      const nodeOf = async () => (await ask(listText, { ids: [stop.id], first: 1 })).data?.['stops'].nodes[0]
      expect((await nodeOf()).timeToStop).toEqual({
        gateways: 2,
        obeying: 0,
        obeyedAfterMs: null,
        lastBeganAfterMs: null,
      })
      const report = { stopId: stop.id, running: 3, aborted: 2 }
      await store.report({ ...report, gateway: 'gateway-1', obeyedAt: new Date(time + 40), lastBeganAt: null })
      await store.report({
        ...report,
        gateway: 'gateway-2',
        obeyedAt: new Date(time + 90),
        lastBeganAt: new Date(time + 70),
      })
      await store.seen('gateway-3', new Date(time + 500))
      expect((await nodeOf()).timeToStop).toEqual({ gateways: 3, obeying: 3, obeyedAfterMs: 90, lastBeganAfterMs: 70 })
      await store.left('gateway-1')
      expect((await nodeOf()).timeToStop).toMatchObject({ gateways: 2, obeying: 2 })
    })

    test('a list pages through all of them, the newest first', async () => {
      const seen: string[] = []
      let after: string | null = null
      for (;;) {
        const { data } = await ask(listText, { first: 3, after })
        seen.push(...data?.['stops'].nodes.map(({ id }: { id: string }) => id))
        if (data?.['stops'].pageInfo.hasNextPage !== true) break
        after = data['stops'].pageInfo.endCursor
      }
      const all = await createStopStore(database).find({ limit: 1_000 })
      expect(seen).toEqual(all.map(({ id }) => id))
      expect((await ask(listText, { first: 3, after: 'x' })).code).toBe('INVALID_INPUT')
      expect((await ask(listText, { first: 0 })).code).toBe('INVALID_INPUT')
    })
  })
}
