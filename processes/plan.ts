/** Which processes a distributed system has, where each listens, and what each is told: all from the settings, nothing started. */
import path from 'node:path'
import type { Config } from '../gateway/config.ts'

export interface PlannedProcess {
  /** `crm`, `gateway-1`; in front of each line of its log. */
  readonly name: string
  readonly kind: 'issuer' | 'subgraph' | 'gateway'
  /** What Node runs: the file and its arguments. */
  readonly command: readonly string[]
  /** Where it answers, without a path. */
  readonly address: string
  /** What its environment has on top of the supervisor's own. */
  readonly env: Readonly<Record<string, string>>
}

const root = path.resolve(import.meta.dirname, '..')
const gateways = 2
const issuerOffset = 10
const subgraphOffset = 101

/** Plans the processes: the issuer where it is allowed, each subgraph that runs nowhere yet, and the gateways. */
export function planProcesses(config: Config, subgraphNames: readonly string[]): readonly PlannedProcess[] {
  const { server, subgraphs, identity, statements } = config
  const at = (offset: number) => ({ port: server.port + offset, address: `http://localhost:${server.port + offset}` })
  const reach = (offset: number) => `http://${hostToDial(server.host)}:${server.port + offset}`
  const common = { MANDATE_SUPERVISED: 'true', MANDATE_DATA: config.data, HOST: server.host }

  const issuerAt = at(issuerOffset)
  const audience = identity.audience ?? `${server.publicUrl ?? at(0).address}/graphql`
  const startsIssuer = identity.developmentIssuer && identity.developmentIssuerUrl === undefined
  const issuer: PlannedProcess = {
    name: 'issuer',
    kind: 'issuer',
    command: [path.join(root, 'processes', 'issuer.ts')],
    address: issuerAt.address,
    env: { ...common, PORT: String(issuerAt.port), MANDATE_AUDIENCE: audience },
  }
  const ownKeys = Array.from({ length: gateways }, (_, n) => `${reach(n)}/.well-known/statement-keys.json`)
  // Gateways that somebody else started on the same subgraphs stand in the settings.
  const keyUrls = [...ownKeys, ...statements.keyUrls]
  const ownSubgraphs = subgraphNames
    .map((name, n) => ({ name, offset: subgraphOffset + n }))
    .filter(({ name }) => subgraphs[name]?.url === undefined)
  const started = ownSubgraphs.map(({ name, offset }): PlannedProcess => ({
    name,
    kind: 'subgraph',
    command: [path.join(root, 'processes', 'subgraph.ts'), name],
    address: at(offset).address,
    env: { ...common, PORT: String(at(offset).port), MANDATE_STATEMENT_KEYS: keyUrls.join(',') },
  }))
  const addresses = ownSubgraphs.map(({ name, offset }) => `${name}=${reach(offset)}/graphql`)
  const doors = Array.from({ length: gateways }, (_, n): PlannedProcess => ({
    name: `gateway-${n + 1}`,
    kind: 'gateway',
    command: [path.join(root, 'gateway', 'main.ts')],
    address: at(n).address,
    env: {
      ...common,
      PORT: String(at(n).port),
      MANDATE_AUDIENCE: audience,
      MANDATE_SUBGRAPHS: addresses.join(','),
      ...(startsIssuer ? { MANDATE_DEVELOPMENT_ISSUER: issuerAt.address } : {}),
    },
  }))
  return [...(startsIssuer ? [issuer] : []), ...started, ...doors]
}

/** An address to listen on as one to dial from this machine. */
function hostToDial(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === 'localhost') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
