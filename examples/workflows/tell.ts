/** Lets a workflow run: agents as processes of their own, people by a script, and a table of how it goes while it goes. */
import { realWorld } from '../../lib/world.ts'
import type { Gateway } from '../gateway.ts'
import type { Screen } from '../screen.ts'
import { clip, type Paint, painter } from './cells.ts'
import { createClients } from './clients.ts'
import { readDefinition } from './definition.ts'

import { followRuns } from './follow.ts'
import { frame, momentLine } from './frame.ts'
import { openLiveArea } from './live.ts'
import { letWork } from './people.ts'
import type { Plan } from './plan.ts'
import { planOf } from './plans.ts'
import { createProgress, type Progress, type RunView } from './progress.ts'
import { openKeys } from './read-runs.ts'
import { startRuns } from './start-runs.ts'
import { ledgerLines, summary } from './summary.ts'
import { processesOf, startTeam } from './team.ts'
import { trailsOf } from './trails.ts'
import type { Wishes } from './wishes.ts'

/** How long work takes where somebody watches; without a terminal nobody has to see it. */
const watchedPaceMs = 900
/** Within which all must have ended: some time for every run, and more where leases have to end. */
const limits = { allMs: 60_000, runMs: 5_000, faultMs: 45_000 } as const
/** How wide the end is at most; moments without a terminal are lines of a log, and may be longer. */
const plainWidth = 120
const logWidth = 200

/** Tells it to the end. Throws when a run does not come to one. */
export async function tellWorkflow(gateway: Gateway, wishes: Wishes, interrupted: AbortSignal): Promise<void> {
  const screen = process.stdout
  const paint = painter(screen)
  const stop = new AbortController()
  const signal = AbortSignal.any([interrupted, stop.signal])
  const plan = planOf(wishes.workflow, realWorld)
  const { newId } = realWorld
  const clients = await createClients(gateway, signal)
  const auditor = clients.of('person:lena.fischer')
  const starter = clients.of(`agent:${plan.starter}`)
  const definition = await readDefinition(auditor, plan.workflow)
  const inputs = await plan.inputs(starter, wishes.runs, await openKeys(auditor, plan.workflow))
  if (inputs.length === 0) throw new Error(nothingLeft(plan, gateway))

  const progress = createProgress(
    () => performance.now(),
    (moment) => {
      if (!screen.isTTY) screen.write(`${momentLine(moment, logWidth, paint).trimEnd()}\n`)
    },
  )
  writeOpening(screen, [definition.title, `at ${gateway.url}`, sentenceOf(plan, wishes, inputs.length)], paint)
  const paceMs = screen.isTTY ? watchedPaceMs : 0
  await using team = await startTeam({ plan, wishes, gateway, issuer: clients.issuer, paceMs, progress, signal })
  for (const { identity } of plan.people) progress.addWorker(identity, 'person')
  const startedAt = realWorld.now()
  progress.begin()
  const people = plan.people.map((person) =>
    letWork({ person, client: clients.of(`person:${person.identity}`), progress, newId, paceMs, signal }),
  )
  const limitMs = limits.allMs + inputs.length * limits.runMs + wishes.faults.length * limits.faultMs
  const play = async () => {
    await startRuns({ starter, workflow: plan.workflow, inputs, progress, signal })
    await followRuns({ auditor, starter, definition, event: plan.event ?? null, progress, newId, limitMs, signal })
  }
  const draw = (kind: 'running' | 'last') => (size: { readonly width: number; readonly height: number }) =>
    frame({ progress, definition, paint, kind, ...size })
  {
    using area = screen.isTTY ? openLiveArea({ terminal: screen, picture: draw('running'), last: draw('last') }) : null
    const playing = play()
    try {
      await Promise.race([playing, team.failed, ...people])
    } finally {
      stop.abort()
      await Promise.allSettled([playing, ...people])
    }
    area?.finish()
  }
  const run = mostEventful(progress)
  const width = Math.min(plainWidth, screen.isTTY ? screen.columns - 1 : plainWidth)
  const trail = run === undefined ? [] : ledgerLines(run, await trailsOf(run, gateway, startedAt), width, paint)
  const hint = paint('dim', clip(`  ${hintFor(gateway, run)}`, width))
  screen.write(`\n${[...summary(progress, width, paint), '', ...trail, '', hint, ''].join('\n')}\n`)
}

function writeOpening(screen: Screen, [title = '', at = '', sentence = '']: readonly string[], paint: Paint): void {
  screen.write(`\n  ${paint('bold', title)} ${paint('dim', at)}\n  ${sentence}\n\n`)
}

function sentenceOf(plan: Plan, wishes: Wishes, found: number): string {
  const count = `${found} ${found === 1 ? 'run' : 'runs'}${found < wishes.runs ? ', all that there is to start,' : ''}`
  const agents = plan.agents.map((identity, at) => `${processesOf(at, wishes)} × ${identity}`)
  const fails = wishes.faults.length === 0 ? '' : `; on purpose: ${wishes.faults.join(', ')}`
  return `${count} by ${plan.starter}; agents: ${agents.join(', ')}${fails}`
}

/** The run with the most to tell: one that somebody died over, or to which most happened. */
function mostEventful({ runs, takeovers }: Progress): RunView | undefined {
  const [task] = takeovers.keys()
  const left = [...runs.values()].find(({ id }) => task?.startsWith(id))
  return left ?? [...runs.values()].toSorted((a, b) => b.notices.length - a.notices.length)[0]
}

function hintFor({ kind }: Gateway, run: RunView | undefined): string {
  return kind === 'own'
    ? 'This gateway was the demo’s own, and ends with it. `npm start` runs one that stays.'
    : `All of one run: query { run(id: "${run?.id ?? ''}") { notices { at name step data } } }`
}

function nothingLeft({ workflow }: Plan, { kind }: Gateway): string {
  const mend = kind === 'own' ? '' : ' A gateway with a new data folder has some again.'
  return `There is nothing left to start \`${workflow}\` with.${mend}`
}
