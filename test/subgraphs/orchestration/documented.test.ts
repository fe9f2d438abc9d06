/** The definition in docs/workflows.md is published and runs as the text beside it says. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createDatabase } from '../../support/databases.ts'
import { jonas, omar, openWorkflowDesk, support } from '../../support/workflow-desk.ts'

const text = readFileSync(path.resolve('docs/workflows.md'), 'utf8')
const blockOf = (language: string) => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'u').exec(text)?.[1] ?? ''

test('the documented workflow is published, claimed as documented, and ends', async () => {
  await using database = await createDatabase('embedded')
  await using desk = await openWorkflowDesk(database)
  const published = await desk.act(omar, 'publishWorkflow', { definition: blockOf('yaml') })
  expect(published.payload).toMatchObject({ workflow: { key: 'answer-mail' }, problems: [] })
  const input = JSON.stringify({ messageId: 'm-1', text: 'It came broken' })
  const started = await desk.act(support, 'startRun', { workflow: 'answer-mail', input })
  const { id } = started.payload.run
  const { data, code } = await desk.ask(support, blockOf('graphql').replace('wait: "8s"', 'wait: "1s"'))
  expect(code).toBeNull()
  const [{ task, lease }] = data['claimTasks'].claimed
  const held = { task: task.id, leaseToken: lease.token }
  expect(task).toMatchObject({
    workItem: `workflow:answer-mail:${String(id)}`,
    title: 'Draft an answer',
    lastError: null,
  })
  const result = JSON.stringify({ draft: 'We are sorry.', refund: 20 })
  expect((await desk.act(support, 'completeTask', { ...held, result })).payload.task.state).toBe('COMPLETED')
  expect((await desk.act(jonas, 'voteTask', { task: `${String(id)}:approve`, decision: 'APPROVE' })).code).toBeNull()
  expect((await desk.ask(support, `{ run(id: "${String(id)}") { outcome output } }`)).data['run']).toEqual({
    outcome: 'SUCCESS',
    output: '{"draft":"We are sorry."}',
  })
})
