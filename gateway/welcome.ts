/** What `npm start` says when the gateway is ready: where it is, who one can be, and a first query to paste. */
import path from 'node:path'
import type { App } from './app.ts'
import type { Config } from './config.ts'

/** A first query: the account behind an e-mail address, with its incidents and invoices, from three systems in one request. */
export const firstQuery = `{ contactByEmail(email: "erika.brandt@nordwind-logistics.example") { name account { name tier incidents(first: 3) { number state } invoices(first: 3) { number status } } } }`

/** What the text tells of. */
export interface Welcome {
  /** What is ready: `Mandate`, or how many processes. */
  readonly title: string
  /** Where callers find it; the first one stands in the examples. */
  readonly addresses: readonly string[]
  readonly subgraphs: readonly string[]
  readonly policyRevision: string
  readonly database: App['summary']['database']
  readonly cache: App['summary']['cache']
  readonly identities: App['summary']['identities']
  /** Seconds from the start. */
  readonly seconds: number
}

/** The text for one gateway. */
export function welcomeOf({ address, summary }: App, config: Config, seconds: number): string {
  return welcome({ ...summary, title: 'Mandate', addresses: [address], seconds }, config)
}

/** The text, in plain characters. */
export function welcome(about: Welcome, config: Config): string {
  const { addresses, identities } = about
  const kept = about.database === 'embedded' ? `embedded in ${config.data}` : 'PostgreSQL'
  const shared = about.cache === 'memory' ? 'in memory' : 'Redis'
  const lines = [
    '',
    `  ${about.title} is ready (${about.seconds.toFixed(1)} s)`,
    '',
    ...addresses.flatMap((address) => [
      `  GraphQL and explorer  ${address}/graphql`,
      `  Health, metrics       ${address}/health/ready  ${address}/metrics`,
    ]),
    `  Subgraphs             ${about.subgraphs.join(', ')}`,
    `  Policies              revision ${about.policyRevision}${config.policies.watch ? ', edits are picked up' : ''}`,
    `  Data                  ${kept}; limits ${shared}`,
  ]
  const [address] = addresses
  const [first] = identities
  if (first && address !== undefined) {
    const step =
      config.supergraph === undefined
        ? { as: 'support-agent', query: firstQuery }
        : { as: first.name, query: '{ __typename }' }
    lines.push(...listOf(identities), ...firstSteps(address, settingsToRepeat(config), step))
  }
  return `${lines.join('\n')}\n\n`
}

function listOf(identities: Welcome['identities']): string[] {
  const width = Math.max(...identities.map(({ name }) => name.length))
  return [
    '',
    '  Who you can be (npm run -s token -- <name> prints a token)',
    '',
    ...identities.map(({ name, title }) => `    ${name.padEnd(width)}  ${title}`),
  ]
}

/** What another terminal must be told where this gateway is not where the commands look: assignments in front of a command. */
function settingsToRepeat({ server, data }: Config): string {
  const port = server.port === 4000 ? '' : `PORT=${server.port} `
  const folder = data === path.resolve('.mandate') ? '' : `MANDATE_DATA=${data} `
  return `${port}${folder}`
}

function firstSteps(address: string, settings: string, { as, query }: { as: string; query: string }): string[] {
  const body = JSON.stringify({ query })
  return [
    '',
    '  A first query, to paste into another terminal',
    '',
    `    curl -s ${address}/graphql -H 'content-type: application/json' \\`,
    `      -H "authorization: Bearer $(${settings}npm run -s token -- ${as})" \\`,
    `      -d '${body}'`,
    '',
    '  See what it left in the ledger',
    '',
    `    ${settings}npm run -s mandate -- audit trail ${as}`,
  ]
}
