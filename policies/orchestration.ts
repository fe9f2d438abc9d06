/** Permissions on workflows, their runs and their tasks. Which runs and tasks somebody sees, the subgraph knows: those it has a part in. */
import type { Rules } from './rules.ts'
import { all, any, callerIs, callerMay } from './vocabulary.ts'

const read = callerMay('workflow:read')
const start = callerMay('workflow:start')
const work = callerMay('task:work')
// An agent that could mend runs could skip what stands in its way.
const operate = all(callerMay('workflow:operate'), callerIs('person'))
const publish = all(callerMay('workflow:publish'), callerIs('person'))

const seeWorkflows = any(read, start, work, callerMay('workflow:operate'), callerMay('workflow:publish'))
const seeRuns = any(read, start, work, callerMay('workflow:operate'))
const seeTasks = any(read, work, callerMay('workflow:operate'))
const writeContext = any(work, operate)
// Only people decide, and only those who are asked, which the subgraph knows.
const answer = all(any(work, callerMay('workflow:operate')), callerIs('person'))
const vote = all(work, callerIs('person'))

export const orchestration: Rules<'orchestration'> = {
  Query: {
    workflows: seeWorkflows,
    workflow: seeWorkflows,
    run: seeRuns,
    runs: seeRuns,
    task: seeTasks,
    tasks: seeTasks,
  },
  Mutation: {
    publishWorkflow: publish,
    startRun: start,
    signalRun: any(start, operate),
    writeContext,
    cancelRun: operate,
    suspendRun: operate,
    resumeRun: operate,
    rewindRun: operate,
    forkRun: operate,
    retryStep: operate,
    skipStep: operate,
    reassignTask: operate,
    claimTasks: work,
    claimTask: work,
    beginTask: work,
    heartbeatTask: work,
    completeTask: work,
    failTask: work,
    releaseTask: work,
    handOffTask: work,
    requestInput: work,
    awaitApproval: work,
    escalateTask: work,
    answerTask: answer,
    voteTask: vote,
  },

  Workflow: { '*': seeWorkflows },
  WorkflowConnection: { '*': seeWorkflows },
  WorkflowEdge: { '*': seeWorkflows },
  WorkflowProblem: { '*': publish },
  PublishWorkflowPayload: { '*': publish },

  Run: { '*': seeRuns },
  RunConnection: { '*': seeRuns },
  RunEdge: { '*': seeRuns },
  RunEvent: { '*': seeRuns },
  RunNotice: { '*': seeRuns },
  RunPayload: { '*': seeRuns },
  Step: { '*': seeRuns },
  StepIncident: { '*': seeRuns },

  Task: { '*': seeTasks },
  TaskConnection: { '*': seeTasks },
  TaskEdge: { '*': seeTasks },
  TaskQuestion: { '*': seeTasks },
  TaskError: { '*': seeTasks },
  TaskPayload: { '*': seeTasks },
  TaskLease: { '*': work },
  ClaimedTask: { '*': work },
  ClaimTasksPayload: { '*': work },
  HeartbeatPayload: { '*': work },
}
