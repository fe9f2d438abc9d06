/** A list of which each item is worked on: as many at once as the node allows, until all are done or enough are. */
import { ExpressionError, evaluateCondition, evaluateExpression } from '../definition/expressions.ts'
import type { NodeOf } from '../definition/model.ts'
import type { Json } from '../../lib/json.ts'
import type { Step } from './state.ts'
import { addStep, close, withdraw, writeOutputs } from './steps.ts'
import { type Turn, variablesAt } from './turn.ts'

type ForEach = NodeOf<'forEach'>

/** Reads what there is to do, once: what has begun keeps its items. */
export function readItems(turn: Turn, list: Step, node: ForEach): void {
  if (itemsOf(turn, list).length > 0) return
  const items: unknown = evaluateExpression(node.items, variablesAt(turn, list))
  if (!Array.isArray(items)) throw new ExpressionError(node.items, 'it is not a list')
  if (items.length > node.limit) {
    throw new ExpressionError(
      node.items,
      `the list has ${items.length} items, and the node takes ${node.limit} at most`,
    )
  }
  list.items = items as readonly Json[]
}

/** Whether all items are done, or as many as `until` asks for. */
export function isEnough(turn: Turn, list: Step, node: ForEach): boolean {
  if (list.arrived.length >= list.items.length) return true
  if (node.until === undefined || list.arrived.length === 0) return false
  const progress = { completed: list.arrived.length, results: resultsOf(turn, list) }
  return evaluateCondition(node.until, variablesAt(turn, list, progress))
}

/** Ends the list; items that are still open are withdrawn. */
export function finishList(turn: Turn, list: Step, node: ForEach): void {
  writeOutputs(turn, list, node.output, { results: resultsOf(turn, list) }, 'service:orchestration')
  for (const each of itemsOf(turn, list)) withdraw(turn, each)
  close(turn, list, 'COMPLETED')
}

/** Adds steps for the items that there is room for now. */
export function nextItems(turn: Turn, list: Step, node: ForEach): readonly Step[] {
  const begun = itemsOf(turn, list).length
  const room = node.parallel - (begun - list.arrived.length)
  return list.items.slice(begun, begun + Math.max(0, room)).map((value, offset) => {
    const index = begun + offset
    const item = { parent: list.id, index, value }
    return addStep(turn, { id: `${list.id}.${index}`, node: list.node, kind: node.do.type, scope: list.scope, item })
  })
}

function itemsOf({ state }: Turn, list: Step): readonly Step[] {
  return Object.values(state.steps).filter(({ item }) => item?.parent === list.id)
}

/** In the order of the items; null for what was not done. */
function resultsOf({ state }: Turn, list: Step): readonly Json[] {
  return list.items.map((_, index) => state.steps[`${list.id}.${index}`]?.result ?? null)
}
