/** The sign-in page in a real browser: the whole way from the command line's address to its token. */
import { decodeJwt } from 'jose'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '../../cli/login.ts'
import { realWorld } from '../../lib/world.ts'
import { startChromium, watchedPage } from '../support/chromium.ts'
import { startIssuerServer } from '../support/issuer-server.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(() => browser.close())

test('a person signs in with one click, without scripts, and nothing is blocked or fetched from outside', async () => {
  await using server = await startIssuerServer()
  const { page, outside, complaints } = await watchedPage(browser, { javaScriptEnabled: false })
  let opened: Promise<void> = Promise.resolve()
  const login = await signIn(
    { url: server.origin },
    {
      env: {},
      fetch,
      world: realWorld,
      writeError: (text) => {
        const address = /^ {2}(http\S+)$/mu.exec(text)?.[1] ?? ''
        opened = page.goto(address).then(async () => {
          await page.getByRole('button', { name: /jonas\.weber/u }).click()
          await page.getByText('You are signed in.').waitFor()
        })
      },
    },
  )
  await opened
  expect(login.person).toBe('person:jonas.weber')
  expect(decodeJwt(login.token)).toMatchObject({ sub: 'person:jonas.weber', client_id: 'mandate-cli' })
  expect({ outside, complaints }).toEqual({ outside: [], complaints: [] })
  await page.context().close()
})
