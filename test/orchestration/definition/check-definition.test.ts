import { describe, expect, test } from 'vitest'
import { readdirSync } from 'node:fs'
import { checkDefinition } from '../../../orchestration/definition/check-definition.ts'
import { definitionChecks } from '../../../orchestration/definition/checks/index.ts'
import { nodesExist } from '../../../orchestration/definition/checks/nodes-exist.ts'
import { definitionOf, environment, problemsOf, subject } from './environment.ts'
import { forks, invoice } from './good-definitions.ts'
import { refusedCases } from './refused-cases.ts'

const checksFolder = new URL('../../../orchestration/definition/checks/', import.meta.url)

/** The name under which the list has the check of a file. */
async function checkOf(file: string) {
  const module: Record<string, any> = await import(new URL(`${file}.ts`, checksFolder).href)
  const name = file.replaceAll(/-(?<letter>[a-z])/gu, (_, letter: string) => letter.toUpperCase())
  return module[name]
}

describe('a definition that can be published', () => {
  test.each([
    ['an invoice from its arrival to its payment', invoice],
    ['forks in forks, with cycles inside and around them', forks],
  ])('%s', (_, lines) => {
    expect(problemsOf(lines)).toEqual([])
  })
})

describe('a definition that cannot run', () => {
  for (const { check, title, lines, problems } of refusedCases) {
    test(`${check}: ${title}`, () => {
      expect(problemsOf(lines)).toEqual(problems)
    })
  }

  test('is told whole, in the order of the file', () => {
    const problems = problemsOf(`
calendar: mars
nodes:
  begin: { type: timer, next: gone }
  lost: { type: agentTask, title: Lost, role: nobody, input: { a: = context.b }, next: begin }`)
    expect(problems.map((problem) => problem.split('. ')[0])).toEqual([
      '5 -: There is no calendar `mars`',
      '7 begin: There is no node `gone`',
      '7 begin: The timer does not say when',
      '8 lost: There is no role `nobody`',
    ])
  })

  test('names the workflow where no file is known', () => {
    const [problem] = checkDefinition(definitionOf('nodes:\n  begin: { type: timer, next: begin }'), environment)
    expect(problem).toMatchObject({ where: 'invoice', node: 'begin' })
  })
})

describe('the list of checks', () => {
  test('has every check of the folder once', async () => {
    const files = readdirSync(checksFolder).flatMap((file) => (file === 'index.ts' ? [] : [file.replace('.ts', '')]))
    const checks = await Promise.all(files.map(checkOf))
    expect(new Set(definitionChecks)).toEqual(new Set(checks))
    expect(definitionChecks).toHaveLength(files.length)
    expect(Object.isFrozen(definitionChecks)).toBe(true)
  })

  test('needs each of them: there is a definition that only it refuses', async () => {
    for (const check of definitionChecks) {
      const own = []
      for (const refused of refusedCases) if ((await checkOf(refused.check)) === check) own.push(refused)
      const alone = own.filter(({ lines }) => {
        const looked = subject(lines)
        const sound = nodesExist.find(looked).length === 0
        const heard = definitionChecks.filter(({ followsWays }) => sound || !followsWays)
        return heard.every((other) => other.find(looked).length > 0 === (other === check))
      })
      expect(
        alone.map(({ title }) => title),
        String(own[0]?.check),
      ).not.toEqual([])
    }
  })
})

describe('what is not refused', () => {
  const accepts = (lines: string) => {
    expect(problemsOf(lines)).toEqual([])
  }

  test('a member that is asked for first', () => {
    accepts(`
nodes:
  begin:
    type: decision
    choices: [{ when: '= has(context.note) && context.note.urgent', next: done }]
    otherwise: done
  done: { type: end }`)
  })

  test('what agents write under `merge`', () => {
    accepts(`
merge: { notes.found: append }
nodes:
  begin: { type: milestone, title: Begun, next: done }
  done: { type: end, output: { notes: = context.notes.found } }`)
  })

  test('a member that an open schema, a union or a reference elsewhere may have', () => {
    accepts(`
input: { type: object, properties: { a: {} }, additionalProperties: true }
nodes:
  begin:
    type: agentTask
    title: Read
    role: invoice-agent
    result: { type: object, properties: { a: { anyOf: [{ type: object }, { type: 'null' }] }, b: { type: [object, 'null'] } } }
    output: { a: = result.a.deep, b: = result.b.deep, c: = input.c }
    next: done
  done: { type: end, output: { all: = context.c.anything } }`)
  })

  test('branches that share their nodes, which are entered once for each', () => {
    accepts(`
nodes:
  begin: { type: parallel, branches: [left, right, right, both], join: both }
  left: { type: timer, for: PT1H, next: last }
  right: { type: timer, for: PT2H, next: last }
  last: { type: milestone, title: Last, next: both }
  both: { type: join, next: done }
  done: { type: end }`)
  })

  test('what an earlier round of a cycle wrote', () => {
    accepts(`
nodes:
  begin: { type: agentTask, title: One, role: invoice-agent, input: { last: = context.last }, next: two }
  two:
    type: agentTask
    title: Two
    role: invoice-agent
    output: { last: = result.id }
    next: begin
    atMost: { times: 3, then: done }
  done: { type: end }`)
  })
})
