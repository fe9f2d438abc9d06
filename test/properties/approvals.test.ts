/**
 * What holds of approvals whatever happens in whatever order, on two replicas over one database: proposals, votes, amendments,
 * delegations, withdrawals, time, changed records and changed policies, several of them at once.
 */
import fc from 'fast-check'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toRequest } from '../../storage/stores/approvals/rows.ts'
import { bankAct, bankVersion, decide } from '../support/approvals.ts'
import { cacheKinds } from '../support/caches.ts'
import { databaseKinds } from '../support/databases.ts'
import { createTestWorld, type TestWorld } from '../support/identity.ts'
import { repository } from '../support/process.ts'
import { type Stack, startStack } from '../support/stack.ts'
import { until } from '../support/until.ts'

const agent = 'supplier-data-agent'
/** Two who may decide, one who may stand in for them, one who may not. */
const people = ['jonas.weber', 'petra.lang', 'bernd.osthoff', 'maria.keller'] as const

type Step =
  | { readonly kind: 'propose'; readonly replica: number; readonly act: number }
  | {
      readonly kind: 'approve' | 'reject' | 'amend'
      readonly replica: number
      readonly person: number
      readonly pick: number
    }
  | {
      readonly kind: 'delegate'
      readonly replica: number
      readonly person: number
      readonly to: number
      readonly pick: number
    }
  | { readonly kind: 'withdraw'; readonly replica: number; readonly pick: number }
  | { readonly kind: 'wait'; readonly minutes: number }
  | { readonly kind: 'change-record' | 'change-policy'; readonly replica: number }

const replica = fc.nat(1)
// Most of what people do concerns the newest request, and is done by those who may: else no story would end well.
const person = fc.constantFrom(0, 0, 0, 1, 1, 1, 2, 3)
const pick = fc.constantFrom(0, 0, 0, 0, 1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('propose' as const), replica, act: fc.nat(1) }) },
  { weight: 22, arbitrary: fc.record({ kind: fc.constant('approve' as const), replica, person, pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reject' as const), replica, person, pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('amend' as const), replica, person, pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delegate' as const), replica, person, to: person, pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), replica, pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.constantFrom(5, 11, 1_500) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change-record' as const), replica }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('change-policy' as const), replica }) },
)
/** Steps in turns: those of one turn run at the same time. It begins with a proposal, so that there is something to decide. */
const story = fc
  .array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 3, maxLength: 8 })
  .map((turns): readonly (readonly Step[])[] => [[{ kind: 'propose', replica: 0, act: 0 }], ...turns])

const plainStory: readonly (readonly Step[])[] = [
  [{ kind: 'propose', replica: 0, act: 0 }],
  [{ kind: 'approve', replica: 0, person: 0, pick: 0 }],
  [
    { kind: 'approve', replica: 0, person: 1, pick: 0 },
    { kind: 'approve', replica: 1, person: 1, pick: 0 },
  ],
]

for (const database of databaseKinds()) {
  describe(`approvals on two replicas over ${database}`, () => {
    let world: TestWorld
    let policies: string
    let stacks: readonly [Stack, Stack]
    /** Which revision was in force from when on. */
    let revisions: { readonly from: number; readonly id: string }[]
    let edits = 0
    /** What the requests of all stories came to: a property that nothing reaches proves nothing. */
    const cameTo = new Map<string, number>()
    let stories = 0

    beforeAll(async () => {
      world = realIds(createTestWorld())
      policies = path.join(await mkdtemp(path.join(tmpdir(), 'mandate-approvals-')), 'policies')
      await cp(path.join(repository, 'policies'), policies, { recursive: true })
      const file = path.join(policies, 'approvals.ts')
      const text = await readFile(file, 'utf8')
      await writeFile(
        file,
        text
          .replace(/delegableTo: \[\]/, "delegableTo: ['purchasing-manager']")
          .replace(/amendable: \{/, "amendable: { 'Mutation.updateSupplierBankDetails': ['/input/accountHolder'],"),
      )
      const options = {
        database,
        cache: cacheKinds().at(-1) ?? 'memory',
        world,
        policiesFolder: policies,
        settings: (config) => ({
          ...config,
          policies: { ...config.policies, watch: true },
          approvals: { openPerAgent: 10_000, coolDownSeconds: 1 },
          limits: { ...config.limits, costPerMinute: 100_000_000 },
        }),
      } satisfies Parameters<typeof startStack>[0]
      const first = await startStack(options)
      stacks = [first, await startStack({ ...options, beside: first })]
      revisions = [{ from: 0, id: await revisionOf(first) }]
    })
    afterAll(async () => {
      await stacks[1][Symbol.asyncDispose]()
      await stacks[0][Symbol.asyncDispose]()
      await rm(path.dirname(policies), { recursive: true, force: true })
    })

    async function revisionOf(stack: Stack): Promise<string> {
      const response = await stack.app.server.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${await stack.app.mint!(agent)}` },
        payload: { query: '{ me { id } }', extensions: { dryRun: true } },
      })
      return response.json<{ extensions: { dryRun: { policyRevision: string } } }>().extensions.dryRun.policyRevision
    }

    async function changePolicy(): Promise<void> {
      edits += 1
      const file = path.join(policies, 'purposes.ts')
      await writeFile(file, `${await readFile(file, 'utf8')}// Edited ${edits} times.\n`)
      const before = revisions.at(-1)?.id
      const found = new Set<string>()
      await until(async () => {
        found.clear()
        for (const stack of stacks) found.add(await revisionOf(stack))
        return found.size === 1 && !found.has(before ?? '')
      }, 30_000)
      world.advance(1)
      revisions.push({ from: world.now().getTime(), id: [...found][0] ?? '' })
    }

    async function requestsOf(supplier: string) {
      const rows = await stacks[0].database.kysely.selectFrom('mandate.approvals').selectAll().orderBy('id').execute()
      return rows.map(toRequest).filter(({ targets }) => targets.some(({ id }) => id === supplier))
    }

    async function take(
      chosen: Step,
      supplier: string,
      keys: readonly string[],
      direct: { changes: number },
    ): Promise<void> {
      if (chosen.kind === 'wait') {
        world.advance(chosen.minutes * 60_000)
        for (const stack of stacks) stack.forgetTokens()
        return
      }
      const stack = stacks[chosen.replica] as Stack
      const nth = async (index: number) => (await requestsOf(supplier)).at(-1 - index)?.id ?? randomUUID()
      const mutate = (as: string, name: string, type: string, input: object) =>
        stack.graphql(as, `mutation ($input: ${type}!) { ${name}(input: $input) { approval { status } } }`, { input })
      const seen = async (as: string, id: string) => {
        const { data } = await stack.graphql(
          as,
          'query ($id: ID!) { approval(id: $id) { version preview { acts { arguments { pointer } } } } }',
          { id },
        )
        return data?.['approval'] as {
          version: number
          preview: { acts: { arguments: { pointer: string | null }[] }[] } | null
        } | null
      }
      switch (chosen.kind) {
        case 'propose': {
          const input = {
            idempotencyKey: keys[chosen.act],
            id: supplier,
            expectedVersion: await bankVersion(stack, supplier),
            iban: 'DE02120300000000202051',
            bic: 'BYLADEM1001',
            accountHolder: `Asked ${chosen.act} of ${keys[0]}`,
            changeChannel: 'LETTER',
          }
          await stack.graphql(agent, bankAct, { input })
          return
        }
        case 'approve':
        case 'reject':
          await decide(stack, people[chosen.person] ?? '', await nth(chosen.pick), chosen.kind)
          return
        case 'amend': {
          const id = await nth(chosen.pick)
          const as = people[chosen.person] ?? ''
          const found = await seen(as, id)
          const pointer = found?.preview?.acts
            .flatMap((act) => act.arguments)
            .find((each) => each.pointer !== null)?.pointer
          await mutate(as, 'amendRequest', 'AmendRequestInput', {
            idempotencyKey: randomUUID(),
            id,
            expectedVersion: found?.version ?? 1,
            changes: [{ pointer: pointer ?? '/none', value: JSON.stringify(`Amended by ${as} ${randomUUID()}`) }],
            reason: 'A name that fits',
          })
          return
        }
        case 'delegate': {
          const id = await nth(chosen.pick)
          const as = people[chosen.person] ?? ''
          await mutate(as, 'delegateApproval', 'DelegateApprovalInput', {
            idempotencyKey: randomUUID(),
            id,
            expectedVersion: (await seen(as, id))?.version ?? 1,
            to: `person:${people[chosen.to] ?? ''}`,
            reason: 'Away',
          })
          return
        }
        case 'withdraw': {
          const id = await nth(chosen.pick)
          await mutate(agent, 'withdrawApproval', 'WithdrawApprovalInput', {
            idempotencyKey: randomUUID(),
            id,
            expectedVersion: (await seen(agent, id))?.version ?? 1,
            reason: 'Not needed',
          })
          return
        }
        case 'change-record': {
          const input = {
            idempotencyKey: randomUUID(),
            id: supplier,
            expectedVersion: await bankVersion(stack, supplier),
            iban: 'FR7630006000011234567890189',
            bic: 'AGRIFRPP',
            accountHolder: `Direct ${randomUUID()}`,
            changeChannel: 'LETTER',
          }
          const { errors } = await stack.graphql('jonas.weber', bankAct, { input })
          if (errors.length === 0) direct.changes += 1
          return
        }
        case 'change-policy':
          await changePolicy()
      }
    }

    /** Nothing is under way any more: what was approved has been carried out, or has lapsed. */
    async function quiet(supplier: string): Promise<void> {
      await until(async () => {
        const open = (await requestsOf(supplier)).filter(
          ({ status, execution, amendmentState }) =>
            status === 'APPROVED' ||
            amendmentState === 'WAITING' ||
            (status === 'CONSUMED' && execution?.outcome === null),
        )
        return open.length === 0
      }, 30_000)
    }

    async function check(supplier: string, before: number, direct: number): Promise<void> {
      const requests = await requestsOf(supplier)
      const { kysely } = stacks[0].database
      const votes = await kysely.selectFrom('mandate.approval_votes').selectAll().execute()
      for (const { status } of requests) cameTo.set(status, (cameTo.get(status) ?? 0) + 1)
      const consumed = requests.filter(({ status }) => status === 'CONSUMED')
      const done = consumed.filter(({ execution }) => execution?.outcome === 'SUCCEEDED')
      // Never twice: the record counts its own changes.
      expect(await bankVersion(stacks[0], supplier)).toBe(before + direct + done.length)
      for (const request of consumed) {
        const cast = votes.filter((vote) => vote.approval_id === request.id && vote.verdict === 'APPROVE')
        const principals = cast.flatMap(({ voter, on_behalf_of }) => [
          voter,
          ...(on_behalf_of === null ? [] : [on_behalf_of]),
        ])
        // By two people, each counted once, none of whom took part, and not by the amender alone.
        expect(new Set(cast.map(({ voter }) => voter)).size).toBeGreaterThanOrEqual(2)
        expect(new Set(principals).size).toBe(principals.length)
        for (const excluded of request.excluded) expect(principals).not.toContain(excluded)
        expect(cast.every((vote) => vote.preview_hash === request.previewHash)).toBe(true)
        expect(cast.map(({ voter }) => voter)).not.toContain('person:maria.keller')
        // In time, and under the rules that asked.
        const claimedAt = request.execution?.claimedAt.getTime() ?? 0
        expect(claimedAt).toBeLessThan(request.useUntil?.getTime() ?? 0)
        for (const vote of cast) expect(vote.at.getTime()).toBeLessThan(request.deadline.getTime())
        expect(revisions.findLast(({ from }) => from <= claimedAt)?.id).toBe(request.policyRevision)
        // One intent and one outcome under the approval; with the arguments that were approved.
        const records = await stacks[0].recordsOf(request.execution?.requestId ?? '')
        expect(records.map(({ kind, approval }) => [kind, approval])).toEqual([
          ['intent', request.id],
          ['outcome', request.id],
        ])
      }
      const query = 'query ($id: ID!) { supplier(id: $id) { bankDetails { accountHolder } } }'
      const { data } = await stacks[1].graphql('jonas.weber', query, { id: supplier })
      const holder = data?.['supplier'].bankDetails.accountHolder as string
      const approved = done.flatMap(
        ({ preview }) => preview.acts[0]?.arguments.filter((each) => each.path === 'input.accountHolder') ?? [],
      )
      if (/^(?:Asked|Amended)/.test(holder)) expect(approved.map(({ value }) => value)).toContain(holder)
    }

    test('never twice, never with other arguments, never by who takes part, never late, never after a change', async () => {
      await fc.assert(
        fc.asyncProperty(story, async (turns) => {
          stories += 1
          const supplier = `sup-${String(10 + (stories % 25)).padStart(3, '0')}`
          const direct = { changes: 0 }
          const keys = [randomUUID(), randomUUID()]
          const before = await bankVersion(stacks[0], supplier)
          for (const turn of turns) {
            world.advance(1)
            await Promise.all(turn.map((chosen) => take(chosen, supplier, keys, direct)))
          }
          await quiet(supplier)
          await check(supplier, before, direct.changes)
        }),
        // One story that must end well stands among the random ones.
        {
          numRuns: Number(process.env.APPROVAL_STORIES ?? (database === 'postgres' ? 12 : 4)),
          examples: [[plainStory]],
        },
      )
      expect(cameTo.get('CONSUMED') ?? 0, JSON.stringify([...cameTo])).toBeGreaterThan(0)
      if (process.env.APPROVAL_STORIES !== undefined) console.info(Object.fromEntries(cameTo))
    }, 300_000)
  })
}

/** Ids of the test's clock would not be those of two replicas. */
function realIds(world: TestWorld): TestWorld {
  return { ...world, newId: () => uuidAt(world.now().getTime()) }
}

let counter = 0
/** A UUIDv7 of the test's time: rows stand in the order in which they were made. */
function uuidAt(ms: number): string {
  counter += 1
  const time = ms.toString(16).padStart(12, '0')
  const tail = counter.toString(16).padStart(18, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${tail.slice(0, 3)}-8${tail.slice(3, 6)}-${tail.slice(6)}`
}
