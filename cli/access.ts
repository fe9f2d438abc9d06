/** `mandate access list | decide | unused`: who asks for access, what is granted and not used, decided from a terminal. */
import { randomUUID } from 'node:crypto'
import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { safeText } from '../gateway/audit/safe-text.ts'
import { askGateway } from './ask-gateway.ts'
import { parseSince } from './since.ts'
import { table } from './table.ts'
import type { TokenIo } from './token.ts'

interface Flags {
  readonly as: string
  readonly url: string
  readonly data: string
  readonly json?: boolean
}

const request = z.object({
  id: z.string(),
  principal: z.string(),
  coordinates: z.array(z.string()),
  scopes: z.array(z.string()),
  purpose: z.string(),
  reason: z.string(),
  duration: z.string(),
  decider: z.string(),
  status: z.string(),
  version: z.number(),
  createdAt: z.string(),
})
type Request = z.infer<typeof request>

const listed = z.object({ accessRequests: z.object({ nodes: z.array(request) }) })
const found = z.object({ accessRequest: request.nullable() })
const decided = z.object({
  decideAccess: z.object({
    request: z.object({ id: z.string(), principal: z.string(), status: z.string() }),
    grant: z.object({ id: z.string(), expiresAt: z.string() }).nullable(),
  }),
})
const unused = z.object({
  grants: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        principal: z.string(),
        coordinates: z.array(z.string()),
        purpose: z.string(),
        decider: z.string(),
        grantedAt: z.string(),
        expiresAt: z.string(),
        lastUsedAt: z.string().nullable(),
        uses: z.number(),
      }),
    ),
  }),
})
type Unused = z.infer<typeof unused>['grants']['nodes']

const requestFields = 'id principal coordinates scopes purpose reason duration decider status version createdAt'

const listQuery = `query ListAccess($filter: AccessRequestFilter) {
  accessRequests(first: 100, filter: $filter) { nodes { ${requestFields} } }
}`
const findQuery = `query FindAccess($id: ID!) { accessRequest(id: $id) { ${requestFields} } }`
const decideMutation = `mutation DecideAccess($input: DecideAccessInput!) {
  decideAccess(input: $input) { request { id principal status } grant { id expiresAt } }
}`
const unusedQuery = `query UnusedGrants($since: DateTime!) {
  grants(first: 100, filter: { unusedSince: $since }) {
    nodes { id principal coordinates purpose decider grantedAt expiresAt lastUsedAt uses }
  }
}`

/** Adds `access` to the command line. */
export function addAccessCommands(program: Command, io: TokenIo): void {
  const access = program.command('access').description('Requests for access, decided by those who answer for the data.')
  const where = (command: Command) =>
    command
      .option('--url <address>', 'where the gateway is', `http://localhost:${io.env['PORT'] ?? '4000'}`)
      .option('--data <folder>', 'the data folder of the gateway', io.env['MANDATE_DATA'] ?? '.mandate')
      .option('--json', 'answer as JSON')
  const ask = <T>({ as, url, data }: Flags, schema: z.ZodType<T>, query: string, variables: object) =>
    askGateway({ as, url, dataFolder: data }, { query, variables, schema }, io)
  const answer = ({ json }: Flags, value: object, text: () => string) => {
    io.write(json === true ? `${JSON.stringify(value)}\n` : text())
  }

  where(access.command('list'))
    .option(...asReviewer)
    .description('The requests that wait for an answer; with --all, those that have one too.')
    .option('--all', 'answered ones too')
    .action(async (flags: Flags & { readonly all?: boolean }) => {
      const filter = flags.all === true ? {} : { status: 'REQUESTED' }
      const { accessRequests } = await ask(flags, listed, listQuery, { filter })
      answer(flags, accessRequests.nodes, () => showRequests(accessRequests.nodes))
    })

  where(access.command('decide'))
    .requiredOption('--as <identity>', 'who decides: a demo identity that holds the role')
    .description('Grant or refuse a request, as somebody who holds the role that decides.')
    .argument('<request>', 'the id, as `access list` prints it')
    .argument('<decision>', 'approve or refuse', parseDecision)
    .requiredOption('--reason <text>', 'why, for those who look at it later')
    .option('--until <time>', 'an earlier end than was asked for, such as 2026-11-30T12:00:00Z')
    .action(async (id: string, decision: string, flags: Flags & { reason: string; until?: string }) => {
      const { accessRequest } = await ask(flags, found, findQuery, { id })
      if (accessRequest === null) throw new Error(`There is no request \`${id}\` that \`${flags.as}\` may see.`)
      const input = {
        idempotencyKey: randomUUID(),
        requestId: id,
        expectedVersion: accessRequest.version,
        decision,
        reason: flags.reason,
        until: flags.until ?? null,
      }
      const { decideAccess } = await ask(flags, decided, decideMutation, { input })
      answer(flags, decideAccess, () => showDecision(decideAccess))
    })

  where(access.command('unused'))
    .option(...asReviewer)
    .description('Active grants that nobody has used for a time.')
    .option('--since <time>', 'for how long: 24h, 7d, a day or a time', since(io), since(io)('7d'))
    .action(async (flags: Flags & { readonly since: Date }) => {
      const { grants } = await ask(flags, unused, unusedQuery, { since: flags.since.toISOString() })
      answer(flags, grants.nodes, () => showUnused(grants.nodes, flags.since))
    })
}

/** In the demo company, somebody who sees all of it. */
const asReviewer = ['--as <identity>', 'who asks: a demo identity of the gateway', 'omar.haddad'] as const

function since({ world }: TokenIo) {
  return (text: string): Date => {
    try {
      return parseSince(text, world.now())
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error))
    }
  }
}

function parseDecision(text: string): string {
  if (text === 'approve' || text === 'refuse') return text.toUpperCase()
  throw new InvalidArgumentError('Write `approve` or `refuse`.')
}

function showRequests(requests: readonly Request[]): string {
  if (requests.length === 0) return 'Nobody waits for access.\n'
  const rows = requests.map(({ id, status, principal, decider, coordinates, purpose, duration }) => [
    id,
    status,
    principal,
    decider,
    coordinates.join(' '),
    purpose,
    duration,
  ])
  const said = requests.map(({ id, principal, reason }) => `${id}  ${principal} says: “${safeText(reason, 1_000)}”\n`)
  return `${table(['request', 'status', 'who asks', 'who decides', 'fields', 'purpose', 'for'], rows)}\n${said.join('')}`
}

function showDecision({ request: { id, principal, status }, grant }: z.infer<typeof decided>['decideAccess']): string {
  const who = safeText(principal, 200)
  if (grant === null) return `The request ${id} of ${who} is ${status}.\n`
  return `The request ${id} of ${who} is ${status}: the grant ${grant.id} holds until ${grant.expiresAt}.\n`
}

function showUnused(grants: Unused, from: Date): string {
  if (grants.length === 0) return `Every active grant was used or made since ${from.toISOString()}.\n`
  const rows = grants.map(({ id, principal, decider, coordinates, lastUsedAt, uses, expiresAt }) => [
    id,
    principal,
    decider,
    coordinates.join(' '),
    lastUsedAt ?? 'never',
    String(uses),
    expiresAt,
  ])
  return table(['grant', 'who has it', 'who answers', 'fields', 'last used', 'uses', 'until'], rows)
}
