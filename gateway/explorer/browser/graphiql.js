/**
 * GraphiQL from this gateway's own files. It is mounted anew for each identity, so that neither a schema nor an answer of one
 * identity is on the screen of another; tabs and history stay, in this browser tab alone.
 */
import { loadScript, loadStyle } from './loading.js'

/**
 * What the scripts leave on the window, and what they look for there.
 * @type {{
 *   React?: { createElement(type: unknown, properties: Readonly<Record<string, unknown>>): unknown },
 *   ReactDOM?: { createRoot(target: HTMLElement): { render(element: unknown): void, unmount(): void } },
 *   GraphiQL?: unknown,
 *   __webpack_nonce__?: string | undefined,
 * }}
 */
const page = /** @type {any} */ (window)

const loadWaitMs = 30_000
/** Where GraphiQL keeps its tabs. */
const tabsKey = 'graphiql:tabState'

/**
 * @param {HTMLElement} target
 * @param {{ graphiql: { scripts: readonly string[], style: string } }} settings
 * @returns {Promise<import('./sandbox.js').Editor>}
 */
export async function openGraphiql(target, { graphiql }) {
  // The name under which the style elements of GraphiQL's dialogs look for their nonce.
  page.__webpack_nonce__ = /** @type {HTMLScriptElement | null} */ (document.querySelector('script[nonce]'))?.nonce
  const styled = loadStyle(graphiql.style)
  // In order: GraphiQL's build takes React from the window.
  for (const src of graphiql.scripts) await loadScript(src, loadWaitMs)
  await styled
  const { React, ReactDOM, GraphiQL } = page
  if (!React || !ReactDOM || !GraphiQL) throw new Error('The files of GraphiQL are not the expected ones.')
  const root = ReactDOM.createRoot(target)
  let mounted = 0
  return {
    async show(send, example) {
      // Open tabs that the page finds at its start, after a reload, are worth more than the example.
      const isRestored = mounted === 0 && sessionStorage.getItem(tabsKey) !== null
      const opened = isRestored ? null : example
      mounted += 1
      root.render(
        React.createElement(GraphiQL, {
          key: mounted,
          fetcher: fetcherOf(send),
          storage: sessionStorage,
          shouldPersistHeaders: false,
          defaultEditorToolsVisibility: 'variables',
          ...(opened ? { query: opened.query, variables: JSON.stringify(opened.variables, null, 2) } : {}),
        }),
      )
    },
    close() {
      root.unmount()
    },
  }
}

/**
 * @param {import('./session.js').Send} send
 * @returns {(operation: unknown, options?: { headers?: Record<string, string> }) => Promise<unknown>}
 */
function fetcherOf(send) {
  return async (operation, options) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...options?.headers,
    }
    const response = await send({ headers, body: JSON.stringify(operation) })
    const text = await response.text()
    try {
      return JSON.parse(text)
    } catch {
      return { errors: [{ message: `The gateway answered ${response.status} without JSON.` }] }
    }
  }
}
