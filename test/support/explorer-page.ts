/** What people do in the explorer, as functions over its page. */
import type { Page } from 'playwright-core'
import { vi } from 'vitest'

const resultOf = '.result-window .CodeMirror'
const queryOf = '.graphiql-query-editor .CodeMirror'

/** Waits until GraphiQL stands there with a schema. */
export async function graphiqlReady(page: Page): Promise<void> {
  await page.locator('#ide[aria-busy=false] .graphiql-execute-button').waitFor()
  await page
    .getByText('Apollo Sandbox is out of reach')
    .or(page.getByText('GraphiQL, served by this gateway.'))
    .first()
    .waitFor()
}

/** Runs the operation in the editor and reads the answer. */
export async function runOperation(page: Page): Promise<Record<string, unknown>> {
  await page.locator('.graphiql-execute-button').click()
  const text = await vi.waitUntil(() => textIn(page, resultOf), { timeout: 20_000 })
  return JSON.parse(text) as Record<string, unknown>
}

/** The text in the query editor. */
export function queryText(page: Page): Promise<string> {
  return textIn(page, queryOf)
}

/** The text in the answer's pane; empty before an operation ran. */
export function resultText(page: Page): Promise<string> {
  return textIn(page, resultOf)
}

/** Explores as somebody else. */
export async function exploreAs(page: Page, name: string): Promise<void> {
  await page.getByLabel('Explore as').selectOption(name)
  await graphiqlReady(page)
}

/** Chooses an example. */
export async function chooseExample(page: Page, name: string): Promise<void> {
  await page.getByLabel('Example').selectOption(name)
  await graphiqlReady(page)
}

/** Opens the documentation of a type, and reads it. */
export async function documentationOf(page: Page, type: string): Promise<string> {
  const shown = page.locator('.graphiql-doc-explorer')
  if (!(await shown.isVisible())) await page.getByRole('button', { name: 'Show Documentation Explorer' }).click()
  await shown
    .getByRole('link', { name: type, exact: true })
    .or(shown.locator('.graphiql-doc-explorer-type-name', { hasText: type }))
    .first()
    .click()
  return shown.innerText()
}

function textIn(page: Page, selector: string): Promise<string> {
  return page.evaluate(valueIn(selector))
}

/** An expression for the browser: the text of the CodeMirror editor there. */
function valueIn(selector: string): string {
  return `(document.querySelector(${JSON.stringify(selector)})?.CodeMirror?.getValue() ?? '')`
}
