/**
 * Apollo Sandbox: a frame of Apollo's that asks this page to send its operations. The page adds the token itself, so the frame
 * never sees one, and sends to this gateway whatever address the frame names.
 */
import { loadScript } from './loading.js'

/**
 * @typedef {import('./session.js').Send} Send
 * @typedef {{ query: string, variables: Readonly<Record<string, unknown>> }} Example
 * @typedef {{ show(send: Send, example: Example | null): Promise<void>, close(): void }} Editor
 * @typedef {new (options: Record<string, unknown>) => { dispose(): void }} EmbeddedSandboxClass left on the window by Apollo
 */

/** The frame is an application of its own: it may take longer than its script. */
const frameWaitMs = 10_000

/**
 * Loads Apollo's script; rejects when it is out of reach.
 * @param {HTMLElement} target
 * @param {{ endpoint: string, sandbox: { script: string, frame: string, waitMs: number } }} settings
 * @returns {Promise<Editor>}
 */
export async function openSandbox(target, { endpoint, sandbox }) {
  await loadScript(sandbox.script, sandbox.waitMs)
  const { EmbeddedSandbox } = /** @type {{ EmbeddedSandbox?: EmbeddedSandboxClass }} */ (
    /** @type {unknown} */ (window)
  )
  if (!EmbeddedSandbox) throw new Error('The script of Apollo Sandbox is not the expected one.')
  /** @type {{ dispose(): void } | null} */
  let open = null
  /** @type {Example | null} */
  let shown = null
  return {
    async show(send, example) {
      open?.dispose()
      shown = example ?? shown
      open = new EmbeddedSandbox({
        target,
        initialEndpoint: new URL(endpoint, location.href).href,
        initialState: {
          ...(shown ? { document: shown.query, variables: shown.variables } : {}),
          includeCookies: false,
          // Each look at the schema is a request of its own in the ledger, and polling asks every second.
          pollForSchemaUpdates: false,
        },
        handleRequest: (/** @type {string} */ _address, /** @type {import('./session.js').Operation} */ operation) =>
          send(operation),
        hideCookieToggle: true,
        endpointIsEditable: false,
        runTelemetry: false,
        // The Content-Security-Policy allows no style attributes; the style sheet sizes the frame.
        allowDynamicStyles: false,
      })
      await firstMessage(sandbox.frame)
    },
    close() {
      open?.dispose()
      open = null
    },
  }
}

/**
 * The frame's application speaks up when it has started; a frame that failed to load says nothing.
 * @param {string} origin
 * @returns {Promise<void>}
 */
function firstMessage(origin) {
  return new Promise((resolve, reject) => {
    const listen = (/** @type {MessageEvent} */ event) => {
      if (event.origin === origin) settle(resolve)
    }
    const settle = (/** @type {() => void} */ done) => {
      clearTimeout(timer)
      removeEventListener('message', listen)
      done()
    }
    const timer = setTimeout(() => settle(() => reject(new Error(`${origin} does not answer.`))), frameWaitMs)
    addEventListener('message', listen)
  })
}
