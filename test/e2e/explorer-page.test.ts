import type { Browser, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startChromium, watchedPage } from '../support/chromium.ts'
import {
  chooseExample,
  documentationOf,
  exploreAs,
  graphiqlReady,
  queryText,
  resultText,
  runOperation,
} from '../support/explorer-page.ts'
import { startExplorerServer } from '../support/explorer-server.ts'
import { fakeSandbox } from '../support/fake-sandbox.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser.close())

const sandboxScript = 'https://embeddable-sandbox.cdn.apollographql.com/v2/embeddable-sandbox.umd.production.min.js'

async function open(url: string, path = '/graphql') {
  const watched = await watchedPage(browser)
  await watched.page.goto(`${url}${path}`)
  await graphiqlReady(watched.page)
  return watched
}

/** What stands in the line that says which editor this is. */
function mode(page: Page): Promise<string> {
  return page.locator('#mode').innerText()
}

describe('without the internet', () => {
  test('GraphiQL opens with the first example, says why, and runs it', async () => {
    await using server = await startExplorerServer()
    const { page, outside, complaints } = await open(server.url)
    expect(await mode(page)).toContain('Apollo Sandbox is out of reach; this is GraphiQL, served by this gateway.')
    expect(await queryText(page)).toContain('query OneAccount')
    expect(await runOperation(page)).toEqual({ data: { account: { name: 'Account acc-0001', tier: 'KEY' } } })
    expect(await page.locator('#who').innerText()).toContain('agent:support-agent, role support-agent')
    expect(outside).toEqual([sandboxScript])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('a script that never arrives is given up after four seconds', async () => {
    await using server = await startExplorerServer()
    const { page } = await watchedPage(browser, { onOutside: () => new Promise(() => undefined) })
    const startedAt = Date.now()
    await page.goto(`${server.url}/graphql`, { waitUntil: 'commit' })
    await page.getByText('Loading Apollo Sandbox').waitFor()
    await graphiqlReady(page)
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(3_900)
    expect(Date.now() - startedAt).toBeLessThan(12_000)
    await page.context().close()
  })

  test('a frame that does not answer is given up too', async () => {
    await using server = await startExplorerServer()
    const onOutside = (route: Route) => (route.request().url() === sandboxScript ? fakeSandbox(route) : route.abort())
    const { page } = await watchedPage(browser, { onOutside })
    await page.goto(`${server.url}/graphql`)
    await graphiqlReady(page)
    expect(await page.locator('iframe').count()).toBe(0)
    await page.context().close()
  })

  test('the editor’s dialogs work under the Content-Security-Policy', async () => {
    await using server = await startExplorerServer()
    const { page, complaints } = await open(server.url)
    for (const name of ['Open settings dialog', 'Open short keys dialog']) {
      await page.getByRole('button', { name }).click()
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

describe('explore as', () => {
  test('another identity: its documentation, its token, and nothing left of the other’s answer', async () => {
    await using server = await startExplorerServer()
    const { page } = await open(server.url)
    await runOperation(page)
    expect(await documentationOf(page, 'Account')).toContain('tier')
    await exploreAs(page, 'lena.fischer')
    expect(await resultText(page)).toBe('')
    expect(await page.locator('#who').innerText()).toContain('person:lena.fischer, role auditor')
    await page.locator('.graphiql-doc-explorer').getByText('Account').first().waitFor()
    const documentation = await documentationOf(page, 'Account')
    expect(documentation).toContain('name')
    expect(documentation).not.toContain('tier')
    await runOperation(page)
    expect(server.operations).toEqual([
      'support-agent IntrospectionQuery',
      'support-agent OneAccount',
      'lena.fischer IntrospectionQuery',
      'lena.fischer OneAccount',
    ])
    await page.context().close()
  })

  test('an example brings its identity along, in a tab of its own', async () => {
    await using server = await startExplorerServer()
    const { page } = await open(server.url)
    await chooseExample(page, 'ledger')
    expect(await page.getByLabel('Explore as').inputValue()).toBe('lena.fischer')
    expect(await runOperation(page)).toHaveProperty('data.ledger.0.principal', 'agent:support-agent')
    expect(await page.locator('.graphiql-tab-button').allInnerTexts()).toEqual(['OneAccount', 'Ledger'])
    await page.context().close()
  })

  test('a link names identity and example; a reload keeps the tabs', async () => {
    await using server = await startExplorerServer()
    const { page } = await open(server.url, '/graphql?as=support-agent&example=ledger&ide=graphiql')
    expect(await page.getByLabel('Explore as').inputValue()).toBe('support-agent')
    expect(await mode(page)).toMatch(/^GraphiQL, served by this gateway\./u)
    await chooseExample(page, 'account')
    await page.waitForFunction(() => sessionStorage.getItem('graphiql:tabState')?.includes('OneAccount'))
    await page.reload()
    await graphiqlReady(page)
    expect(await page.getByLabel('Example').inputValue()).toBe('account')
    expect(await queryText(page)).toContain('OneAccount')
    expect(await page.locator('.graphiql-tab-button').allInnerTexts()).toEqual(['Ledger', 'OneAccount'])
    await page.context().close()
  })

  test('the holder of a pasted token', async () => {
    await using server = await startExplorerServer()
    const { page } = await open(server.url)
    await exploreAs(page, '')
    expect(await runOperation(page)).toHaveProperty('errors')
    const { token } = (await (
      await fetch(`${server.url}/explorer/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'mandate-explorer': '1' },
        body: JSON.stringify({ identity: 'support-agent' }),
      })
    ).json()) as { token: string }
    await page.getByLabel('Access token').fill(`Bearer ${token}`)
    await page.keyboard.press('Tab')
    await graphiqlReady(page)
    expect(await page.locator('#who').innerText()).toContain('2 scopes')
    expect(await runOperation(page)).toHaveProperty('data.account')
    expect(server.operations.slice(-2)).toEqual(['support-agent IntrospectionQuery', 'support-agent OneAccount'])
    await page.context().close()
  })

  test('the keyboard reaches every picker, and what the identity may do', async () => {
    await using server = await startExplorerServer()
    const { page } = await open(server.url)
    await page.locator('body').focus()
    const reached: string[] = []
    for (let press = 0; press < 3; press++) {
      await page.keyboard.press('Tab')
      reached.push(await page.evaluate<string>(`document.activeElement.closest('label, details')?.textContent ?? ''`))
    }
    expect(reached).toEqual([
      expect.stringMatching(/^Explore as/u),
      expect.stringMatching(/^Example/u),
      expect.stringMatching(/^2 scopes/u),
    ])
    await page.keyboard.press('Enter')
    await page.getByText('support-agent:one').waitFor()
    await page.context().close()
  })
})

describe('tokens', () => {
  test('one that is about to end is renewed before it is used', async () => {
    await using server = await startExplorerServer({ lifeSeconds: 30 })
    const { page } = await open(server.url)
    const before = server.minted.length
    await runOperation(page)
    expect(server.minted.length).toBe(before + 1)
    expect(server.operations).not.toContain('nobody OneAccount')
    await page.context().close()
  })

  test('one that lives long enough is kept', async () => {
    await using server = await startExplorerServer()
    const { page } = await open(server.url)
    await runOperation(page)
    expect(server.minted).toEqual(['support-agent'])
    await page.context().close()
  })

  test('one that the gateway no longer takes is replaced once', async () => {
    await using server = await startExplorerServer()
    const { page } = await open(server.url)
    server.revokeAll()
    expect(await runOperation(page)).toHaveProperty('data.account')
    expect(server.operations.slice(-2)).toEqual(['nobody OneAccount', 'support-agent OneAccount'])
    await page.context().close()
  })

  test('none is left in the browser’s storage', async () => {
    await using server = await startExplorerServer()
    const { page } = await open(server.url)
    await runOperation(page)
    const stored = await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])',
    )
    expect(stored).toContain('OneAccount')
    expect(stored).not.toContain('e30.')
    await page.context().close()
  })
})

describe('with Apollo Sandbox in reach', () => {
  test('it opens with the example, and this page alone holds the token', async () => {
    await using server = await startExplorerServer()
    const { page, outside, complaints } = await watchedPage(browser, { onOutside: fakeSandbox })
    await page.goto(`${server.url}/graphql`)
    await page.getByText('Apollo Sandbox. The token stays in this page').waitFor()
    const frame = new URL(outside.find((address) => address.includes('/sandbox/explorer')) ?? '')
    expect(decodeURIComponent(frame.searchParams.get('defaultDocument') ?? '')).toContain('query OneAccount')
    expect(frame.searchParams.get('endpoint')).toBe(`${server.url}/graphql`)
    expect(outside.join(' ')).not.toContain('e30.')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('what the frame asks for is sent to this gateway as the chosen identity, whatever address it names', async () => {
    await using server = await startExplorerServer()
    const { page, outside } = await watchedPage(browser, { onOutside: fakeSandbox })
    await page.goto(`${server.url}/graphql`)
    await page.getByText('Apollo Sandbox. The token stays in this page').waitFor()
    const frame = page.frameLocator('iframe')
    await frame.getByRole('button', { name: 'Run elsewhere' }).click()
    await frame.getByText('"Account acc-0001"').waitFor()
    expect(server.operations).toEqual(['support-agent OneAccount'])
    await page.getByLabel('Explore as').selectOption('lena.fischer')
    await page.locator('#who').getByText('person:lena.fischer').waitFor()
    expect(await page.locator('iframe').count()).toBe(1)
    await frame.getByRole('button', { name: 'Run elsewhere' }).click()
    await frame.getByText('Cannot query field').waitFor()
    expect(server.operations).toEqual(['support-agent OneAccount', 'lena.fischer OneAccount'])
    expect(outside.join(' ')).not.toContain('elsewhere.example')
    await page.context().close()
  })

  test('GraphiQL is one click away', async () => {
    await using server = await startExplorerServer()
    const { page } = await watchedPage(browser, { onOutside: fakeSandbox })
    await page.goto(`${server.url}/graphql`)
    await page.getByRole('link', { name: 'Use GraphiQL instead' }).click()
    await graphiqlReady(page)
    expect(await mode(page)).toMatch(/^GraphiQL, served by this gateway\./u)
    await page.context().close()
  })
})
