/** A headless Chromium for tests of what people see, cut off from the internet: what a page asks for out there is noted. */
import { access } from 'node:fs/promises'
import { chromium, type Browser, type BrowserContextOptions, type Page, type Route } from 'playwright-core'

/** Answers a request that leaves this machine; by default it is aborted. */
export type Outside = (route: Route) => Promise<void>

export interface WatchedPage {
  readonly page: Page
  /** Addresses outside this machine that the page asked for. */
  readonly outside: readonly string[]
  /** What the browser complained about: refused by the Content-Security-Policy, uncaught errors. */
  readonly complaints: readonly string[]
}

/** Starts Chromium: `CHROMIUM_PATH`, or the distribution's. Throws, saying what to install, when there is none. */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  await access(executablePath).catch(() => {
    throw new Error(
      `There is no Chromium at \`${executablePath}\`; install it (\`apt-get install chromium\`), or set CHROMIUM_PATH to yours.`,
    )
  })
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}

/** Opens an empty page of its own: nothing stored, nothing shared. */
export async function watchedPage(
  browser: Browser,
  { onOutside = (route) => route.abort(), ...options }: BrowserContextOptions & { onOutside?: Outside } = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const outside: string[] = []
  const complaints: string[] = []
  await context.route(
    (url) => !['localhost', '127.0.0.1'].includes(url.hostname) && url.protocol.startsWith('http'),
    async (route) => {
      outside.push(route.request().url())
      await onOutside(route)
    },
  )
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) complaints.push(message.text())
  })
  return { page, outside, complaints }
}
