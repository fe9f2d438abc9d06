/** Stops through the whole gateway, from the mutation that engages one to what everybody else is answered, and what is recorded. */
import { Command } from 'commander'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { addStopCommands } from '../../../../cli/stop.ts'
import { realWorld } from '../../../../lib/world.ts'
import { createBreakableDatabase } from '../../../support/breakable-database.ts'
import { databaseKinds } from '../../../support/databases.ts'
import { type Stack, startStack } from '../../../support/stack.ts'
import { until } from '../../../support/until.ts'

const me = '{ me { id } }'
const engageText = `mutation ($input: EngageStopInput!) { engageStop(input: $input) { stop { id version } } }`
const releaseText = `mutation ($input: ReleaseStopInput!) { releaseStop(input: $input) { stop { state } } }`
const listText = '{ stops(state: [ENGAGED, RELEASE_PENDING]) { nodes { id version } } }'

for (const kind of databaseKinds()) {
  describe(`stops on ${kind}`, () => {
    let aheadMs = 0
    let keys = 0
    let stack: Stack
    const breakable = createBreakableDatabase()
    beforeAll(async () => {
      const world = { ...realWorld, now: () => new Date(Date.now() + aheadMs) }
      stack = await startStack({ database: kind, world, wrapDatabase: breakable.wrap })
    })
    afterEach(async () => {
      breakable.fail(null)
      const engaged = (await stack.graphql('omar.haddad', listText)).data?.['stops'].nodes as {
        id: string
        version: number
      }[]
      for (const { id, version } of engaged) {
        await release(id, version)
        await release(id, version + 1, 'nina.vogt')
      }
      await until(async () => (await codeOf('it-ops-agent')) === null)
    })
    afterAll(() => stack[Symbol.asyncDispose]())

    const newKey = () => `key-${String((keys += 1))}`
    const codeOf = async (as: string, query = me) => (await stack.graphql(as, query)).codes[0] ?? null
    async function engage(input: object) {
      const whole = { idempotencyKey: newKey(), reason: 'A drill that nobody else is told of', ...input }
      const { data, errors } = await stack.graphql('omar.haddad', engageText, { input: whole })
      expect(errors).toEqual([])
      return data?.['engageStop'].stop as { id: string; version: number }
    }
    const release = (id: string, expectedVersion: number, as = 'omar.haddad') =>
      stack.graphql(as, releaseText, { input: { idempotencyKey: newKey(), id, expectedVersion } })

    test('one of a role holds for its holders until it is released', async () => {
      const { id, version } = await engage({ scope: 'ROLE', target: 'it-ops-agent' })
      await until(async () => (await codeOf('it-ops-agent')) === 'STOPPED')
      const answer = await stack.graphql('it-ops-agent', me)
      expect(answer.status).toBe(403)
      expect(answer.errors[0]?.extensions).toMatchObject({ stop: { id, scope: 'ROLE' }, outcome: 'nothing-changed' })
      expect(answer.text).not.toContain('drill')
      expect(await codeOf('sales-agent')).toBeNull()
      const [record] = await stack.recordsOf(answer.requestId)
      expect(record).toMatchObject({ kind: 'outcome', result: { outcome: 'refused', codes: ['STOPPED'] } })
      expect((await release(id, version)).data?.['releaseStop'].stop.state).toBe('RELEASED')
      await until(async () => (await codeOf('it-ops-agent')) === null)
    })

    test('the command line stops, lists and releases', async () => {
      const written: string[] = []
      const run = async (...args: string[]) => {
        const program = new Command('mandate').exitOverride()
        addStopCommands(program, {
          env: { MANDATE_TOKEN: await stack.app.mint!('omar.haddad') },
          world: realWorld,
          fetch: viaStack(stack),
          write: (text) => void written.push(text),
        })
        await program.parseAsync(['node', 'mandate', 'stop', ...args])
        return written.splice(0).join('')
      }
      const engaged = await run('agent', 'it-ops-agent', '--mode', 'halt', '--for', '1h', '--two-people')
      expect(engaged).toMatch(
        /^Stopped agent agent:it-ops-agent: [\w-]+\nThe gateway obeys, the last one after \d+ ms\./,
      )
      expect(engaged).toContain('two people must')
      const id = /it-ops-agent: ([\w-]+)/.exec(engaged)?.[1] ?? ''
      expect(await codeOf('it-ops-agent')).toBe('STOPPED')
      expect(await run('list')).toMatch(new RegExp(`${id} +agent agent:it-ops-agent +HALT +ENGAGED`))
      expect(await run('release', id)).toContain('until another person releases it too')
      expect(await run('list', '--json')).toContain('"releaseRequestedBy":"person:omar.haddad"')
      await expect(run('release', id)).rejects.toThrow(/second person/)
      await expect(run('operation', 'Mutation.nothing')).rejects.toThrow(/must be a field of the graph/)
      const { version } = (await stack.graphql('nina.vogt', listText)).data?.['stops'].nodes[0]
      const input = { idempotencyKey: newKey(), id, expectedVersion: version }
      expect((await stack.graphql('nina.vogt', releaseText, { input })).data?.['releaseStop'].stop.state).toBe(
        'RELEASED',
      )
      expect(await run('list')).toBe('Nothing is stopped.\n')
    })

    test('one of everything holds for everybody but those who release', async () => {
      await engage({ scope: 'EVERYTHING', mode: 'HALT' })
      await until(async () => (await codeOf('it-ops-agent')) === 'STOPPED')
      for (const person of ['lena.fischer', 'maria.keller', 'omar.haddad']) expect(await codeOf(person)).toBe('STOPPED')
      expect(await codeOf('nina.vogt', listText)).toBeNull()
      const revoke = `mutation { revoke(input: { idempotencyKey: "${newKey()}", tokenId: "none", reason: "r" }) { replayed } }`
      expect(await codeOf('nina.vogt', revoke)).toBeNull()
    })

    test('who is halted learns nothing of the schema; who is blocked is told by it', async () => {
      await engage({ scope: 'AGENT', target: 'agent:it-ops-agent', mode: 'HALT' })
      await until(async () => (await codeOf('it-ops-agent')) === 'STOPPED')
      expect(await codeOf('it-ops-agent', '{ nothing }')).toBe('STOPPED')
      expect(await codeOf('it-ops-agent', '{ __schema { queryType { name } } }')).toBe('STOPPED')
    })

    test('one of a system holds for what needs it, and for nothing else', async () => {
      await engage({ scope: 'SUBGRAPH', target: 'finance' })
      const needs = '{ account(id: "acc-0001") { id creditStanding { limit } } }'
      await until(async () => (await codeOf('jonas.weber', '{ invoices(first: 1) { nodes { id } } }')) === 'STOPPED')
      expect(await codeOf('jonas.weber', '{ account(id: "acc-0001") { id name } }')).toBeNull()
      expect([null, 'STOPPED', 'GRAPHQL_VALIDATION_FAILED']).toContain(await codeOf('jonas.weber', needs))
    })

    test('one that has an end is released by it, and the ledger says so', async () => {
      const expiresAt = new Date(Date.now() + aheadMs + 30_000).toISOString()
      const { id } = await engage({ scope: 'ROLE', target: 'it-ops-agent', expiresAt })
      await until(async () => (await codeOf('it-ops-agent')) === 'STOPPED')
      aheadMs += 31_000
      await until(async () => (await codeOf('it-ops-agent')) === null)
      await until(async () => {
        const { items } = await stack.ledger.trail('service:mandate', { limit: 20 })
        return items.some(({ operation, args }) => operation.name === 'stop.expired' && args['id'] === id)
      })
    })

    test('where the stops cannot be read any more, nothing runs, and those who release still can', async () => {
      breakable.fail(
        (statement) => statement.includes('"mandate"."stops"') && statement.includes('order by "engaged_at", "id"'),
      )
      aheadMs += 11_000
      const answer = await stack.graphql('it-ops-agent', me)
      expect([answer.status, answer.codes]).toEqual([503, ['STOPS_UNAVAILABLE']])
      expect(await codeOf('nina.vogt', listText)).toBeNull()
      const ready = await stack.app.server.inject({ method: 'GET', url: '/health/ready' })
      expect(ready.statusCode).toBe(503)
    })

    // The embedded database has one session: while a mutation holds it, nobody reads anything.
    test.runIf(kind === 'postgres')(
      'a mutation that runs is cut off by HALT; its intent and its end are recorded',
      async () => {
        const { kysely } = stack.database
        const open = await kysely.selectFrom('crm.cases').selectAll().orderBy('id').executeTakeFirstOrThrow()
        const held = Promise.withResolvers<undefined>()
        const locked = Promise.withResolvers<undefined>()
        const holding = kysely.transaction().execute(async (transaction) => {
          await transaction.selectFrom('crm.cases').select('id').where('id', '=', open.id).forUpdate().execute()
          locked.resolve(undefined)
          await held.promise
        })
        await locked.promise
        const update = `mutation { updateCase(input: { idempotencyKey: "${newKey()}", id: "${open.id}", expectedVersion: ${open.version}, subject: "cut off" }) { replayed } }`
        const running = stack.graphql('support-agent', update)
        await until(async () => {
          const waiting = await sql`select 1 from pg_locks where not granted`.execute(kysely)
          return waiting.rows.length > 0
        })
        await engage({ scope: 'OPERATION', target: 'Mutation.updateCase', mode: 'HALT' })
        const answer = await running
        held.resolve(undefined)
        await holding
        expect(answer.errors[0]?.extensions).toMatchObject({ code: 'STOPPED', outcome: 'unknown' })
        const records = await stack.recordsOf(answer.requestId)
        expect(records.map((record) => record.kind)).toEqual(['intent', 'outcome'])
        expect(records[1]?.result).toMatchObject({ outcome: 'failed', codes: ['STOPPED'] })
      },
    )
  })
}

/** `fetch` that asks the stack. */
function viaStack(stack: Stack): typeof fetch {
  return async (_url, init) => {
    const response = await stack.app.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: init?.headers as Record<string, string>,
      payload: init?.body as string,
    })
    return new Response(response.body, { status: response.statusCode })
  }
}
