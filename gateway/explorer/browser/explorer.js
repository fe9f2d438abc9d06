/**
 * The explorer's page: Apollo Sandbox where it can be reached, GraphiQL from this gateway where it cannot, the same pickers above
 * both. What is chosen stands in the address, so that a reload or a link brings it back.
 */
import { createBar } from './bar.js'
import { openGraphiql } from './graphiql.js'
import { openSandbox } from './sandbox.js'
import { createSession } from './session.js'

const settings = JSON.parse(document.getElementById('settings')?.textContent ?? '{}')
const target = /** @type {HTMLElement} */ (document.getElementById('ide'))
const address = new URL(location.href)
const session = createSession(settings)

/** @type {import('./sandbox.js').Editor | null} */
let editor = null
const example = startExample()
let identity = startIdentity()

const bar = createBar(settings, {
  identity: (name) => {
    identity = name
    remember('as', name)
    void present(null)
  },
  example: (preset) => {
    // Without demo identities the holder of the pasted token tries the example.
    if (isKnown(preset.as)) identity = preset.as
    remember('as', identity)
    remember('example', preset.name)
    void present(withNewKeys(preset))
  },
  token: (text) => {
    session.paste(text)
    void present(null)
  },
})

await start()

async function start() {
  bar.exampleChosen(example?.name ?? '')
  bar.chosen(identity)
  const isGraphiqlWanted = address.searchParams.get('ide') === 'graphiql'
  const isOpen = !isGraphiqlWanted && (await tryEditor(openSandbox))
  if (isOpen) {
    bar.mode('Apollo Sandbox. The token stays in this page, and operations go to this gateway only.', {
      text: 'Use GraphiQL instead',
      href: addressWith('ide', 'graphiql'),
    })
    return
  }
  const served = isGraphiqlWanted
    ? 'GraphiQL, served by this gateway.'
    : 'Apollo Sandbox is out of reach; this is GraphiQL, served by this gateway.'
  const other = isGraphiqlWanted ? 'Use Apollo Sandbox' : 'Try Apollo Sandbox again'
  const isServed = await tryEditor(openGraphiql)
  bar.mode(isServed ? served : 'No editor can be loaded; is the gateway still running?', {
    text: other,
    href: addressWith('ide', null),
  })
}

/**
 * Opens an editor with the current choice; false when it cannot be had.
 * @param {(target: HTMLElement, settings: any) => Promise<import('./sandbox.js').Editor>} open
 */
async function tryEditor(open) {
  if (open === openSandbox) bar.mode('Loading Apollo Sandbox…', null)
  try {
    editor = await open(target, settings)
    await present(example && withNewKeys(example))
    return true
  } catch {
    editor?.close()
    editor = null
    target.replaceChildren()
    return false
  }
}

/**
 * Shows the chosen identity in the bar and in the editor.
 * @param {{ query: string, variables: Record<string, unknown> } | null} opened
 */
async function present(opened) {
  const chosen = identity
  bar.chosen(chosen)
  const shown = editor?.show(session.sender(chosen), opened)
  try {
    const scopes = await session.scopes(chosen)
    if (chosen === identity) bar.may(scopes)
  } catch (error) {
    if (chosen === identity) bar.problem(error instanceof Error ? error.message : String(error))
  }
  await shown
}

/** @returns {import('./bar.js').Preset | null} */
function startExample() {
  const wanted = address.searchParams.get('example')
  const presets = /** @type {import('./bar.js').Preset[]} */ (settings.presets)
  return presets.find(({ name }) => name === wanted) ?? presets[0] ?? null
}

/** @returns {string | null} */
function startIdentity() {
  const candidates = [address.searchParams.get('as'), example?.as, settings.identities[0]?.name]
  return candidates.find((name) => isKnown(name)) ?? null
}

/** @param {string | null | undefined} name */
function isKnown(name) {
  return settings.identities.some((/** @type {{ name: string }} */ one) => one.name === name)
}

/** @param {import('./bar.js').Preset} preset */
function withNewKeys({ query, variables }) {
  const text = JSON.stringify(variables, (_key, value) => (value === settings.newKey ? newKey() : value))
  return { query, variables: JSON.parse(text) }
}

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return `explorer-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}

/** @param {string} name @param {string | null} value */
function remember(name, value) {
  history.replaceState(null, '', addressWith(name, value))
}

/** @param {string} name @param {string | null} value */
function addressWith(name, value) {
  const changed = new URL(location.href)
  if (value === null) changed.searchParams.delete(name)
  else changed.searchParams.set(name, value)
  return changed.href
}
