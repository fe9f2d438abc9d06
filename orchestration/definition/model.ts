/**
 * What a workflow definition is: data, read from YAML or JSON, that says which work follows which. `read-definition.ts` reads it,
 * `check-definition.ts` refuses what could not run, and the interpreter follows it. Words: BPMN 2.0, WS-HumanTask 1.1.
 */
import { z } from 'zod'
import { parseDuration } from '../../lib/duration.ts'

/** The name of a node or a branch, unique in its definition. */
const nodeId = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9-]{0,62}$/u, 'must be like `checkSupplier`: a letter first, then letters, digits and dashes')

/** The key of a role, as `policies/roles/` has it. */
const roleKey = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/u, 'must be the key of a role, like `support-agent`')

/** An ISO 8601 duration without months and years. */
const duration = z.string().refine((text) => parseDuration(text) !== null, 'must be a duration like `PT30M` or `P2D`')

/** An expression of the Common Expression Language behind `=`, like `= result.total > 1000.0`. */
const expression = z
  .string()
  .regex(/^=\s*\S/u, 'must be an expression: `=` and then what it says, like `= result.total`')

/** JSON; a text that begins with `=` is an expression, at any depth. `==` at the beginning stands for a text that begins with `=`. */
const mapping = z.record(z.string().min(1), z.json())

/** A JSON Schema (draft 2020-12) of what comes in or goes out. */
const jsonSchema = z.record(z.string(), z.json())

/** How often and when an attempt that failed is made again. */
const retry = z.strictObject({
  /** Attempts beyond the first. */
  max: z.int().min(0).max(20).default(2),
  /** Before the first repetition. */
  backoff: duration.default('PT5S'),
  /** What each further wait is multiplied by. */
  factor: z.number().min(1).max(10).default(2),
  maxBackoff: duration.default('PT10M'),
})

/** Who is asked next when the work does not get done where it is. */
const escalationLevel = z.union([
  /** Any other agent of the same role. */
  z.strictObject({ to: z.literal('another-agent') }),
  z.strictObject({ to: z.strictObject({ role: roleKey }) }),
])

const deadline = z.strictObject({
  /** On the clock of the workflow's calendar. */
  within: duration,
  /** What happens when the time is over: somebody else is asked, or people are told and the work goes on. */
  then: z.enum(['escalate', 'notify']).default('escalate'),
})

/** What all nodes that somebody or something works on have. */
const activity = {
  title: z.string().min(1).max(200),
  /** What is handed to whoever does it. */
  input: mapping.default({}),
  /** What the result has to be like. */
  result: jsonSchema.optional(),
  /** What must hold of `input` and `result`; a result that breaks one is a failed attempt. */
  checks: z
    .array(z.strictObject({ expect: expression, message: z.string().min(1).max(500) }))
    .max(20)
    .default([]),
  /** Written to the context of the run when it is done: path to value; expressions see `result`. */
  output: mapping.default({}),
  retry: retry.prefault({}),
  deadlines: z.strictObject({ start: deadline.optional(), completion: deadline.optional() }).prefault({}),
  escalation: z.array(escalationLevel).max(5).default([]),
  /** The operation that undoes it. */
  compensate: nodeId.optional(),
  /** What one attempt is expected to cost, in euro. */
  costEstimate: z.number().min(0).optional(),
  /** How much it counts in the workflow's adherence to its service level. */
  weight: z.number().min(0).max(100).default(1),
}

const agentTask = z.strictObject({
  ...activity,
  type: z.literal('agentTask'),
  role: roleKey,
  instructions: z.string().max(4_000).default(''),
  /** How long an agent may be silent before the task is taken from it. */
  leaseSeconds: z.int().min(5).max(3_600).default(60),
})

const humanTask = z.strictObject({
  ...activity,
  type: z.literal('humanTask'),
  /** The roles whose people may take it (potential owners). */
  candidates: z.array(roleKey).min(1).max(5),
  instructions: z.string().max(4_000).default(''),
})

const approval = z.strictObject({
  ...activity,
  type: z.literal('approval'),
  candidates: z.array(roleKey).min(1).max(5),
  /** How many different people must approve; one rejection rejects. */
  quorum: z.int().min(1).max(5).default(1),
  instructions: z.string().max(4_000).default(''),
  /** Where it goes on when it is rejected; `next` is the way of an approval. */
  rejected: nodeId,
})

const operation = z.strictObject({
  ...activity,
  type: z.literal('operation'),
  /** The role under which it runs: an active agent of that role acts. */
  role: roleKey,
  /** A GraphQL operation; `input` gives its variables. */
  document: z.string().min(1).max(20_000),
})

const subprocess = z.strictObject({
  ...activity,
  type: z.literal('subprocess'),
  /** The key of another workflow; its newest published version is started. */
  workflow: nodeId,
})

const activityNode = z.discriminatedUnion('type', [agentTask, humanTask, approval, operation, subprocess])

/** Where it goes on, and how often the node may be entered in one run. */
const flow = {
  next: nodeId,
  /** A node on a cycle says how often it may be entered, and where it goes on after that. */
  atMost: z.strictObject({ times: z.int().min(1).max(1_000), then: nodeId }).optional(),
}

const forEach = z.strictObject({
  type: z.literal('forEach'),
  title: z.string().min(1).max(200),
  /** A list; the activity sees each as `item`, and its place as `index`. */
  items: expression,
  /** The most items that are taken; a longer list is an incident. */
  limit: z.int().min(1).max(1_000),
  /** How many are worked on at once; 1 is one after the other. */
  parallel: z.int().min(1).max(100).default(10),
  /** Sees `completed` and `results`; when it holds, what is still open is cancelled. */
  until: expression.optional(),
  do: activityNode,
  /** Written to the context when all is done; expressions see `results`, in the order of the items. */
  output: mapping.default({}),
  ...flow,
})

const decision = z.strictObject({
  type: z.literal('decision'),
  title: z.string().min(1).max(200).optional(),
  choices: z
    .array(z.strictObject({ when: expression, next: nodeId }))
    .min(1)
    .max(20),
  otherwise: nodeId,
  atMost: flow.atMost,
})

const parallel = z.strictObject({
  type: z.literal('parallel'),
  title: z.string().min(1).max(200).optional(),
  /** The first nodes of what is done at the same time. */
  branches: z.array(nodeId).min(2).max(20),
  /** The join in which all branches end. */
  join: nodeId,
  atMost: flow.atMost,
})

const join = z.strictObject({
  type: z.literal('join'),
  /** `all`, `first`, or how many; the others are cancelled. */
  when: z.union([z.enum(['all', 'first']), z.strictObject({ atLeast: z.int().min(1).max(20) })]).default('all'),
  next: nodeId,
})

const timer = z.strictObject({
  type: z.literal('timer'),
  title: z.string().min(1).max(200).optional(),
  /** How long, or until when: an expression that gives a timestamp as RFC 3339 text. */
  for: duration.optional(),
  until: expression.optional(),
  ...flow,
})

const awaitEvent = z.strictObject({
  type: z.literal('awaitEvent'),
  title: z.string().min(1).max(200).optional(),
  /** The name of the event. */
  event: nodeId,
  /** Only an event with this key is meant. */
  key: expression.optional(),
  /** Written to the context; expressions see `event`. */
  output: mapping.default({}),
  timeout: z.strictObject({ after: duration, next: nodeId }).optional(),
  ...flow,
})

const milestone = z.strictObject({ type: z.literal('milestone'), title: z.string().min(1).max(200), ...flow })

const end = z.strictObject({
  type: z.literal('end'),
  outcome: z.enum(['success', 'business_rejected', 'failed']).default('success'),
  /** What the run gives. */
  output: mapping.default({}),
})

const nodeSchema = z.discriminatedUnion('type', [
  agentTask.extend(flow),
  humanTask.extend(flow),
  approval.extend(flow),
  operation.extend(flow),
  subprocess.extend(flow),
  forEach,
  decision,
  parallel,
  join,
  timer,
  awaitEvent,
  milestone,
  end,
])

export const definitionSchema = z.strictObject({
  key: nodeId,
  title: z.string().min(1).max(200),
  description: z.string().max(4_000).default(''),
  /** Who is called when something needs an operator, and whose tasks nobody else can do. */
  owner: roleKey,
  /** What a run is started with. */
  input: jsonSchema.default({ type: 'object' }),
  /** Names a run beyond its id; a second open run with the same key is refused. */
  businessKey: expression.optional(),
  /** 0 is the least. */
  priority: z.int().min(0).max(9).default(4),
  /** The business calendar of its clocks. */
  calendar: z.string().default('always'),
  /** What the whole run has, on that clock. */
  deadline: duration.optional(),
  /** The states in which the clock stands still. */
  pauseClock: z.array(z.enum(['INPUT_REQUIRED', 'APPROVAL_REQUIRED', 'SUSPENDED'])).default([]),
  /** How writes to the context are merged, by path; what is not named is `last-writer`. */
  merge: z.record(z.string(), z.enum(['last-writer', 'append', 'max', 'reject'])).default({}),
  start: nodeId,
  nodes: z.record(nodeId, nodeSchema),
  /** Operations that undo what was done; reached by `compensate` only. */
  compensations: z.record(nodeId, operation).default({}),
})

/** A workflow as its author wrote it, with every default filled in. */
export type WorkflowDefinition = z.infer<typeof definitionSchema>
export type WorkflowNode = z.infer<typeof nodeSchema>
export type NodeType = WorkflowNode['type']
export type NodeOf<Type extends NodeType> = Extract<WorkflowNode, { type: Type }>

/** A node that somebody or something works on. */
export type Activity = z.infer<typeof activityNode>
export type EscalationLevel = z.infer<typeof escalationLevel>
export type Deadline = z.infer<typeof deadline>
export type Mapping = z.infer<typeof mapping>
export type JsonSchema = z.infer<typeof jsonSchema>

/** Whether somebody or something works on the node. */
export function isActivity(node: WorkflowNode | Activity): node is Activity & WorkflowNode {
  return 'escalation' in node
}
