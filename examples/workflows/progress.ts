/** What the demo has seen so far: runs with their steps, whoever works, and what has happened. Screens read it. */
import type { AgentLine } from '../agents/agent-line.ts'
import type { Notice, SeenStep } from './read-runs.ts'

export interface RunView {
  readonly id: string
  readonly businessKey: string
  readonly startedMs: number
  endedMs: number | null
  status: string
  outcome: string | null
  steps: readonly SeenStep[]
  /** What was told of it, in order. */
  readonly notices: Notice[]
  /** The roles that each step waits for. */
  readonly candidates: Map<string, readonly string[]>
}

export interface Worker {
  readonly name: string
  readonly kind: 'agent' | 'person'
  /** What it works on now: a task and its title. */
  doing: { readonly task: string; readonly title: string } | null
  done: number
  failed: number
  isAlive: boolean
}

/** What is worth a line. */
export interface Moment {
  readonly atMs: number
  /** The run that it is about. */
  readonly run: string | null
  readonly who: string
  readonly text: string
  readonly tone: 'plain' | 'good' | 'bad' | 'attention'
}

/** A task that an agent left by dying, and how long it lay there. */
export interface Takeover {
  readonly title: string
  readonly died: string
  readonly diedAtMs: number
  by: string | null
  tookMs: number | null
}

export interface Progress {
  readonly runs: Map<string, RunView>
  readonly workers: Map<string, Worker>
  readonly moments: readonly Moment[]
  readonly takeovers: ReadonlyMap<string, Takeover>
  /** Requests for approval of what is done before there is a run. */
  readonly asked: Set<string>
  /** Votes and acts that people have decided about, and tasks that agents gave to them. */
  readonly counts: { votes: number; acts: number; handedOff: number }
  /** All are ready: time counts from here. */
  begin(): void
  /** Milliseconds since then. */
  elapsedMs(): number
  addWorker(name: string, kind: Worker['kind']): void
  addRun(run: { readonly id: string; readonly businessKey: string }): void
  /** Something happened. */
  note(moment: Omit<Moment, 'atMs'>): void
  /** An agent process has written a line. */
  heard(name: string, line: AgentLine): void
  /** An agent process is gone. */
  died(name: string): void
}

/** Begins with nothing seen; `onMoment` hears of everything that is worth a line. */
export function createProgress(nowMs: () => number, onMoment: (moment: Moment) => void): Progress {
  let beganMs = nowMs()
  const elapsedMs = () => nowMs() - beganMs
  const runs = new Map<string, RunView>()
  const workers = new Map<string, Worker>()
  const moments: Moment[] = []
  const takeovers = new Map<string, Takeover>()
  const counts = { votes: 0, acts: 0, handedOff: 0 }

  const note: Progress['note'] = (what) => {
    const moment = { atMs: elapsedMs(), ...what }
    moments.push(moment)
    onMoment(moment)
  }

  /** What an agent takes that another one had when it died. */
  function takeOver(name: string, line: AgentLine): void {
    const left = takeovers.get(line.task ?? '')
    if (left?.by !== null) return
    left.by = name
    left.tookMs = elapsedMs() - left.diedAtMs
    const seconds = (left.tookMs / 1_000).toFixed(1)
    note({ run: line.run, who: name, text: `takes it over, ${seconds} s after ${left.died} died`, tone: 'attention' })
  }

  return {
    runs,
    workers,
    moments,
    takeovers,
    asked: new Set(),
    counts,
    begin() {
      beganMs = nowMs()
    },
    elapsedMs,
    note,
    addWorker(name, kind) {
      workers.set(name, { name, kind, doing: null, done: 0, failed: 0, isAlive: true })
    },
    addRun({ id, businessKey }) {
      runs.set(id, {
        id,
        businessKey,
        startedMs: elapsedMs(),
        endedMs: null,
        status: 'PENDING',
        outcome: null,
        steps: [],
        notices: [],
        candidates: new Map(),
      })
    },
    heard(name, line) {
      const worker = workers.get(name)
      if (worker === undefined) return
      const title = line.title ?? 'something'
      switch (line.event) {
        case 'ready':
          return
        case 'claimed':
          worker.doing = line.task === null ? null : { task: line.task, title }
          takeOver(name, line)
          note({ run: line.run, who: name, text: `takes: ${title}${again(line)}`, tone: 'plain' })
          return
        case 'done':
          worker.doing = null
          worker.done += 1
          note({ run: line.run, who: name, text: `is done: ${title}`, tone: 'good' })
          return
        case 'failed':
          worker.doing = null
          worker.failed += 1
          note({ run: line.run, who: name, text: `fails: ${line.text}`, tone: 'bad' })
          return
        case 'handed-off':
          worker.doing = null
          counts.handedOff += 1
          note({ run: line.run, who: name, text: `gives to a person: ${title}`, tone: 'attention' })
          return
        case 'given-back':
          worker.doing = null
          note({ run: line.run, who: name, text: `gives back: ${title}`, tone: 'plain' })
          return
        case 'lease-lost':
          worker.doing = null
          note({ run: line.run, who: name, text: `has lost the task: ${line.text}`, tone: 'bad' })
          return
        case 'said':
          note({ run: line.run, who: name, text: line.text, tone: 'plain' })
          return
        case 'trouble':
          note({ run: line.run, who: name, text: line.text, tone: 'bad' })
      }
    },
    died(name) {
      const worker = workers.get(name)
      if (worker === undefined) return
      worker.isAlive = false
      if (worker.doing === null) return
      const { task, title } = worker.doing
      takeovers.set(task, { title, died: name, diedAtMs: elapsedMs(), by: null, tookMs: null })
      note({ run: task.split(':')[0] ?? null, who: name, text: `is dead, and leaves: ${title}`, tone: 'bad' })
      worker.doing = null
    },
  }
}

function again({ attempt }: AgentLine): string {
  return attempt !== null && attempt > 1 ? `, attempt ${attempt}` : ''
}
