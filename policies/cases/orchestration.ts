/** Cases of workflows, runs and tasks. */
import type { Coordinate } from '../../lib/labels.ts'
import { answered, type CaseGroup, type CastRole, type PolicyCase, refused } from './case.ts'

const idempotencyKey = 'case'
const run = '01931b4f-0000-7000-8000-000000000000'
const task = `${run}:answer`
const reason = 'The customer has called'
const held = { task, leaseToken: 'shown' }

type Input = Readonly<Record<string, unknown>>

/** What only people who operate runs may do. */
const operations: Readonly<Record<string, Input>> = {
  CancelRun: { idempotencyKey, run, reason },
  SuspendRun: { idempotencyKey, run, reason },
  ResumeRun: { idempotencyKey, run },
  RewindRun: { idempotencyKey, run, node: 'answer' },
  ForkRun: { idempotencyKey, run, after: 3 },
  RetryStep: { idempotencyKey, run, step: 'answer' },
  SkipStep: { idempotencyKey, run, step: 'answer', result: '{}' },
  ReassignTask: { idempotencyKey, task, role: 'support-agent' },
}

/** What whoever works on tasks may do; which tasks, the subgraph knows. */
const works: Readonly<Record<string, Input>> = {
  WriteContext: { idempotencyKey, run, path: 'mail.topic', value: '"invoice"' },
  ClaimTasks: { role: 'support-agent', wait: '5s' },
  ClaimTask: { task },
  BeginTask: held,
  HeartbeatTask: held,
  CompleteTask: { ...held, result: '{}', usage: { inputTokens: 900 } },
  FailTask: { ...held, class: 'RETRYABLE', code: 'CRM_AWAY', message: 'No answer' },
  ReleaseTask: held,
  HandOffTask: { ...held, role: 'finance-agent', note: 'It is about an invoice' },
  RequestInput: { ...held, question: 'Which of the two orders?' },
  AwaitApproval: { ...held, approval: run },
  EscalateTask: { ...held, reason },
}

const decisions: Readonly<Record<string, Input>> = {
  AnswerTask: { idempotencyKey, task, answer: '"The first"' },
  VoteTask: { idempotencyKey, task, decision: 'APPROVE' },
}

const start = { idempotencyKey, workflow: 'customer-email', input: '{}' }
const signal = { idempotencyKey, run, event: 'reply', payload: '{}' }
const publication = { idempotencyKey, definition: 'key: customer-email' }

/** What of their answers is for those alone who may send them. */
const answers: Readonly<Record<string, readonly Coordinate[]>> = {
  ClaimTasks: [
    'ClaimTasksPayload.claimed',
    'ClaimedTask.task',
    'ClaimedTask.lease',
    'TaskLease.token',
    'TaskLease.until',
    'ClaimTasksPayload.atLimit',
  ],
  HeartbeatTask: ['HeartbeatPayload.until'],
  PublishWorkflow: [
    'PublishWorkflowPayload.workflow',
    'PublishWorkflowPayload.problems',
    'WorkflowProblem.where',
    'WorkflowProblem.node',
    'WorkflowProblem.message',
    'WorkflowProblem.mend',
    'PublishWorkflowPayload.replayed',
  ],
}

const reads = ['ReadWorkflows', 'ReadWorkflow', 'ReadRun', 'ReadRuns', 'ReadTask', 'ReadTasks']

function allows(title: string, as: CastRole, operation: string, input?: Input): PolicyCase {
  const variables = input === undefined ? {} : { variables: { input } }
  return { title, as, operation, ...variables, expect: { outcome: 'allow' }, ledger: answered }
}

function hides(title: string, as: CastRole, operation: string, input: Input): PolicyCase {
  const field = `${operation.charAt(0).toLowerCase()}${operation.slice(1)}`
  const undisclosed = [
    `Mutation.${field}` as const,
    ...(answers[operation === 'ClaimTask' ? 'ClaimTasks' : operation] ?? []),
  ]
  const expect = { outcome: 'unknown', undisclosed } as const
  return { title, as, operation, variables: { input }, expect, ledger: refused(undisclosed) }
}

export const orchestrationCases: CaseGroup = {
  name: 'orchestration',
  cases: [
    ...reads.flatMap((operation): readonly PolicyCase[] => [
      allows(`an auditor sees every workflow, run and task (${operation})`, 'auditor', operation),
      allows(`an agent that works sees those that it has a part in (${operation})`, 'hr-agent', operation),
      {
        title: `a token that is not for workflows sees none (${operation})`,
        as: 'support-agent',
        scopes: ['crm:read'],
        operation,
        expect: { outcome: 'deny', denied: 'all', missingScopes: ['task:work'] },
        ledger: refused('all'),
      },
    ]),

    ...Object.entries(operations).flatMap(([operation, input]): readonly PolicyCase[] => [
      allows(`a change manager operates runs (${operation})`, 'change-manager', operation, input),
      hides(`an agent does not know that runs are operated (${operation})`, 'support-agent', operation, input),
    ]),
    ...Object.entries(works).flatMap(([operation, input]): readonly PolicyCase[] => [
      allows(`an agent works on tasks (${operation})`, 'support-agent', operation, input),
      allows(`a person works on tasks (${operation})`, 'account-manager', operation, input),
      hides(`an auditor works on none (${operation})`, 'auditor', operation, input),
    ]),
    ...Object.entries(decisions).flatMap(([operation, input]): readonly PolicyCase[] => [
      allows(`people decide (${operation})`, 'finance-controller', operation, input),
      hides(`agents do not (${operation})`, 'finance-agent', operation, input),
    ]),

    ...Object.entries({ StartRun: start, SignalRun: signal }).flatMap(([operation, input]): readonly PolicyCase[] => [
      {
        title: `an agent that only works may ask for the right to start runs (${operation})`,
        as: 'hr-agent',
        operation,
        variables: { input },
        expect: {
          outcome: 'deny',
          denied: [operation === 'StartRun' ? 'Mutation.startRun' : 'Mutation.signalRun'],
          missingScopes: ['workflow:start'],
        },
        ledger: refused([operation === 'StartRun' ? 'Mutation.startRun' : 'Mutation.signalRun']),
      },
      {
        title: `a token that is not for workflows starts none (${operation})`,
        as: 'support-agent',
        scopes: ['crm:read'],
        operation,
        variables: { input },
        expect: { outcome: 'deny', denied: 'all', missingScopes: ['workflow:start'] },
        ledger: refused('all'),
      },
    ]),
    {
      title: 'a token that is not for tasks completes none',
      as: 'support-agent',
      scopes: ['crm:read'],
      operation: 'CompleteTask',
      variables: { input: works['CompleteTask'] },
      expect: { outcome: 'deny', denied: 'all', missingScopes: ['task:work'] },
      ledger: refused('all'),
    },
    allows('a support agent starts runs', 'support-agent', 'StartRun', start),
    allows('an account manager starts runs', 'account-manager', 'StartRun', start),
    allows('who may start runs may bring events to them', 'finance-agent', 'SignalRun', signal),
    allows('who operates runs may bring events to them', 'security-engineer', 'SignalRun', signal),
    allows('a security engineer publishes workflows', 'security-engineer', 'PublishWorkflow', publication),
    hides('an agent does not know that workflows are published', 'support-agent', 'PublishWorkflow', publication),
    hides('a change manager operates runs and publishes nothing', 'change-manager', 'PublishWorkflow', publication),
  ],
}
