/** Sound, structured workflows for properties: sequences, decisions, forks with their joins, lists, loops and all that is worked on. */
import fc from 'fast-check'
import type { Program } from '../../orchestration/interpreter/turn.ts'
import { program } from './orchestration.ts'

/** A part of a workflow, before it is known where it leads. */
type Block =
  | { readonly is: 'work'; readonly node: object }
  | { readonly is: 'approval'; readonly node: object; readonly rejected: Block | null }
  | { readonly is: 'event'; readonly node: object; readonly timeout: boolean }
  | { readonly is: 'list'; readonly node: object }
  | {
      readonly is: 'decision'
      readonly when: string
      readonly then: readonly Block[]
      readonly otherwise: readonly Block[]
    }
  | { readonly is: 'fork'; readonly when: unknown; readonly branches: readonly (readonly Block[])[] }
  | { readonly is: 'loop'; readonly while: string; readonly times: number; readonly body: readonly Block[] }

const few = (least: number, most: number) => fc.integer({ min: least, max: most })

const level = fc.constantFrom({ to: 'another-agent' }, { to: { role: 'senior' } }, { to: { role: 'boss' } })
const deadline = fc.record({
  within: fc.constantFrom('PT1M', 'PT30M', 'P2D'),
  then: fc.constantFrom('escalate', 'notify'),
})
const common = {
  input: fc.constantFrom({}, { key: '= step.key' }, { seen: '= context.fixed' }),
  checks: fc.constantFrom([], [], [{ expect: '= result.ok', message: 'It is not good.' }]),
  output: fc.constantFrom({}, { total: '= result.n' }, { all: '= result.n' }, { most: '= result.n' }),
  retry: fc.record({ max: few(0, 2) }),
  deadlines: fc.record({ start: deadline, completion: deadline }, { requiredKeys: [] }),
  escalation: fc.array(level, { maxLength: 2 }),
  compensate: fc.constantFrom('undo', 'undo', undefined),
}

const agentTask = fc.record({ type: fc.constant('agentTask'), role: fc.constantFrom('clerk', 'senior'), ...common })
const humanTask = fc.record({ type: fc.constant('humanTask'), candidates: fc.constant(['boss']), ...common })
const operation = fc.record({
  type: fc.constant('operation'),
  role: fc.constant('clerk'),
  document: fc.constant('{ a }'),
  ...common,
})
const subprocess = fc.record({
  type: fc.constant('subprocess'),
  workflow: fc.constant('other'),
  ...common,
})
const approval = fc.record({
  type: fc.constant('approval'),
  candidates: fc.constant(['boss']),
  quorum: few(1, 2),
  rejected: fc.constant('nowhere'),
  ...common,
  checks: fc.constant([]),
  output: fc.constantFrom({}, { all: '= result.decision' }),
})
const wait = fc.constantFrom(
  { type: 'timer', for: 'PT10M' },
  { type: 'timer', until: "= '2026-06-01T12:00:00Z'" },
  { type: 'milestone' },
)
const list = fc.record({
  type: fc.constant('forEach'),
  items: fc.constantFrom('= [1, 2, 3]', '= []', '= [1]', '= context.fixed ? [1, 2] : [1, 2, 3, 4, 5]'),
  limit: fc.constant(4),
  parallel: few(1, 3),
  until: fc.constantFrom(undefined, undefined, '= completed >= 1', '= context.fixed'),
  do: fc.oneof(agentTask, humanTask, operation, approval, subprocess),
})
const condition = fc.constantFrom('= true', '= false', '= context.fixed', '= input.n > 1')

const { blocks } = fc.letrec<{ blocks: readonly Block[]; block: Block; leaf: Block }>((tie) => ({
  leaf: fc.oneof(
    { weight: 5, arbitrary: fc.oneof(agentTask, operation, operation).map((node): Block => ({ is: 'work', node })) },
    { weight: 3, arbitrary: fc.oneof(humanTask, subprocess, wait).map((node): Block => ({ is: 'work', node })) },
    { weight: 1, arbitrary: approval.map((node): Block => ({ is: 'approval', node, rejected: null })) },
    { weight: 1, arbitrary: list.map((node): Block => ({ is: 'list', node })) },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('event' as const),
        node: fc.constantFrom(
          { event: 'paid' },
          { event: 'paid', key: "= 'k'" },
          { event: 'paid', output: { got: '= event.n' } },
        ),
        timeout: fc.boolean(),
      }),
    },
  ),
  block: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { weight: 5, arbitrary: tie('leaf') },
    {
      weight: 3,
      arbitrary: fc.record({
        is: fc.constant('fork' as const),
        when: fc.constantFrom('all', 'first', { atLeast: 2 }),
        branches: fc.array(tie('blocks'), { minLength: 2, maxLength: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        is: fc.constant('decision' as const),
        when: condition,
        then: tie('blocks'),
        otherwise: tie('blocks'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        is: fc.constant('loop' as const),
        while: condition,
        times: few(1, 3),
        body: tie('blocks'),
      }),
    },
  ),
  blocks: fc.array(tie('block'), { minLength: 1, maxLength: 3 }),
}))

/** Any sound workflow. What its expressions miss, `context.fixed` mends. */
export const anyProgram: fc.Arbitrary<Program> = fc
  .record({
    body: blocks,
    outcome: fc.constantFrom('success', 'success', 'business_rejected', 'failed'),
    pauseClock: fc.subarray(['INPUT_REQUIRED', 'APPROVAL_REQUIRED', 'SUSPENDED']),
  })
  .map(({ body, outcome, pauseClock }) => {
    const nodes: Record<string, Record<string, unknown>> = { done: { type: 'end', outcome } }
    const start = layOut(nodes, body, 'done')
    const undo = { type: 'operation', role: 'clerk', document: 'mutation { undo }', input: { what: '= result' } }
    const merge = { all: 'append', most: 'max' }
    return program({ start, nodes, pauseClock, merge, compensations: { undo: { ...undo, retry: { max: 1 } } } })
  })

/** Adds the nodes of the blocks, and gives the first: each leads to the next, and the last to `next`. */
function layOut(nodes: Record<string, object>, body: readonly Block[], next: string): string {
  return body.reduceRight((following, block) => lay(nodes, block, following), next)
}

function lay(nodes: Record<string, object>, block: Block, next: string): string {
  const add = (name: string, node: object): string => {
    const id = `${name}${Object.keys(nodes).length}`
    nodes[id] = node
    return id
  }
  switch (block.is) {
    case 'work':
    case 'list':
      return add(block.is, { ...block.node, next })
    case 'approval':
      return add('approval', { ...block.node, rejected: next, next })
    case 'event': {
      const timeout = block.timeout ? { timeout: { after: 'PT1H', next } } : {}
      return add('event', { type: 'awaitEvent', ...block.node, ...timeout, next })
    }
    case 'decision': {
      const otherwise = layOut(nodes, block.otherwise, next)
      const choices = [{ when: block.when, next: layOut(nodes, block.then, next) }]
      return add('decision', { type: 'decision', choices, otherwise })
    }
    case 'fork': {
      // So that it is seen how often the run goes on behind the join.
      const behind = add('behind', { type: 'milestone', next })
      const join = add('join', { type: 'join', when: block.when, next: behind })
      const branches = block.branches.map((branch) => layOut(nodes, branch, join))
      // A branch that is nothing but the way to its join would have no name of its own.
      return add('fork', { type: 'parallel', branches, join })
    }
    case 'loop': {
      const again = add('again', {})
      const body = layOut(nodes, block.body, again)
      const choices = [{ when: block.while, next: body }]
      nodes[again] = { type: 'decision', choices, otherwise: next, atMost: { times: block.times, then: next } }
      return body
    }
  }
}
