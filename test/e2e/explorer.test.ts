import path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { presets } from '../../gateway/explorer/presets.ts'
import { startChromium, watchedPage } from '../support/chromium.ts'
import { chooseExample, documentationOf, exploreAs, graphiqlReady, runOperation } from '../support/explorer-page.ts'
import { startGateway, type GatewayProcess } from '../support/process.ts'

let browser: Browser
let gateway: GatewayProcess
let page: Page
let complaints: readonly string[]
let outside: readonly string[]

beforeAll(async () => {
  browser = await startChromium()
  gateway = await startGateway()
  const watched = await watchedPage(browser)
  ;({ page, complaints, outside } = watched)
  await page.goto(`${gateway.url}/graphql`)
  await graphiqlReady(page)
})
afterAll(async () => {
  await browser.close()
  await gateway[Symbol.asyncDispose]()
})

/** Keeps a picture, in the folder that SCREENSHOTS names, for people to look at. */
async function picture(name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS']
  if (folder) await page.screenshot({ path: path.join(folder, `explorer-${name}.png`) })
}

/** What the examples answer, as far as the cases below look at it. */
interface Answer {
  readonly data?: {
    readonly account?: { readonly name: string; readonly [system: string]: unknown }
    readonly createIncident?: { readonly replayed: boolean; readonly incident: unknown }
    readonly ledgerAccesses?: { readonly nodes: readonly unknown[] }
  }
  readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[]
}

/** Chooses an example, runs it and keeps a picture. */
async function tryExample(name: string): Promise<Answer> {
  await chooseExample(page, name)
  const answer: Answer = await runOperation(page)
  await picture(name)
  return answer
}

describe('the examples over the seeded company', () => {
  test.for(presets.filter(({ name }) => name !== 'bank-details').map(({ name }) => name))(
    '%s is answered in full',
    async (name) => {
      const { data, errors } = await tryExample(name)
      expect(errors).toBeUndefined()
      for (const value of Object.values(data ?? {})) expect(value).not.toBeNull()
      expect(Object.keys(data ?? {})).not.toEqual([])
    },
  )

  test('three-systems has something from each', async () => {
    const { data } = await tryExample('three-systems')
    expect(data?.account?.name).toBe('Nordwind Logistics GmbH')
    for (const system of ['cases', 'incidents', 'invoices']) expect(data?.account?.[system]).not.toEqual([])
  })

  test('create-incident makes one incident, however often it is run', async () => {
    const first = await tryExample('create-incident')
    const again: Answer = await runOperation(page)
    expect(first.data?.createIncident?.replayed).toBe(false)
    expect(again.data?.createIncident).toEqual({ ...first.data?.createIncident, replayed: true })
  })

  test('who-read names the agent that looked a contact up', async () => {
    await tryExample('account-by-email')
    const { data } = await tryExample('who-read')
    expect(data?.ledgerAccesses?.nodes[0]).toMatchObject({ principal: 'agent:support-agent', verb: 'READ' })
  })

  test('bank-details is refused, with the scope, its owner and the next step', async () => {
    const { data, errors } = await tryExample('bank-details')
    expect(data ?? null).toBeNull()
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'POLICY_DENIED', next: expect.any(String) })
    expect(JSON.stringify(errors)).toContain('finance:bank:read')
    expect(JSON.stringify(errors)).toContain('treasury')
  })
})

describe('the documentation is that of the identity', () => {
  test('the support agent’s does not know the ledger, the auditor’s does', async () => {
    await exploreAs(page, 'support-agent')
    const agents = await documentationOf(page, 'Query')
    await picture('docs-support-agent')
    await exploreAs(page, 'lena.fischer')
    const auditors = await documentationOf(page, 'Query')
    await picture('docs-auditor')
    expect(agents).toContain('accounts(')
    expect(agents).not.toMatch(/ledger|journal/iu)
    expect(auditors).toContain('ledgerAccesses(')
  })
})

test('nothing came from elsewhere, and the browser had nothing to complain about', () => {
  expect(new Set(outside.map((address) => new URL(address).hostname))).toEqual(
    new Set(['embeddable-sandbox.cdn.apollographql.com']),
  )
  expect(complaints).toEqual([])
})
