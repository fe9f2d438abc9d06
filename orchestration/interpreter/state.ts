/** The state of a run: plain JSON, made of nothing but its definition and its events. */
import type { Json, JsonObject } from '../../lib/json.ts'
import type { NodeType } from '../definition/model.ts'
import type { RunEvent, TaskError } from './events.ts'

export type RunStatus =
  | 'PENDING'
  | 'RUNNING'
  | 'SUSPENDED'
  | 'COMPENSATING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'COMPENSATED'
  | 'COMPENSATION_FAILED'

/** The states of a task (WS-HumanTask 1.1, A2A 1.0); nodes that nobody works on are WAITING until they are done. */
export const taskStates = [
  'WAITING',
  'READY',
  'CLAIMED',
  'IN_PROGRESS',
  'INPUT_REQUIRED',
  'APPROVAL_REQUIRED',
  'SUSPENDED',
  'COMPLETED',
  'FAILED',
  'REJECTED',
  'CANCELLED',
  'SKIPPED',
] as const
export type TaskState = (typeof taskStates)[number]

export type RunOutcome = 'success' | 'business_rejected' | 'failed' | 'cancelled'

/** A branch of a fork that a step stands in. */
export interface Branch {
  /** The step of the fork. */
  readonly fork: string
  /** The first node of the branch. */
  readonly branch: string
}

export type Alarm = 'start' | 'at-risk' | 'completion'

/** What stopped a step until an operator decides. */
export interface Incident {
  readonly code: string
  readonly message: string
  readonly at: string
}

export interface Vote {
  readonly by: string
  readonly decision: 'approve' | 'reject'
  readonly comment: string | null
}

/** One entering of one node. Changed inside `apply` only, on a copy. */
export interface Step {
  /** `match`, `match~2` when it is entered again, `match.3` for the fourth item of a list, `undo:match`. */
  readonly id: string
  /** The node, or the compensation. */
  readonly node: string
  readonly kind: NodeType
  /** The step that this one undoes. */
  readonly undoes: string | null
  /** Where the step belongs to a list: which, and its place in it. */
  readonly item: { readonly parent: string; readonly index: number; readonly value: Json } | null
  readonly scope: readonly Branch[]
  readonly enteredAt: string
  state: TaskState
  endedAt: string | null
  input: JsonObject
  result: Json
  /** The number of the attempt under way, or of the last; also the part of the lease that all can read. */
  attempt: number
  /** Part of its idempotency key: goes up where it is done again and what was done before has certainly changed nothing. */
  group: number
  /** How many of its attempts have certainly changed nothing. */
  innocent: number
  /** Attempts that failed at this level. */
  charged: number
  /** 0 is where the definition puts it. */
  level: number
  /** The roles that may take it. */
  candidates: readonly string[]
  /** It was given to somebody, so the engine does not do it by itself any more. */
  manual: boolean
  /** The one principal that it is kept for. */
  target: string | null
  excluded: readonly string[]
  /** Whose attempts failed. */
  failed: readonly string[]
  holder: string | null
  readyAt: string | null
  /** Counts offers: what was set in motion for an earlier one is stale. */
  generation: number
  votes: readonly Vote[]
  question: { readonly text: string; readonly by: string; readonly candidates: readonly string[]; answer: Json } | null
  /** The request for approval that it waits for. */
  approval: string | null
  /** When its clock stood still. */
  pauses: readonly { readonly from: string; readonly to: string | null }[]
  /** What of its clock has been told; each is told once, however often the clock is set. */
  alarms: readonly Alarm[]
  lastError: TaskError | null
  incident: Incident | null
  /** Nothing follows from it any more; it is open only because what it does cannot be called back. */
  abandoned: boolean
  /** Its place among the steps that were done; what is undone is undone from the last. */
  doneAs: number | null
  undone: boolean
  /** The run has gone back behind it; it counts as not entered. */
  rewound: boolean
  /** Of a fork: the branches that have come to the join. Of a list: the items that are done. */
  arrived: readonly string[]
  /** Of a list: what there is to do. */
  items: readonly Json[]
}

export interface RunState {
  readonly runId: string
  readonly workflow: string
  readonly businessKey: string | null
  status: RunStatus
  outcome: RunOutcome | null
  input: JsonObject
  output: JsonObject
  context: JsonObject
  startedAt: string | null
  startedBy: string | null
  endedAt: string | null
  /** What the run ends as when its last step is done; null while it goes on. */
  ending: 'FAILED' | 'CANCELLED' | null
  /** What was done after this place in the order is undone, and then the node is entered, if any. */
  undo: { readonly since: number; readonly enter: string | null } | null
  steps: Record<string, Step>
  visits: Record<string, number>
  done: number
  /** How many events made it. */
  version: number
  /** What came while the run was suspended, in order. */
  deferred: readonly RunEvent[]
}

/** A run before its first event. */
export function initialState(run: Pick<RunState, 'runId' | 'workflow' | 'businessKey'>): RunState {
  return {
    ...run,
    status: 'PENDING',
    outcome: null,
    input: {},
    output: {},
    context: {},
    startedAt: null,
    startedBy: null,
    endedAt: null,
    ending: null,
    undo: null,
    steps: {},
    visits: {},
    done: 0,
    version: 0,
    deferred: [],
  }
}

const ended: ReadonlySet<TaskState> = new Set(['COMPLETED', 'FAILED', 'REJECTED', 'CANCELLED', 'SKIPPED'])
const over: ReadonlySet<RunStatus> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'COMPENSATED'])

/** Whether something can still come of the step; one that failed waits for an operator and is not open. */
export const isOpen = ({ state }: Pick<Step, 'state'>): boolean => !ended.has(state)

/** Whether the run is over for good. */
export const isOver = ({ status }: Pick<RunState, 'status'>): boolean => over.has(status)
