/** The bar above the editor: whom to explore as, what to try, what that identity may do, and which editor this is. */

/**
 * @typedef {{ name: string, title: string, principal: string, roles: readonly string[] }} Identity
 * @typedef {{ name: string, title: string, as: string, query: string, variables: Record<string, unknown> }} Preset
 * @typedef {{
 *   identity(name: string | null): void,
 *   example(preset: Preset): void,
 *   token(text: string): void,
 * }} Choices
 */

/**
 * @param {{ identities: readonly Identity[], presets: readonly Preset[] }} settings
 * @param {Choices} choices
 */
export function createBar({ identities, presets }, choices) {
  const identity = identityPicker(identities)
  const example = examplePicker(presets)
  const token = tokenField()
  element('pickers').append(labelled('Explore as', identity), token, labelled('Example', example))
  identity.addEventListener('change', () => choices.identity(identity.value === '' ? null : identity.value))
  example.addEventListener('change', () => {
    const chosen = presets.find(({ name }) => name === example.value)
    if (chosen) choices.example(chosen)
  })
  const input = token.querySelector('input')
  input?.addEventListener('change', () => choices.token(input.value))

  return {
    /** Shows who is chosen; scopes come when the token is there. @param {string | null} name */
    chosen(name) {
      identity.value = name ?? ''
      token.hidden = name !== null
      const found = identities.find((one) => one.name === name)
      who(found ? `${found.principal}, ${plural(found.roles.length, 'role')} ${found.roles.join(', ')}` : '')
    },
    /** @param {string} name */
    exampleChosen(name) {
      example.value = name
    },
    /** @param {readonly string[]} scopes */
    may(scopes) {
      const details = make('details', make('summary', plural(scopes.length, 'scope')))
      details.append(make('ul', ...scopes.map((scope) => make('li', make('code', scope)))))
      element('who').append(details)
    },
    /**
     * Says which editor this is, or what went wrong.
     * @param {string} text
     * @param {{ text: string, href: string } | null} other the way to the other editor
     */
    mode(text, other) {
      const link = make('a', other?.text ?? '')
      link.href = other?.href ?? '#'
      const purpose = make('span', 'A development tool, off in production.')
      element('mode').replaceChildren(make('strong', text), ...(other ? [link] : []), purpose)
    },
    /** @param {string} text */
    problem(text) {
      who(text)
      element('who').classList.add('problem')
    },
  }
}

/** @param {readonly Identity[]} identities */
function identityPicker(identities) {
  const select = make('select')
  const kinds = /** @type {const} */ ([
    ['Agents', 'agent:'],
    ['People', 'person:'],
    ['Services', 'service:'],
  ])
  for (const [label, prefix] of kinds) {
    const group = make('optgroup')
    group.label = label
    const members = identities.filter(({ principal }) => principal.startsWith(prefix))
    group.append(...members.map(({ name, title }) => option(name, title)))
    if (members.length > 0) select.append(group)
  }
  select.append(option('', 'The holder of a token that I paste'))
  return select
}

/** @param {readonly Preset[]} presets */
function examplePicker(presets) {
  const select = make('select')
  select.append(...presets.map(({ name, title }) => option(name, title)))
  return select
}

function tokenField() {
  const input = make('input')
  input.type = 'password'
  input.autocomplete = 'off'
  input.spellcheck = false
  const label = labelled('Access token', input)
  label.hidden = true
  return label
}

/** @param {string} text */
function who(text) {
  element('who').replaceChildren(text)
  element('who').classList.remove('problem')
}

/** @param {number} count @param {string} noun */
function plural(count, noun) {
  if (noun === 'role') return count === 1 ? 'role' : 'roles'
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** @param {string} text @param {HTMLElement} control */
function labelled(text, control) {
  return make('label', make('span', text), control)
}

/** @param {string} value @param {string} text */
function option(value, text) {
  const made = make('option', text)
  made.value = value
  return made
}

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The page has no element #${id}.`)
  return found
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
function make(tag, ...children) {
  const made = document.createElement(tag)
  made.append(...children)
  return made
}
