/** The part of a gateway that does the work of workflows: events and timers, operations, and what has become of approvals. */
import type { World } from '../../lib/world.ts'
import type { Engine } from '../../orchestration/engine/engine.ts'
import { publishFiles } from '../../orchestration/engine/publish-files.ts'
import type { PublishSources } from '../../orchestration/engine/publish-environment.ts'
import type { WorkflowFile } from '../../orchestration/engine/workflow-files.ts'
import { startWorkers } from '../../orchestration/engine/workers.ts'
import { gatewayPrincipal } from '../audit/note-event.ts'
import type { Log } from '../log.ts'
import { type PerformerOptions, createPerformer } from './performer.ts'
import { watchSettledApprovals } from './settled-approvals.ts'

export interface OrchestrationOptions extends PerformerOptions {
  readonly engine: Engine
  readonly world: World
  readonly log: Log
  /** The workflows that come with the code. */
  readonly files: readonly WorkflowFile[]
  readonly sources: () => PublishSources
}

/** Publishes what is new, and starts to work. */
export async function openOrchestration(options: OrchestrationOptions): Promise<AsyncDisposable> {
  const { engine, files, sources, log, world } = options
  await using opened = new AsyncDisposableStack()
  try {
    const { published, problems } = await publishFiles(engine, files, sources(), gatewayPrincipal)
    for (const { key, version } of published) log.info({ workflow: key, version }, 'a workflow is published')
    if (problems.length > 0) log.error({ problems }, 'workflows are not published: something is wrong with them')
  } catch (error) {
    log.warn({ err: error }, 'the workflows could not be looked at; the versions in the store hold')
  }
  const stop = startWorkers(engine, { performer: createPerformer(options) })
  opened.defer(stop)
  opened.use(await watchSettledApprovals(engine, { world, log }))
  return opened.move()
}
