/** The picture of running workflows: it fits every terminal, and says where each run is and who has it. */
import { expect, test } from 'vitest'
import type { AgentLine } from '../../examples/agents/agent-line.ts'
import { widthOf } from '../../examples/workflows/cells.ts'
import { frame } from '../../examples/workflows/frame.ts'
import { type Progress, createProgress } from '../../examples/workflows/progress.ts'

const definition = {
  title: 'Customer e-mail',
  stations: ['read', 'understand', 'followUp'],
  titles: new Map([['understand', 'Understand what the customer wants']]),
}
const line = (event: AgentLine['event'], run: string, text = ''): AgentLine => {
  const node = 'understand'
  return { at: '', event, task: `${run}:${node}`, run, node, title: 'Understand it', attempt: 1, text }
}
const step = (node: string, state: string) => {
  return { id: node, node, kind: 'agentTask', state, attempt: 1, level: 0, holder: 'agent:reader', incident: null }
}

function seen(runs: number, nowMs: () => number = () => 0): Progress {
  const progress = createProgress(nowMs, () => undefined)
  progress.addWorker('reader #1', 'agent')
  progress.addWorker('reader #2', 'agent')
  for (let n = 0; n < runs; n += 1) {
    const id = `run-00000${n}`
    progress.addRun({ id, businessKey: `<a-very-long-message-id.${n}@mail.example>` })
    const view = progress.runs.get(id)
    if (view) view.steps = [step('read', 'COMPLETED'), step('understand', 'CLAIMED')]
  }
  return progress
}

const draw = (progress: Progress, width = 120, height = 40, kind: 'running' | 'last' = 'running') =>
  frame({ progress, definition, width, height, kind, paint: (_style, text) => text })

test.each([
  [120, 40],
  [100, 30],
  [80, 24],
  [50, 12],
  [20, 6],
])('no line is wider than %i columns, and all fit into %i rows', (width, height) => {
  const progress = seen(15)
  for (let n = 0; n < 20; n += 1) progress.heard('reader #1', line('said', 'run-000001', 'a word about it '.repeat(20)))
  const lines = draw(progress, width, height)
  expect(lines.length).toBeLessThan(height)
  for (const each of lines) expect(widthOf(each), each).toBeLessThan(width)
})

test('says the way that is behind a run, where it is, and which process has it', () => {
  const progress = seen(1)
  progress.heard('reader #2', line('claimed', 'run-000000'))
  expect(draw(progress)[1]).toMatch(/000000 .*●◐· .*Understand what the customer.* reader #2 .* 0 s$/u)
})

test('a task that a dead agent leaves is seen, and so is how long it took until another had it', () => {
  let nowMs = 0
  const progress = seen(1, () => nowMs)
  progress.heard('reader #1', line('claimed', 'run-000000'))
  progress.died('reader #1')
  expect(draw(progress)[1]).toContain('reader #1 (dead)')
  nowMs = 16_500
  progress.heard('reader #2', line('claimed', 'run-000000'))
  expect([...progress.takeovers.values()]).toMatchObject([{ died: 'reader #1', by: 'reader #2', tookMs: 16_500 }])
  expect(progress.moments.map(({ text }) => text)).toContain('takes it over, 16.5 s after reader #1 died')
})

test('what agents say cannot steer the terminal', () => {
  const progress = seen(1)
  progress.heard('reader #1', line('said', 'run-000000', '\u001b[2J\u202egone'))
  const told = draw(progress).join('\n')
  expect(told).toContain('\\u{001b}[2J\\u{202e}gone')
  expect(told).not.toContain('\u001b')
})

test('the runs that go on are shown first where not all have room', () => {
  const progress = seen(9)
  for (const view of [...progress.runs.values()].slice(0, 6)) view.endedMs = 10
  const shown = draw(progress, 120, 22).filter((each) => /00000\d /u.test(each))
  expect(shown[0]).toContain('000006')
  expect(draw(progress, 120, 22).join('\n')).toMatch(/… and \d more/u)
})
