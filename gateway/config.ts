/**
 * Every setting of the gateway: from `mandate.yaml`, then the environment on top. One strict schema: an unknown key is refused with
 * the keys that exist. `docs/config.md` is generated from here.
 */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'

const algorithm = z.enum(['ES256', 'EdDSA', 'RS256', 'PS256'])

const issuer = z.strictObject({
  issuer: z.url().describe('The `iss` of its tokens, compared to the letter.'),
  jwksUri: z.url().describe('Where its keys are (RFC 7517); https, or http on a loopback address.'),
  algorithms: z
    .array(algorithm)
    .min(1)
    .default(['ES256', 'EdDSA', 'PS256', 'RS256'])
    .describe('Signatures it may use.'),
  kinds: z
    .array(z.enum(['agent', 'person', 'service']))
    .min(1)
    .default(['agent', 'person', 'service'])
    .describe('For which kinds of principals it may speak.'),
})

const positive = z.int().positive()
const share = z.number().min(0).max(1)

const duplicates = z
  .strictObject({
    weights: z
      .strictObject({
        capabilities: share.default(0.35).describe('How much shared capabilities count.'),
        systems: share.default(0.25).describe('How much shared systems and business objects count.'),
        text: share.default(0.25).describe('How much alike purposes and responsibilities count.'),
        steps: share.default(0.15).describe('How much shared steps of work, or alike roles, count.'),
      })
      .refine((weights) => Object.values(weights).some((weight) => weight > 0), { error: 'one weight must be above 0' })
      .prefault({}),
    likely: share.default(0.6).describe('From this score on, two pilots are likely the same work.'),
    overlap: share.default(0.4).describe('From this score on, two pilots overlap.'),
    minimumCompared: share
      .default(0.5)
      .describe('The least share of the weights that two pilots must be comparable by.'),
  })
  .refine(({ likely, overlap }) => overlap <= likely, { error: '`overlap` must not be above `likely`' })

const settings = z.strictObject({
  environment: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('`production` switches the development issuer and the explorer off.'),
  server: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('The address to listen on.'),
      port: z.int().min(1).max(65_535).default(4000).describe('The port to listen on.'),
      publishedHost: z
        .string()
        .optional()
        .describe(
          'In a container, which must listen on every address: the one its port is published on. The development issuer asks for a loopback one.',
        ),
      publicUrl: z.url().optional().describe('The address callers use, when a proxy stands in front.'),
    })
    .prefault({}),
  data: z.string().default('.mandate').describe('The folder for the embedded database, keys and demo identities.'),
  database: z
    .strictObject({
      url: z
        .string()
        .optional()
        .describe('PostgreSQL, `postgres://user:password@host/name`; unset: embedded, in the data folder.'),
      poolSize: positive.default(10).describe('Connections to PostgreSQL.'),
    })
    .prefault({}),
  redis: z
    .strictObject({
      url: z.string().optional().describe('Redis, `redis://host:6379`; unset: in memory, for one process.'),
    })
    .prefault({}),
  identity: z
    .strictObject({
      audience: z.string().optional().describe('The `aud` that tokens must carry; unset: the address of the endpoint.'),
      issuers: z.array(issuer).default([]).describe('Authorization servers whose tokens are accepted.'),
      developmentIssuer: z
        .boolean()
        .optional()
        .describe('Run the embedded issuer with its demo identities; unset: in development only.'),
      developmentIssuerUrl: z
        .url()
        .optional()
        .describe('Where the development issuer runs as a process of its own, on this machine; unset: in the gateway.'),
      maxTokenAgeSeconds: positive.default(3600).describe('No token older than this is accepted, whatever its `exp`.'),
    })
    .prefault({}),
  agents: z
    .strictObject({
      initial: z
        .array(
          z.strictObject({
            id: z
              .string()
              .regex(/^agent:[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/u, 'must be like `agent:invoice-bot`')
              .describe('What its tokens say in `sub`.'),
            owner: z
              .string()
              .regex(/^person:[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/u, 'must be like `person:maria.keller`')
              .describe('The person who answers for it.'),
            roles: z.array(z.string()).min(1).describe('The roles it is assigned to.'),
            name: z.string().min(1).optional().describe('What people call it; unset: its id.'),
          }),
        )
        .default([])
        .describe(
          'Agents that are registered at the start, active, where they are not yet; later changes are made by people.',
        ),
      ownerGraceDays: z
        .int()
        .min(0)
        .default(7)
        .describe('How long an agent may go on when its owner has left the company, in days; then it is quarantined.'),
    })
    .prefault({}),
  supergraph: z
    .string()
    .optional()
    .describe(
      'Stand in front of this graph instead of ours: a composed supergraph (`.graphql`), or a list of subgraphs to compose as Rover reads it (`.yaml`).',
    ),
  policies: z
    .strictObject({
      folder: z.string().optional().describe('The folder of the rules; unset: the shipped `policies/`.'),
      watch: z.boolean().default(true).describe('Pick up edits while running.'),
    })
    .prefault({}),
  limits: z
    .strictObject({
      bodyBytes: positive.default(262_144).describe('Bytes of a request body.'),
      tokens: positive.default(4_000).describe('Lexical tokens of a document.'),
      aliases: positive.default(50).describe('Aliases of an operation, before and after fragments are expanded.'),
      directives: positive.default(50).describe('Directives of a document.'),
      depth: positive.default(12).describe('Nesting of selections.'),
      fields: positive.default(2_000).describe('Selected fields after fragments are expanded.'),
      cost: positive.default(5_000).describe('Cost units of one operation.'),
      costPerMinute: positive
        .default(100_000)
        .describe('Cost units a principal may use in a minute, over all its tokens.'),
    })
    .prefault({}),
  access: z
    .strictObject({
      maxDays: positive.default(30).describe('The longest that access beyond roles can be granted for, in days.'),
    })
    .prefault({}),
  timeouts: z
    .strictObject({
      requestMs: positive.default(30_000).describe('The longest a request may take, in milliseconds.'),
      fetchMs: positive.default(10_000).describe('The longest one fetch from a subgraph may take, in milliseconds.'),
      ledgerMs: positive.default(3_000).describe('The longest to wait for the ledger, in milliseconds.'),
      shutdownMs: positive
        .default(15_000)
        .describe('How long running requests may finish after a signal to stop, in milliseconds.'),
    })
    .prefault({}),
  approvals: z
    .strictObject({
      openPerAgent: positive
        .default(20)
        .describe('Open requests for approval that one agent may have, so that nobody is tired out by it.'),
      coolDownSeconds: positive
        .default(3_600)
        .describe('How long an act that people rejected is not put to them again, in seconds.'),
    })
    .prefault({}),
  workflows: z
    .strictObject({
      folder: z.string().optional().describe('The folder with workflows and their calendars; ours when left out.'),
      publish: z
        .boolean()
        .optional()
        .describe(
          'Whether this gateway publishes what is new in that folder when it starts; left out: where a folder is named, or the demo company is there.',
        ),
      work: z
        .boolean()
        .default(true)
        .describe('Whether this gateway does the work of runs: timers, operations, what has become of approvals.'),
    })
    .prefault({}),
  subgraphs: z
    .record(
      z.string(),
      z
        .strictObject({
          url: z.url().optional().describe('Where this subgraph listens, when it is a process of its own.'),
          sdl: z.string().optional().describe('The file with its SDL, when it is not one of ours: it joins the graph.'),
          connector: z
            .string()
            .optional()
            .describe('The connector that reaches its system, in place of the tables of the database.'),
        })
        .refine(({ url, connector }) => (url === undefined) !== (connector === undefined), {
          error: 'give either `url` or `connector`',
        })
        .refine(({ sdl, url }) => sdl === undefined || url !== undefined, { error: 'give `url` beside `sdl`' }),
    )
    .default({})
    .describe(
      'Subgraphs, by name, that run elsewhere or work on another system; the others run here, on the database.',
    ),
  connectors: z
    .strictObject({
      folder: z.string().default('connectors').describe('Where connector files are (docs/connectors.md).'),
    })
    .prefault({}),
  inventory: z
    .strictObject({
      duplicates: duplicates.prefault({}),
      discovery: z
        .strictObject({
          perIssuer: positive
            .default(200)
            .describe('How many unregistered principals of one issuer are entered and wait; further ones are counted.'),
        })
        .prefault({}),
    })
    .prefault({}),
  statements: z
    .strictObject({
      rotateSeconds: z
        .int()
        .min(10)
        .default(3_600)
        .describe('How long a gateway signs statements with one key, in seconds.'),
      keyUrls: z
        .array(z.url())
        .default([])
        .describe(
          'For a subgraph process: where each gateway publishes its keys, `…/.well-known/statement-keys.json`.',
        ),
      keysOverHttp: z
        .boolean()
        .default(false)
        .describe('Fetch them over `http://` from other machines too; only on a network that nobody else is on.'),
    })
    .prefault({}),
  demoData: z
    .boolean()
    .optional()
    .describe('Fill empty business systems with the demo company; unset: in development only.'),
  demo: z
    .strictObject({
      scale: z
        .literal([1, 10, 100])
        .default(1)
        .describe('How large the demo company is: 1, 10 or 100 times the orders, invoices and incidents of a year.'),
    })
    .prefault({}),
  explorer: z.boolean().optional().describe('Serve the explorer to browsers at `/graphql`; unset: not in production.'),
  log: z
    .strictObject({
      level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('What is logged.'),
    })
    .prefault({}),
})

/** The settings as `mandate.yaml` has them, before derived values are filled in. */
export const settingsSchema = settings

type Settings = z.infer<typeof settings>

/** What the settings say of one subgraph. */
export interface SubgraphSettings {
  /** Where it listens, when it is a process of its own. */
  readonly url?: string | undefined
  /** Its SDL, absolute, when it is not one of ours. */
  readonly sdl?: string | undefined
  /** The connector that reaches its system. */
  readonly connector?: string | undefined
}

/** All settings, complete and frozen. */
export interface Config extends Omit<
  Settings,
  'demoData' | 'explorer' | 'identity' | 'policies' | 'subgraphs' | 'supergraph'
> {
  /** Absolute; undefined for our own graph. */
  readonly supergraph: string | undefined
  readonly policies: { readonly folder: string | undefined; readonly watch: boolean }
  readonly subgraphs: Readonly<Record<string, SubgraphSettings>>
  readonly demoData: boolean
  readonly explorer: boolean
  readonly identity: Settings['identity'] & { readonly developmentIssuer: boolean }
  /** For `MANDATE_LEDGER_KEY`: never in the file. */
  readonly ledgerKey: string | undefined
}

/** Which variable sets which setting; the environment wins over the file. */
export const environmentVariables: Readonly<Record<string, readonly string[]>> = {
  NODE_ENV: ['environment'],
  HOST: ['server', 'host'],
  PORT: ['server', 'port'],
  MANDATE_PUBLISHED_HOST: ['server', 'publishedHost'],
  MANDATE_PUBLIC_URL: ['server', 'publicUrl'],
  MANDATE_DATA: ['data'],
  MANDATE_SUPERGRAPH: ['supergraph'],
  MANDATE_POLICIES: ['policies', 'folder'],
  DATABASE_URL: ['database', 'url'],
  REDIS_URL: ['redis', 'url'],
  MANDATE_DEMO_SCALE: ['demo', 'scale'],
  LOG_LEVEL: ['log', 'level'],
  MANDATE_AUDIENCE: ['identity', 'audience'],
  MANDATE_DEVELOPMENT_ISSUER: ['identity', 'developmentIssuerUrl'],
  MANDATE_SUBGRAPHS: ['subgraphs'],
  MANDATE_STATEMENT_KEYS: ['statements', 'keyUrls'],
  MANDATE_KEYS_OVER_HTTP: ['statements', 'keysOverHttp'],
}

/** Variables whose text is not the value itself; `before` is what the file says. */
const variableForms: Readonly<Record<string, (text: string, before: unknown) => unknown>> = {
  PORT: Number,
  MANDATE_DEMO_SCALE: Number,
  MANDATE_STATEMENT_KEYS: (text) => text.split(',').map((url) => url.trim()),
  MANDATE_KEYS_OVER_HTTP: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  MANDATE_SUBGRAPHS: addressesByName,
}

/** `crm=http://crm:4000/graphql,itsm=…` on top of what the file says of these subgraphs. */
function addressesByName(text: string, before: unknown): Record<string, unknown> {
  const said = isRecord(before) ? { ...before } : {}
  for (const pair of text.split(',')) {
    const [name = '', ...rest] = pair.trim().split('=')
    const others = said[name]
    said[name] = { ...(isRecord(others) ? others : {}), url: rest.join('=') }
  }
  return said
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths start from. */
  readonly folder: string
}

/**
 * Reads the settings: defaults, then `mandate.yaml` (or the file that `MANDATE_CONFIG` names), then the environment.
 * @throws {ConfigError} that names every wrong setting, and the valid keys where one is unknown.
 */
export function readConfig({ env, folder }: ConfigSource): Config {
  const file = path.resolve(folder, env['MANDATE_CONFIG'] ?? 'mandate.yaml')
  const raw = readFile(file, env['MANDATE_CONFIG'])
  for (const [variable, keys] of Object.entries(environmentVariables)) {
    const value = env[variable]
    if (value !== undefined && value !== '') assign(raw, keys, value, variableForms[variable])
  }
  // `policies: ./rules` is short for `policies: { folder: ./rules }`.
  if (typeof raw['policies'] === 'string') raw['policies'] = { folder: raw['policies'] }
  const parsed = settings.safeParse(raw)
  if (!parsed.success) throw new ConfigError(explain(parsed.error))
  return complete(parsed.data, { folder, fileFolder: path.dirname(file), ledgerKey: env['MANDATE_LEDGER_KEY'] })
}

interface Completion {
  readonly folder: string
  /** Files that the settings name are beside `mandate.yaml`. */
  readonly fileFolder: string
  readonly ledgerKey: string | undefined
}

function complete(parsed: Settings, { folder, fileFolder, ledgerKey }: Completion): Config {
  const inProduction = parsed.environment === 'production'
  const { supergraph, policies, subgraphs, identity } = parsed
  const beside = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : path.resolve(fileFolder, file)
  return Object.freeze({
    ...parsed,
    data: path.resolve(folder, parsed.data),
    supergraph: beside(supergraph),
    policies: { ...policies, folder: beside(policies.folder) },
    subgraphs: Object.fromEntries(
      Object.entries(subgraphs).map(([name, { sdl, ...rest }]) => [name, { ...rest, sdl: beside(sdl) }]),
    ),
    connectors: { folder: path.resolve(folder, parsed.connectors.folder) },
    // The demo company lives in systems that a foreign graph does not have.
    demoData: supergraph === undefined && (parsed.demoData ?? !inProduction),
    explorer: parsed.explorer ?? !inProduction,
    identity: { ...identity, developmentIssuer: identity.developmentIssuer ?? !inProduction },
    ledgerKey,
  })
}

function readFile(file: string, named: string | undefined): Record<string, unknown> {
  if (!existsSync(file)) {
    if (named) throw new ConfigError(`MANDATE_CONFIG names \`${named}\`, and there is no such file.`)
    return {}
  }
  const value: unknown = parseYaml(readFileSync(file, 'utf8')) ?? {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`\`${file}\` must hold settings as \`key: value\`.`)
  }
  return value as Record<string, unknown>
}

function assign(
  target: Record<string, unknown>,
  keys: readonly string[],
  value: string,
  form: (text: string, before: unknown) => unknown = (text) => text,
): void {
  const [key = '', ...rest] = keys
  const inner = target[key]
  if (rest.length === 0) {
    target[key] = form(value, inner)
    return
  }
  const child = isRecord(inner) ? inner : {}
  target[key] = child
  assign(child, rest, value, form)
}

function explain(error: z.ZodError): string {
  const lines = error.issues.map((issue) => {
    const at = issue.path.join('.') || 'the top level'
    if (issue.code !== 'unrecognized_keys') return `  - \`${at}\`: ${issue.message}`
    const valid = Object.keys(shapeAt(issue.path)).join('`, `')
    return `  - \`${at}\` has no setting \`${issue.keys.join('`, `')}\`. It has: \`${valid}\`.`
  })
  return `The settings cannot be used:\n${lines.join('\n')}`
}

function shapeAt(keys: readonly PropertyKey[]): Record<string, unknown> {
  let schema: unknown = settings
  for (const key of keys) schema = unwrap(unwrap(schema)?.shape?.[String(key)])
  return unwrap(schema)?.shape ?? {}
}

interface Shaped {
  readonly shape?: Record<string, unknown>
}

/** Looks through defaults and optionals to the object inside. */
function unwrap(schema: unknown): Shaped | undefined {
  let inner = schema
  while (inner instanceof z.ZodPrefault || inner instanceof z.ZodDefault || inner instanceof z.ZodOptional)
    inner = inner.unwrap()
  return inner as Shaped | undefined
}
