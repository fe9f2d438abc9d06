/** What `npm start` says when the gateway is ready: where it is, who one can be, and a first query to paste. */
import path from 'node:path'
import type { App } from './app.ts'
import type { Config } from './config.ts'

/** A first query: the account behind an e-mail address, with its incidents and invoices, from three systems in one request. */
export const firstQuery = `{ contactByEmail(email: "erika.brandt@nordwind-logistics.example") { name account { name tier incidents(first: 3) { number state } invoices(first: 3) { number status } } } }`

/** The text, in plain characters, with the start-up time in seconds. */
export function welcome(app: App, config: Config, seconds: number): string {
  const { address, summary } = app
  const kept = summary.database === 'embedded' ? `embedded in ${config.data}` : 'PostgreSQL'
  const shared = summary.cache === 'memory' ? 'in memory' : 'Redis'
  const lines = [
    '',
    `  Mandate is ready (${seconds.toFixed(1)} s)`,
    '',
    `  GraphQL and explorer  ${address}/graphql`,
    `  Health, metrics       ${address}/health/ready  ${address}/metrics`,
    `  Subgraphs             ${summary.subgraphs.join(', ')}`,
    `  Policies              revision ${summary.policyRevision}${config.policies.watch ? ', edits are picked up' : ''}`,
    `  Data                  ${kept}; limits ${shared}`,
  ]
  if (summary.identities.length > 0) lines.push(...identities(app), ...firstSteps(address, settingsToRepeat(config)))
  return `${lines.join('\n')}\n\n`
}

function identities({ summary }: App): string[] {
  const width = Math.max(...summary.identities.map(({ name }) => name.length))
  return [
    '',
    '  Who you can be (npm run -s token -- <name> prints a token)',
    '',
    ...summary.identities.map(({ name, title }) => `    ${name.padEnd(width)}  ${title}`),
  ]
}

/** What another terminal must be told where this gateway is not where the commands look: assignments in front of a command. */
function settingsToRepeat({ server, data }: Config): string {
  const port = server.port === 4000 ? '' : `PORT=${server.port} `
  const folder = data === path.resolve('.mandate') ? '' : `MANDATE_DATA=${data} `
  return `${port}${folder}`
}

function firstSteps(address: string, settings: string): string[] {
  const body = JSON.stringify({ query: firstQuery })
  return [
    '',
    '  A first query, to paste into another terminal',
    '',
    `    curl -s ${address}/graphql -H 'content-type: application/json' \\`,
    `      -H "authorization: Bearer $(${settings}npm run -s token -- support-agent)" \\`,
    `      -d '${body}'`,
    '',
    '  See what it left in the ledger',
    '',
    `    ${settings}npm run -s mandate -- audit trail support-agent`,
  ]
}
