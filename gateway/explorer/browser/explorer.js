/**
 * The explorer's page: Apollo Sandbox where it can be reached, GraphiQL from this gateway where it cannot, the same pickers above
 * both. What is chosen stands in the address, so that a reload or a link brings it back.
 */
import { createBar } from './bar.js'
import { openGraphiql } from './graphiql.js'
import { openSandbox } from './sandbox.js'
import { createSession } from './session.js'

/** @typedef {import('./sandbox.js').Example | null} Opened an example to open; null keeps what is open */

const settings = JSON.parse(document.getElementById('settings')?.textContent ?? '{}')
const target = /** @type {HTMLElement} */ (document.getElementById('ide'))
const address = new URL(location.href)
const session = createSession(settings)

/** @type {import('./sandbox.js').Editor | null} */
let editor = null
const example = startExample()
let identity = startIdentity()
/** Counts choices, so that an answer that comes late does not speak for the next one. */
let turns = 0

const bar = createBar(settings, {
  identity: (name) => {
    identity = name
    remember('as', name)
    void choose(null)
  },
  example: (preset) => {
    // Without demo identities the holder of the pasted token tries the example.
    if (isKnown(preset.as)) identity = preset.as
    remember('as', identity)
    remember('example', preset.name)
    void choose(withNewKeys(preset))
  },
  token: (text) => {
    session.paste(text)
    void choose(null)
  },
})

await start()

async function start() {
  bar.exampleChosen(example?.name ?? '')
  bar.chosen(identity)
  const opened = example && withNewKeys(example)
  if (address.searchParams.get('ide') === 'graphiql') {
    await openOwn('GraphiQL, served by this gateway.', 'Use Apollo Sandbox', opened)
    return
  }
  bar.mode('Loading Apollo Sandbox…', null)
  if (await tryEditor(openSandbox, opened)) {
    bar.mode('Apollo Sandbox. The token stays in this page, and operations go to this gateway only.', {
      text: 'Use GraphiQL instead',
      href: addressWith('ide', 'graphiql'),
    })
    return
  }
  await fallBack(opened)
}

/** @param {Opened} opened */
function fallBack(opened) {
  const why = 'Apollo Sandbox is out of reach; this is GraphiQL, served by this gateway.'
  return openOwn(why, 'Try Apollo Sandbox again', opened)
}

/**
 * @param {string} told
 * @param {string} other what the way to Apollo Sandbox is called
 * @param {Opened} opened
 */
async function openOwn(told, other, opened) {
  const isOpen = await tryEditor(openGraphiql, opened)
  bar.mode(isOpen ? told : 'No editor can be loaded; is the gateway still running?', {
    text: other,
    href: addressWith('ide', null),
  })
}

/**
 * Opens an editor with the current choice; false when it cannot be had.
 * @param {(target: HTMLElement, settings: any) => Promise<import('./sandbox.js').Editor>} open
 * @param {Opened} opened
 */
async function tryEditor(open, opened) {
  try {
    editor = await open(target, settings)
    await present(opened)
    return true
  } catch {
    editor?.close()
    editor = null
    return false
  }
}

/** Shows a choice that was made while an editor was open. @param {Opened} opened */
async function choose(opened) {
  try {
    await present(opened)
  } catch {
    editor?.close()
    await fallBack(opened)
  }
}

/**
 * Shows the chosen identity in the bar and in the editor.
 * @param {Opened} opened
 */
async function present(opened) {
  const chosen = identity
  const turn = (turns += 1)
  bar.chosen(chosen)
  target.ariaBusy = 'true'
  const shown = editor?.show(session.sender(chosen), opened)
  try {
    const scopes = await session.scopes(chosen)
    if (scopes && turn === turns) bar.may(scopes)
  } catch (error) {
    if (turn === turns) bar.problem(error instanceof Error ? error.message : String(error))
  }
  await shown
  if (turn === turns) target.ariaBusy = 'false'
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
