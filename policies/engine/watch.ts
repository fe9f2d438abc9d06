/**
 * Keeps the policies current while the gateway runs. A good edit takes the place of the old revision in one step; a bad one is
 * refused loudly and the old one stays.
 */
import { readdirSync, watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import type { PolicyRevision } from './revision.ts'
import type { PolicyProblem } from './types.ts'
import { loadPolicies, type LoadPoliciesOptions, type LoadResult } from './load.ts'
import { readPolicyFiles } from './policy-files.ts'

export interface WatchPoliciesOptions extends LoadPoliciesOptions {
  readonly log: PolicyLog
  /** Whether edits are picked up. */
  readonly watch: boolean
  /** How long the folder must be quiet before it is read. */
  readonly settleMs?: number
  /** How often the files are compared even when nothing announced a change: some file systems announce none. */
  readonly pollMs?: number
  /** Called after each attempt, for metrics. */
  readonly onAttempt?: (result: LoadResult) => void
}

/** The part of the log that this needs (pino's shape). */
export interface PolicyLog {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

export interface PolicySource extends AsyncDisposable {
  /** The revision that decides now. */
  current(): PolicyRevision
  /** A revision by its id, while it is one of the last few: a request ends under the one it began with. */
  revision(id: string): PolicyRevision | null
  /** The same, and one that is not known yet is waited for: another process may see an edit a moment before this one. */
  awaitRevision(id: string, waitMs: number): Promise<PolicyRevision | null>
  /** What was wrong with the last edit; empty when the current revision is the last edit. */
  problems(): readonly PolicyProblem[]
  /** Reads the folder now. */
  reload(): Promise<LoadResult>
  close(): Promise<void>
}

/** Policies that do not load, with everything that is wrong. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly problems: readonly PolicyProblem[]

  constructor(problems: readonly PolicyProblem[]) {
    super(`The policies do not load:\n${formatProblems(problems)}`)
    this.problems = problems
  }
}

/** How many revisions stay known. */
const keptRevisions = 10

/** Loads the policies and keeps them current. Rejects with a {@link PolicyError} when there is no good revision to start with. */
export async function watchPolicies(options: WatchPoliciesOptions): Promise<PolicySource> {
  const { folder, log, settleMs = 100, pollMs = 5000, onAttempt } = options
  const first = await loadPolicies(options)
  onAttempt?.(first)
  if (first.outcome === 'refused') throw new PolicyError(first.problems)

  let current = first.revision
  let lastTried = first.id
  let problems: readonly PolicyProblem[] = []
  let queue: Promise<unknown> = Promise.resolve()
  const known = new Map<string, PolicyRevision>([[current.id, current]])
  const arrivals = new Set<() => void>()

  /** One load at a time, so that a slow old one cannot overtake a new one. */
  const reload = (): Promise<LoadResult> => {
    const next = queue.then(async () => {
      const result = await loadPolicies(options)
      accept(result)
      onAttempt?.(result)
      return result
    })
    queue = next.catch(() => undefined)
    return next
  }

  const accept = (result: LoadResult): void => {
    lastTried = result.id
    if (result.outcome === 'refused') {
      problems = result.problems
      log.error(
        { problems, current: current.id, refused: result.id },
        `The edited policies are refused; revision ${current.id} stays in force.\n${formatProblems(problems)}`,
      )
      return
    }
    problems = []
    if (result.revision.id === current.id) return
    const before = current.id
    current = result.revision
    known.delete(current.id)
    known.set(current.id, current)
    for (const id of known.keys()) {
      if (known.size <= keptRevisions) break
      known.delete(id)
    }
    for (const arrived of arrivals) arrived()
    log.info({ before, current: current.id }, `Policies: revision ${current.id} is in force.`)
  }

  const watching = options.watch ? startWatching() : null

  /** Announcements and the poll both end here: what two readings in a row find is read, so that no half-written file is. */
  function startWatching(): { lookAgain(): void; stop(): void } {
    let timer: NodeJS.Timeout | undefined
    let seen = lastTried
    const look = (): void => {
      const revision = revisionOnDisk(folder)
      if (revision === lastTried) return
      if (revision === seen) void reload()
      else lookAgain()
      seen = revision
    }
    const lookAgain = (): void => {
      clearTimeout(timer)
      timer = setTimeout(look, settleMs).unref()
    }
    const poll = setInterval(lookAgain, pollMs).unref()
    const watchers = openWatchers(folder, lookAgain, log)
    return {
      lookAgain,
      stop: () => {
        clearTimeout(timer)
        clearInterval(poll)
        for (const watcher of watchers) watcher.close()
      },
    }
  }

  async function awaitRevision(id: string, waitMs: number): Promise<PolicyRevision | null> {
    const found = known.get(id)
    if (found || !watching) return found ?? null
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const arrived = () => {
      if (known.has(id)) resolve(undefined)
    }
    const timer = setTimeout(() => {
      resolve(undefined)
    }, waitMs)
    // The first to wait has the folder looked at; a look for each would never let it settle.
    if (arrivals.size === 0) watching.lookAgain()
    arrivals.add(arrived)
    await promise
    arrivals.delete(arrived)
    clearTimeout(timer)
    return known.get(id) ?? null
  }

  const close = async (): Promise<void> => {
    watching?.stop()
    await queue
  }
  return {
    current: () => current,
    revision: (id) => known.get(id) ?? null,
    awaitRevision,
    problems: () => problems,
    reload,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function revisionOnDisk(folder: string): string {
  try {
    return readPolicyFiles(folder).revision
  } catch {
    return 'unreadable'
  }
}

/**
 * One watcher for each folder beneath: Node's recursive one does not see a file that is replaced by another, as git and many
 * editors do it. A folder that is made later is found when the files are compared.
 */
function openWatchers(folder: string, onChange: () => void, log: PolicyLog): readonly FSWatcher[] {
  const complain = (error: unknown): void => {
    log.error({ error }, 'The policies folder cannot be watched; its files are compared from time to time instead.')
  }
  try {
    const inner = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory())
    const folders = [folder, ...inner.map((entry) => path.join(entry.parentPath, entry.name))]
    return folders.map((each) => watch(each, { persistent: false }, onChange).on('error', complain))
  } catch (error) {
    complain(error)
    return []
  }
}

/** Problems as lines for a terminal or a log. */
export function formatProblems(problems: readonly PolicyProblem[]): string {
  return problems.map(({ where, message, mend }) => `  ${where}  ${message}\n      ${mend}`).join('\n')
}
