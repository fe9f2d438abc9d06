/** Random workflows in random lives, on two processes over one database: whatever happens, each ends, and nothing is done twice. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { WorkflowDefinition } from '../../../orchestration/definition/model.ts'
import { type RunState, isOver } from '../../../orchestration/interpreter/state.ts'
import { databaseKinds } from '../../support/databases.ts'
import { createChance, letThemWork, moodySystem } from '../../support/engine-crowd.ts'
import { type SharedDatabase, employ, openShared } from '../../support/engine-databases.ts'
import { allOver, completions, proveRun } from '../../support/engine-proof.ts'
import { type TestEngine, openTestEngine } from '../../support/engine.ts'
import { ada, bob, program, sam } from '../../support/orchestration.ts'
import { anyProgram } from '../../support/random-workflows.ts'

const lives = fc.record({
  programs: fc.array(anyProgram, { minLength: 6, maxLength: 6 }),
  seed: fc.nat(),
})

const other = program({
  key: 'other',
  start: 'work',
  nodes: {
    work: { type: 'operation', role: 'clerk', document: '{ a }', next: 'done' },
    done: { type: 'end', output: { n: 1, ok: true } },
  },
}).definition

let made = 0
/** The same with times that a test can wait for, under a key of its own. */
function hurried(definition: WorkflowDefinition): WorkflowDefinition {
  made += 1
  // Agents do not approve: such a definition is not published.
  function toPeople(this: { readonly type?: unknown }, name: string, value: unknown): unknown {
    if (name !== 'escalation' || this.type !== 'approval') return value
    return (value as { to: unknown }[]).filter(({ to }) => JSON.stringify(to) !== '{"role":"senior"}')
  }
  const text = JSON.stringify({ ...definition, key: `life-${made}` }, toPeople)
  const times = { PT10M: 'PT0S', PT5S: 'PT0S', PT1M: 'PT1S' }
  const faster = Object.entries(times).reduce((all, [slow, fast]) => all.replaceAll(`"${slow}"`, `"${fast}"`), text)
  return JSON.parse(faster.replaceAll('"leaseSeconds":60', '"leaseSeconds":5')) as WorkflowDefinition
}

for (const kind of databaseKinds()) {
  describe(`lives on two processes over ${kind}`, () => {
    let shared: SharedDatabase
    let engines: readonly [TestEngine, TestEngine]
    let chance = createChance(1)
    const changes = new Map<string, number>()

    beforeAll(async () => {
      shared = await openShared(kind)
      await employ(shared.first, { [ada.id]: ['clerk'], [bob.id]: ['clerk'], [sam.id]: ['senior'] })
      const perform = moodySystem(() => chance(), changes)
      const options = { agentRoles: ['clerk', 'senior'], perform }
      engines = [await openTestEngine(shared.first, options), await openTestEngine(shared.second, options)]
      await engines[0].publish(other)
    })
    afterAll(async () => {
      for (const engine of engines) await engine[Symbol.asyncDispose]()
      await shared[Symbol.asyncDispose]()
    })

    /** The runs, and those that they have started. */
    async function statesOf(runs: readonly string[]): Promise<readonly RunState[]> {
      const rows = await shared.second.kysely
        .selectFrom('mandate.runs')
        .select('state')
        .where((eb) => eb.or([eb('id', 'in', runs), eb('parent_run', 'in', runs)]))
        .execute()
      return rows.map(({ state }) => state as unknown as RunState)
    }

    async function live(definitions: readonly WorkflowDefinition[]): Promise<readonly string[]> {
      const runs: string[] = []
      for (const definition of definitions) {
        await engines[0].publish(definition)
        runs.push(await engines[1].start(definition.key, { n: 2 }))
      }
      const begun = Date.now()
      const life = { done: false }
      const isOpen = (state: RunState) =>
        !isOver(state) || Object.values(state.steps).some((step) => step.abandoned && step.endedAt === null)
      const crowd = {
        engines,
        chance,
        runs: async () => {
          const states = await statesOf(runs)
          life.done = !states.some(isOpen)
          return states
        },
        isLate: () => Date.now() - begun > 4_000,
        isDone: () => life.done || Date.now() - begun > 40_000,
      }
      await letThemWork(crowd)
      const all = (await statesOf(runs)).map(({ runId }) => runId)
      await allOver(shared.first, all, 100)
      return all
    }

    test('every run ends, each task is done once by one at a time, and each change is made once', async () => {
      await fc.assert(
        fc.asyncProperty(lives, async ({ programs, seed }) => {
          chance = createChance(seed)
          for (const run of await live(programs.map(({ definition }) => hurried(definition)))) {
            await proveRun(shared.first, run)
            for (const times of Object.values(await completions(shared.first, run))) expect(times).toBe(1)
            const changed = [...changes.keys()]
              .filter((key) => key.startsWith(run))
              .map((key) => key.replace(/:\d+$/, ''))
            expect(new Set(changed).size).toBe(changed.length)
          }
        }),
        { numRuns: Number(process.env.ENGINE_LIVES ?? 2), endOnFailure: true },
      )
    }, 300_000)
  })
}
