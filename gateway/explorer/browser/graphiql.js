/**
 * GraphiQL from this gateway's own files. It is mounted anew for each identity, so that neither a schema nor an answer of one
 * identity is on the screen of another; tabs and history stay, in this browser tab alone.
 */
import { loadScript, loadStyle } from './loading.js'

/**
 * What the scripts leave on the window, and what they look for there.
 * @type {{
 *   React?: { createElement(type: unknown, properties: Readonly<Record<string, unknown>>): unknown },
 *   ReactDOM?: {
 *     createRoot(target: HTMLElement): { render(element: unknown): void, unmount(): void },
 *     flushSync(work: () => void): void,
 *   },
 *   GraphiQL?: unknown,
 *   __webpack_nonce__?: string | undefined,
 * }}
 */
const page = /** @type {any} */ (window)

const loadWaitMs = 30_000
/** GraphiQL writes what was typed into storage half a second later. */
const typingMs = 600
/** Where GraphiQL keeps its tabs, and what stands in the open one. */
const keys = { tabs: 'graphiql:tabState', query: 'graphiql:query', variables: 'graphiql:variables' }

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
  let typedAt = 0
  const typed = () => {
    typedAt = Date.now()
  }
  /** @type {string | null} */
  let openPlugin = null
  return {
    async show(send, example) {
      mounted += 1
      const mount = mounted
      await new Promise((resolve) => setTimeout(resolve, typedAt + typingMs - Date.now()))
      if (mount !== mounted) return
      // Open tabs that the page finds at its start, after a reload, are worth more than the example.
      const isRestored = mount === 1 && sessionStorage.getItem(keys.tabs) !== null
      const properties = {
        key: mount,
        fetcher: fetcherOf(send),
        storage: sessionStorage,
        shouldPersistHeaders: false,
        defaultEditorToolsVisibility: 'variables',
        onEditQuery: typed,
        onEditVariables: typed,
        onTabChange: typed,
        visiblePlugin: openPlugin,
        onTogglePluginVisibility(/** @type {{ title: string } | null} */ plugin) {
          openPlugin = plugin?.title ?? null
        },
        ...(example && !isRestored ? opening(example) : {}),
      }
      // At once, so that whoever waits finds the new editor, not the old one.
      ReactDOM.flushSync(() => root.render(React.createElement(GraphiQL, properties)))
    },
    close() {
      root.unmount()
    },
  }
}

/**
 * An example as the open tab: found again if it is open already, otherwise in a new one. Stored as if it had been typed, because
 * GraphiQL recognises the open tab after a reload by what is stored.
 * @param {import('./sandbox.js').Example} example
 */
function opening({ query, variables }) {
  const text = JSON.stringify(variables, null, 2)
  sessionStorage.setItem(keys.query, query)
  sessionStorage.setItem(keys.variables, text)
  return { query, variables: text }
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
    try {
      const response = await send({ headers, body: JSON.stringify(operation) })
      return await response.json()
    } catch (error) {
      // GraphiQL would show the stack of what is thrown.
      return { errors: [{ message: error instanceof Error ? error.message : String(error) }] }
    }
  }
}
