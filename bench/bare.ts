/** The other side of the comparison: @apollo/server and @apollo/gateway as their documentation starts them, nothing added. */
import { ApolloGateway } from '@apollo/gateway'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import path from 'node:path'
import { composeSupergraph } from '../gateway/federation/compose.ts'
import { readContracts } from '../schema/contract.ts'
import { serveParent } from './process.ts'

process.env['APOLLO_TELEMETRY_DISABLED'] = '1'
const { urls } = JSON.parse(process.argv[2] ?? '{}') as { urls: Record<string, string> }
const { supergraphSdl } = composeSupergraph(readContracts(path.resolve(import.meta.dirname, '..', 'schema')))
const addressed = supergraphSdl.replace(
  /url: "mandate:([\w-]+)"/g,
  (_, name: string) => `url: "${urls[name] ?? 'http://127.0.0.1:1'}"`,
)
const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl: addressed }) })
const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } })
serveParent({ url: `${url}graphql`, headers: {} }, () => server.stop())
