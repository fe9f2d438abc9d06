/**
 * Whom the page acts as: keeps a token for each identity, asks for a new one before the old one ends, and sends operations.
 * Tokens live in this module's memory alone: not in storage, not in addresses, not in the frame of Apollo Sandbox.
 */

/**
 * @typedef {{ headers?: HeadersInit, body: BodyInit | null, signal?: AbortSignal | null }} Operation
 * @typedef {(operation: Operation) => Promise<Response>} Send
 * @typedef {{ token: string, expiresAt: number, scopes: readonly string[] }} Held
 */

/** A token is renewed when it has less than this left. */
const marginMs = 60_000
/** For a token that does not say when it ends. */
const unknownLifeMs = 5 * 60_000

/**
 * @param {{ endpoint: string, tokenEndpoint: string, token: string | null, identities: readonly { name: string }[] }} settings
 */
export function createSession({ endpoint, tokenEndpoint, token, identities }) {
  /** @type {Map<string, Promise<Held>>} */
  const tokens = new Map()
  const [first] = identities
  if (first && token) tokens.set(first.name, Promise.resolve(hold(token)))
  let pasted = ''

  /** @param {string} name */
  async function held(name) {
    const known = await tokens.get(name)?.catch(() => undefined)
    if (known && known.expiresAt - Date.now() > marginMs) return known
    const asked = askForToken(tokenEndpoint, name)
    tokens.set(name, asked)
    return asked
  }

  /** @param {string | null} name */
  async function tokenOf(name) {
    if (name !== null) return (await held(name)).token
    if (pasted === '') throw new Error('Paste an access token above: without one the gateway answers nobody.')
    return pasted
  }

  return {
    /** Takes an access token that somebody pasted. @param {string} text */
    paste(text) {
      pasted = text.trim().replace(/^bearer\s+/iu, '')
    },
    /**
     * What the identity's token carries; null when there is none yet.
     * @param {string | null} name null for the holder of the pasted token
     */
    async scopes(name) {
      if (name !== null) return (await held(name)).scopes
      return pasted === '' ? null : hold(pasted).scopes
    },
    /**
     * Makes the function that sends operations as one identity, whatever is chosen later.
     * @param {string | null} name
     * @returns {Send}
     */
    sender(name) {
      return async (operation) => {
        const headers = new Headers(operation.headers)
        // An Authorization header that somebody typed into the editor is theirs.
        if (headers.has('authorization')) return post(endpoint, operation, headers)
        headers.set('authorization', `Bearer ${await tokenOf(name)}`)
        const response = await post(endpoint, operation, headers)
        if (response.status !== 401 || name === null) return response
        // Refused before anything was done, so it may be sent again: the gateway may have been started anew.
        tokens.delete(name)
        headers.set('authorization', `Bearer ${await tokenOf(name)}`)
        return post(endpoint, operation, headers)
      }
    },
  }
}

/**
 * @param {string} endpoint
 * @param {Operation} operation
 * @param {Headers} headers
 */
function post(endpoint, { body, signal }, headers) {
  return fetch(endpoint, {
    method: 'POST',
    headers,
    body,
    signal: signal ?? null,
    credentials: 'omit',
    redirect: 'error',
  })
}

/**
 * @param {string} tokenEndpoint
 * @param {string} identity
 * @returns {Promise<Held>}
 */
async function askForToken(tokenEndpoint, identity) {
  const response = await fetch(tokenEndpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'mandate-explorer': '1' },
    body: JSON.stringify({ identity }),
    credentials: 'omit',
    redirect: 'error',
  })
  /** @type {{ token?: string, errors?: { message: string }[] }} */
  const answer = await response.json()
  if (!answer.token)
    throw new Error(answer.errors?.[0]?.message ?? `No token: the gateway answered ${response.status}.`)
  return hold(answer.token)
}

/**
 * Reads a token's end and scopes for display; the gateway alone verifies it.
 * @param {string} token
 * @returns {Held}
 */
function hold(token) {
  const { exp, scope } = claimsOf(token)
  return {
    token,
    expiresAt: typeof exp === 'number' ? exp * 1000 : Date.now() + unknownLifeMs,
    scopes: typeof scope === 'string' && scope !== '' ? scope.split(' ') : [],
  }
}

/**
 * @param {string} token
 * @returns {{ exp?: unknown, scope?: unknown }}
 */
function claimsOf(token) {
  try {
    const payload = token.split('.')[1] ?? ''
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return {}
  }
}
