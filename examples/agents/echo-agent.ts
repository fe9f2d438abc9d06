/**
 * The smallest agent that works on tasks: it claims those of its role, says who it is, and gives back what it was given. Start a gateway,
 * then `MANDATE_KEY=.mandate/identities/support-agent.jwk.json node examples/agents/echo-agent.ts agent:support-agent support-agent`.
 */
import { readFile } from 'node:fs/promises'
import type { JWK } from 'jose'
import { Business, clientCredentials, createMandateClient, workOn } from '../../clients/typescript/index.ts'

const url = process.env['MANDATE_URL'] ?? 'http://localhost:4000'
const [clientId = '', role = ''] = process.argv.slice(2)
const key = JSON.parse(await readFile(process.env['MANDATE_KEY'] ?? '', 'utf8')) as JWK

const client = createMandateClient({
  endpoint: `${url}/graphql`,
  tokenSource: clientCredentials({ issuer: url, clientId, key }),
})
const stop = new AbortController()
process.once('SIGTERM', () => {
  stop.abort()
})

await workOn(client, {
  role,
  signal: stop.signal,
  onEvent: ({ kind, ...told }) => {
    console.log(kind, 'task' in told ? told.task.id : told.error)
  },
  handler: async ({ task, input, client }) => {
    if (task.resultSchema !== null) throw new Business('This agent can only repeat what it is given.')
    const { me } = await client.query<{ me: { id: string } }>('{ me { id } }')
    return { by: me.id, echo: input }
  },
})
