/**
 * Apollo Sandbox as far as a page that embeds it can tell, for tests without the internet: the script that makes the frame and
 * relays its operations, and a frame that has one button. Options, addresses and messages are those of `@apollo/sandbox` 2.7.
 */
import type { Route } from 'playwright-core'

const script = `
window.EmbeddedSandbox = class {
  constructor({ target, initialEndpoint, initialState, handleRequest }) {
    const { document: text, variables } = initialState
    const query = new URLSearchParams({
      endpoint: initialEndpoint,
      defaultDocument: encodeURIComponent(text ?? ''),
      defaultVariables: encodeURIComponent(JSON.stringify(variables ?? {})),
    })
    this.frame = document.createElement('iframe')
    this.frame.src = 'https://sandbox.embed.apollographql.com/sandbox/explorer?' + query
    target.append(this.frame)
    this.listen = async ({ origin, source, data }) => {
      if (origin !== 'https://sandbox.embed.apollographql.com' || data.name !== 'ExplorerRequest') return
      const body = JSON.stringify({ query: data.operation, variables: data.variables, operationName: data.operationName })
      const headers = { 'content-type': 'application/json' }
      const response = await handleRequest(data.endpointUrl, { method: 'POST', headers, body, credentials: 'omit' })
      source.postMessage({ name: 'ExplorerResponse', response: await response.json() }, origin)
    }
    addEventListener('message', this.listen)
  }
  dispose() {
    this.frame.remove()
    removeEventListener('message', this.listen)
  }
}
`

const frame = `<!doctype html><title>Sandbox</title><button>Run elsewhere</button><pre></pre><script>
const asked = new URLSearchParams(location.search)
const given = (name) => decodeURIComponent(asked.get(name))
addEventListener('message', ({ data }) => (document.querySelector('pre').textContent = JSON.stringify(data.response)))
document.querySelector('button').onclick = () =>
  parent.postMessage({
    name: 'ExplorerRequest',
    endpointUrl: 'https://elsewhere.example/graphql',
    operation: given('defaultDocument'),
    variables: JSON.parse(given('defaultVariables')),
    operationName: 'OneAccount',
  }, '*')
parent.postMessage({ name: 'ExplorerListeningForHandshake' }, '*')
</script>`

/** Answers for Apollo's two hosts; every other address stays out of reach. */
export async function fakeSandbox(route: Route): Promise<void> {
  const { hostname } = new URL(route.request().url())
  switch (hostname) {
    case 'embeddable-sandbox.cdn.apollographql.com':
      return route.fulfill({ contentType: 'text/javascript', body: script })
    case 'sandbox.embed.apollographql.com':
      return route.fulfill({ contentType: 'text/html', body: frame })
    default:
      return route.abort()
  }
}
