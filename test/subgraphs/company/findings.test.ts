/**
 * `docs/demo-company.md` tells the truth: each of its queries, run through the whole gateway as the identity that it names,
 * shows what was planted; the identity that it says is refused is refused.
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema, parse, validate } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generateCompany, type Planted } from '../../../subgraphs/company/company.ts'
import { type Stack, type StackAnswer, startStack } from '../../support/stack.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const page = readFileSync(path.join(root, 'docs/demo-company.md'), 'utf8')
const apiSchema = buildSchema(readFileSync(path.join(root, 'schema/api.graphql'), 'utf8'))

interface Finding {
  readonly title: string
  readonly asker: string
  readonly refused: string
  readonly ids: readonly string[]
  readonly query: string
}

/** The findings of the page: a heading, a line that says who and what, a fenced query. */
function readFindings(): Finding[] {
  const sections = page.slice(page.indexOf('# What there is to find')).split('\n## ').slice(1)
  return sections.map((section) => {
    const title = section.slice(0, section.indexOf('\n'))
    const who = /Asked by `([^`]+)`, refused to `([^`]+)`\. Shows ([^\n]+)\./.exec(section)
    const query = /```graphql\n([\s\S]*?)```/.exec(section)?.[1]
    if (!who || query === undefined) throw new Error(`The section ${title} does not say who asks what.`)
    const [, asker = '', refused = '', shows = ''] = who
    return { title, asker, refused, ids: [...shows.matchAll(/`([^`]+)`/g)].map(([, id]) => id ?? ''), query }
  })
}

const findings = readFindings()

function plantedInTheCompany(): Planted {
  let planted: Planted = { 'a message that gives orders': ['case-0002'] }
  generateCompany(1, (found) => (planted = { ...planted, ...found }))
  return planted
}

/** Whether the graph has all that a query asks for. */
const runs = (query: string) => validate(apiSchema, parse(query)).length === 0

describe('the page about the demo company', () => {
  test('lists what is planted, and nothing else, with the ids of the generated company', () => {
    const planted = plantedInTheCompany()
    const listed = Object.fromEntries(findings.map(({ title, ids }) => [title.toLowerCase(), ids.toSorted()]))
    expect(listed).toEqual(Object.fromEntries(Object.entries(planted).map(([title, ids]) => [title, ids.toSorted()])))
  })

  test('asks for what the graph has', () => {
    expect(findings.filter(({ query }) => !runs(query)).map(({ title }) => title)).toEqual([])
  })

  describe('asked of a gateway', () => {
    let stack: Stack
    beforeAll(async () => {
      stack = await startStack()
    })
    afterAll(() => stack[Symbol.asyncDispose]())

    /** All pages of a query, as text. */
    async function read({ asker, query }: Finding): Promise<string> {
      let after: string | null = null
      let text = ''
      for (let number = 0; number < 20; number += 1) {
        const answer: StackAnswer = await stack.graphql(asker, query, query.includes('$after') ? { after } : {})
        expect(answer.errors.map(({ message }) => message)).toEqual([])
        text += JSON.stringify(answer.data)
        const [list] = Object.values(answer.data ?? {}) as { pageInfo?: { hasNextPage: boolean; endCursor: string } }[]
        if (!list?.pageInfo?.hasNextPage) return text
        after = list.pageInfo.endCursor
      }
      throw new Error('There is no end to the pages.')
    }

    test('goes from an incident to the shipments of a supplier', async () => {
      const query = /query FromIncidentToShipment[\s\S]*?(?=```)/.exec(page)?.[0] ?? ''
      const breakdowns = await stack.graphql(
        'production-agent',
        '{ downtimes(first: 20, filter: { reasons: [BREAKDOWN] }) { nodes { incident { id } } } }',
      )
      const nodes = breakdowns.data?.['downtimes'].nodes as { incident: { id: string } | null }[]
      const reached: string[] = []
      for (const { incident } of nodes) {
        if (incident === null) continue
        const answer = await stack.graphql('production-agent', query, { id: incident.id })
        expect(answer.errors.map(({ message }) => message)).toEqual([])
        reached.push(...(JSON.stringify(answer.data).match(/SHP-\d{4}-\d{5}/g) ?? []))
      }
      expect(reached.length).toBeGreaterThan(0)
    })

    for (const finding of findings) {
      test(`${finding.title}: ${finding.asker} finds it`, async () => {
        const answer = await read(finding)
        for (const id of finding.ids) expect(answer, id).toContain(`"${id}"`)
      })

      test(`${finding.title}: ${finding.refused} is refused`, async () => {
        const answer = await stack.graphql(finding.refused, finding.query)
        expect(answer.data ?? null).toBeNull()
        expect(answer.codes.length).toBeGreaterThan(0)
        for (const id of finding.ids) expect(answer.text).not.toContain(id)
      })
    }
  })
})
