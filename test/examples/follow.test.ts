/** Following runs: a run that does not end, and one that only an operator could help, end the demo with the reason. */
import { expect, test } from 'vitest'
import type { MandateClient } from '../../clients/typescript/index.ts'
import { followRuns } from '../../examples/workflows/follow.ts'
import { createProgress } from '../../examples/workflows/progress.ts'

const step = { id: 'understand', node: 'understand', kind: 'agentTask', attempt: 2, level: 2, holder: null }
const run = { id: 'run-1', status: 'RUNNING', outcome: null, endedAt: null, notices: [] }

function follow(
  standing: object,
  progress = createProgress(
    () => performance.now(),
    () => undefined,
  ),
) {
  progress.addRun({ id: 'run-1', businessKey: '<1>' })
  const client = { query: () => Promise.resolve({ run0: standing }) } as unknown as MandateClient
  return followRuns({
    auditor: client,
    starter: client,
    definition: { title: '', stations: ['understand'], titles: new Map([['understand', 'Understand it']]) },
    event: null,
    progress,
    newId: () => 'id',
    limitMs: 300,
    signal: new AbortController().signal,
  })
}

test('a run that goes on and on is named, with where it is', async () => {
  const waiting = { ...run, steps: [{ ...step, state: 'READY', incident: null }] }
  await expect(follow(waiting)).rejects.toThrow(
    '1 of 1 runs did not end within 0.3 s. run-1 is RUNNING: Understand it (READY).',
  )
})

test('what an operator has to decide about is not waited for', async () => {
  const incident = { code: 'ESCALATION_EXHAUSTED', message: 'Nobody is left to ask.' }
  await expect(follow({ ...run, steps: [{ ...step, state: 'FAILED', incident }] })).rejects.toThrow(
    'An operator would have to decide about run-1, understand: ESCALATION_EXHAUSTED: Nobody is left to ask.',
  )
})

test('runs that have ended are followed no more, and what nobody else tells of them is told', async () => {
  const told: string[] = []
  const progress = createProgress(
    () => performance.now(),
    ({ text }) => told.push(text),
  )
  const notice = (id: number, name: string, data: object) => ({
    id,
    name,
    step: 'understand',
    data: JSON.stringify(data),
  })
  const notices = [
    notice(1, 'task.ready', { candidates: ['reader'], level: 0 }),
    notice(2, 'task.lease-lost', { holder: 'agent:reader' }),
    notice(3, 'task.attempt-failed', { code: 'CHECK_FAILED', message: 'Too short.' }),
    notice(4, 'task.ready', { candidates: ['reader'], level: 1 }),
    notice(5, 'task.ready', { candidates: ['manager'], level: 2 }),
    notice(6, 'run.completed', { outcome: 'success' }),
  ]
  const steps = [{ ...step, state: 'COMPLETED', incident: null }]
  await follow(
    { ...run, status: 'COMPLETED', outcome: 'SUCCESS', endedAt: '2026-01-01T00:00:00Z', notices, steps },
    progress,
  )
  expect(told).toEqual([
    'ends the lease of reader: Understand it',
    'refuses the answer: Too short.',
    'looks for another reader: Understand it',
    'asks manager: Understand it',
    'has ended: SUCCESS',
  ])
  expect(progress.runs.get('run-1')?.endedMs).not.toBeNull()
})
