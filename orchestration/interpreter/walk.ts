/** The way through a definition: what entering a node does, and where it goes on when a step is done. */
import { evaluateCondition, evaluateMapping } from '../definition/expressions.ts'
import type { Mapping, NodeOf } from '../definition/model.ts'
import { beginActivity, setTimer, waitForEvent } from './begin.ts'
import { endRun } from './end-run.ts'
import { finishList, isEnough, nextItems, readItems } from './for-each.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { type Branch, type Step, isOpen } from './state.ts'
import { addStep, close, failStep, isTask, orIncident, withdraw, writeOutputs } from './steps.ts'
import { type Turn, activityOf, emit, nodeOf, stepOf, variablesAt } from './turn.ts'

/** More than any definition needs for one event: every cycle is bounded, and this bounds them all together. */
const maxEntered = 5_000

/** A node to be entered. */
interface Way {
  readonly node: string
  readonly scope: readonly Branch[]
}

/** Enters a node: for an activity somebody is asked, for others it goes on at once. */
export function enter(turn: Turn, node: string, scope: readonly Branch[]): void {
  follow(turn, [{ node, scope }])
}

/** Sets a step in motion, and goes on where nobody has to do anything; an expression that fails leaves it before an operator. */
export function begin(turn: Turn, step: Step): void {
  follow(turn, waysFrom(turn, step))
}

/** Each branch as far as it goes by itself, then the next. Without recursion: a loop without anybody's work is long. */
function follow(turn: Turn, first: readonly Way[]): void {
  const ahead = first.toReversed()
  for (let way = ahead.pop(); way; way = ahead.pop()) {
    if (!isWanted(turn, way)) continue
    const step = addVisit(turn, way)
    turn.entered += 1
    if (turn.entered <= maxEntered) ahead.push(...waysFrom(turn, step).toReversed())
    else failStep(turn, step, 'TOO_MANY_STEPS', `One event has entered more than ${maxEntered} nodes.`)
  }
}

/** A branch that ended at once may have been enough for its join, or for the run. */
function isWanted(turn: Turn, { scope }: Way): boolean {
  return turn.state.status === 'RUNNING' && scope.every(({ fork }) => isOpen(stepOf(turn, fork)))
}

function addVisit(turn: Turn, { node: nodeId, scope }: Way): Step {
  const node = nodeOf(turn, nodeId)
  if ('atMost' in node && node.atMost && timesEntered(turn, nodeId) >= node.atMost.times) {
    return addVisit(turn, { node: node.atMost.then, scope })
  }
  const { visits } = turn.state
  const visit = (Object.hasOwn(visits, nodeId) ? (visits[nodeId] ?? 0) : 0) + 1
  visits[nodeId] = visit
  return addStep(turn, { id: visit === 1 ? nodeId : `${nodeId}~${visit}`, node: nodeId, kind: node.type, scope })
}

/** Where a run has gone back behind a node, it has not entered it. */
function timesEntered({ state }: Turn, nodeId: string): number {
  const entered = Object.values(state.steps).filter(
    ({ node, item, undoes, rewound }) => node === nodeId && item === null && undoes === null && !rewound,
  )
  return entered.length
}

/** Begins a step. Gives the nodes that are to be entered behind it. */
function waysFrom(turn: Turn, step: Step): readonly Way[] {
  let ways: readonly Way[] = []
  orIncident(turn, step, () => {
    if (isTask(step.kind)) beginActivity(turn, step)
    else ways = beginNode(turn, step)
  })
  return ways
}

function beginNode(turn: Turn, step: Step): readonly Way[] {
  const node = nodeOf(turn, step.node)
  const { scope } = step
  switch (node.type) {
    case 'forEach':
      readItems(turn, step, node)
      return goOnWithList(turn, step, node)
    case 'decision': {
      const choice = node.choices.find(({ when }) => evaluateCondition(when, variablesAt(turn, step)))
      close(turn, step, 'COMPLETED')
      return [{ node: choice?.next ?? node.otherwise, scope }]
    }
    case 'parallel':
      return node.branches.map((branch) => ({ node: branch, scope: [...scope, { fork: step.id, branch }] }))
    case 'join':
      return arrive(turn, step, node)
    case 'timer':
      setTimer(turn, step, node)
      return []
    case 'awaitEvent':
      waitForEvent(turn, step, node)
      return []
    case 'milestone':
      close(turn, step, 'COMPLETED')
      emit(turn, 'milestone.reached', step, { title: node.title })
      return [{ node: node.next, scope }]
    case 'end': {
      const output = evaluateMapping(node.output, variablesAt(turn, step))
      close(turn, step, 'COMPLETED')
      endRun(turn, node.outcome, output)
      return []
    }
    case 'agentTask':
    case 'humanTask':
    case 'approval':
    case 'operation':
    case 'subprocess':
      return []
  }
}

/** A branch has come to its join. */
function arrive(turn: Turn, step: Step, node: NodeOf<'join'>): readonly Way[] {
  const here = step.scope.at(-1)
  // INVARIANT: the join of a branch is the one of its fork; both are checked before a definition is published.
  if (!here) throw new Error(`The join ${step.node} was entered outside of its fork.`)
  const fork = stepOf(turn, here.fork)
  close(turn, step, 'COMPLETED')
  fork.arrived = [...fork.arrived, here.branch]
  const forkNode = nodeOf(turn, fork.node)
  const all = forkNode.type === 'parallel' ? forkNode.branches.length : 0
  const needed = node.when === 'all' ? all : node.when === 'first' ? 1 : Math.min(node.when.atLeast, all)
  if (fork.arrived.length < needed) return []
  for (const other of Object.values(turn.state.steps)) {
    if (other.scope.some(({ fork: id }) => id === fork.id)) withdraw(turn, other)
  }
  close(turn, fork, 'COMPLETED')
  return [{ node: node.next, scope: fork.scope }]
}

/** The step is done: what it gives is written down, and it goes on behind it. */
export function complete(turn: Turn, step: Step, result: Json, state: 'COMPLETED' | 'SKIPPED' | 'REJECTED'): void {
  step.result = result
  orIncident(turn, step, () => {
    writeOutputs(turn, step, outputOf(turn, step), seenAfter(step), step.holder ?? 'service:orchestration')
    close(turn, step, state)
    turn.state.done += 1
    step.doneAs = turn.state.done
    leave(turn, step)
  })
}

/** What is written when the step is done; nothing follows from what undoes, or is needed no more. */
function outputOf(turn: Turn, step: Step): Mapping {
  if (step.undoes !== null || step.abandoned) return {}
  if (isTask(step.kind)) return activityOf(turn, step).output
  const node = nodeOf(turn, step.node)
  return node.type === 'awaitEvent' ? node.output : {}
}

function seenAfter({ kind, input, result }: Step): JsonObject {
  return isTask(kind) ? { result, task: input } : { event: result }
}

/** An event that the step waits for has come. */
export function takeEvent(turn: Turn, step: Step, node: NodeOf<'awaitEvent'>, payload: Json, by: string): void {
  step.result = payload
  orIncident(turn, step, () => {
    writeOutputs(turn, step, node.output, { event: payload }, by)
    close(turn, step, 'COMPLETED')
    enter(turn, node.next, step.scope)
  })
}

/** Begins what there is room for, or leaves the list where enough is done. */
function goOnWithList(turn: Turn, list: Step, node: NodeOf<'forEach'>): readonly Way[] {
  if (isEnough(turn, list, node)) {
    finishList(turn, list, node)
    return [{ node: node.next, scope: list.scope }]
  }
  for (const item of nextItems(turn, list, node)) begin(turn, item)
  return []
}

function leave(turn: Turn, step: Step): void {
  if (step.abandoned || step.undoes !== null) return
  if (step.item !== null) leaveItem(turn, step, step.item.parent)
  else {
    const node = nodeOf(turn, step.node)
    if (node.type === 'approval' && step.state === 'REJECTED') enter(turn, node.rejected, step.scope)
    else if ('next' in node) enter(turn, node.next, step.scope)
  }
}

function leaveItem(turn: Turn, step: Step, parent: string): void {
  const list = stepOf(turn, parent)
  const node = nodeOf(turn, list.node)
  if (node.type !== 'forEach') return
  // Also where the list waits for an operator: when it goes on, the item has been done.
  list.arrived = [...list.arrived, step.id]
  if (isOpen(list)) follow(turn, waysFrom(turn, list))
}
