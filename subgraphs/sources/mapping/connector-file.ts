/**
 * The form of a connector file, `connectors/<name>.yaml`: which system, by which protocol, with whose credentials, and how its
 * records become those of the contract. One strict schema; `docs/connectors.md` explains every key.
 */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'

const positive = z.int().positive()
const name = z.string().min(1).max(200)

const secret = z
  .string()
  .regex(/^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:\/.+)$/, {
    error:
      'must be a reference to a secret, `env:NAME` or `file:/run/secrets/name`; a secret itself never stands in this file',
  })
  .describe('A reference to a secret: `env:NAME` or `file:/path`.')

const auth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('basic'), username: secret, password: secret }),
  z.strictObject({ type: z.literal('bearer'), token: secret }),
  z.strictObject({
    type: z.literal('apiKey'),
    header: z.string().regex(/^[A-Za-z0-9-]{1,60}$/, { error: 'must be the name of a header' }),
    value: secret,
  }),
  z.strictObject({
    type: z.literal('oauth2ClientCredentials'),
    tokenUrl: z.url(),
    clientId: secret,
    clientSecret: secret,
    scope: z.string().optional(),
  }),
])

const limits = z.strictObject({
  timeoutMs: positive.max(60_000).default(5_000),
  totalMs: positive.max(60_000).default(9_000),
  concurrency: positive.max(200).default(8),
  queue: z.int().nonnegative().max(10_000).default(64),
  retries: z.int().nonnegative().max(5).default(2),
  responseBytes: positive.max(67_108_864).default(8_388_608),
  breaker: z.strictObject({ failures: positive.default(5), halfOpenAfterMs: positive.default(10_000) }).prefault({}),
})

const comparisons = z.array(z.enum(['eq', 'in', 'contains', 'gte', 'lte', 'gt', 'lt']))
const scalar = z.union([z.string(), z.boolean(), z.int(), z.null()])
const kind = z.enum(['text', 'folded', 'int', 'decimal', 'boolean', 'date', 'timestamp', 'json'])

/** A native property: `Name`, `address.city`. */
const property = z.strictObject({
  path: name,
  kind: kind.optional(),
  native: z.string().optional(),
  scale: z.int().nonnegative().max(10).optional(),
})

const field = z.union([
  name,
  z.strictObject({ constant: scalar }),
  z.strictObject({
    ...property.shape,
    enum: z.record(z.string(), z.union([scalar, z.array(scalar).min(1)])).optional(),
    otherwise: z.string().optional(),
    format: z.string().optional(),
    reference: z.string().optional(),
    readOnly: z.boolean().default(false),
    filter: comparisons.optional(),
    sort: z.boolean().default(true),
  }),
])

const key = z.union([
  name,
  z.strictObject({
    fields: z.union([
      name,
      z
        .array(z.union([name, property]))
        .min(1)
        .max(4),
    ]),
    kind: z.enum(['text', 'int']).default('text'),
    format: z.string().optional(),
    assign: z.enum(['system', 'uuid']).default('system'),
  }),
])

const version = z.union([
  z.strictObject({ field: name }),
  z.strictObject({ hash: name }),
  z.strictObject({ etag: z.literal(true) }),
])

const mapped = z.strictObject({
  collection: name,
  key,
  version: version.optional(),
  fields: z.record(z.string(), field),
  where: z
    .array(z.strictObject({ ...property.shape, eq: scalar.optional(), in: z.array(scalar).optional() }))
    .default([]),
  paging: z
    .strictObject({ size: positive.max(1_000).default(100), style: z.enum(['keyset', 'offset']).default('keyset') })
    .prefault({}),
  clientSide: z.strictObject({ rows: positive.max(5_000) }).optional(),
  mutations: z.strictObject({ create: z.boolean().default(false), update: z.boolean().default(false) }).prefault({}),
  correlation: z.union([name, property]).optional(),
  defaults: z.array(z.strictObject({ ...property.shape, value: scalar })).default([]),
  options: z.record(z.string(), z.unknown()).default({}),
})

const fallback = z.strictObject({ fallback: z.literal('postgres') })

/** The schema of a connector file. */
export const connectorFile = z
  .strictObject({
    kind: z.enum(['odata', 'rest', 'servicenow', 'scim', 'postgres']),
    url: z.string().min(1),
    allow: z.array(name).default([]),
    allowPrivate: z
      .array(z.string().refine((text) => ipaddr.isValidCIDR(text), { error: 'must be a range like `10.20.0.0/16`' }))
      .default([]),
    auth: auth.default({ type: 'none' }),
    limits: limits.prefault({}),
    options: z.record(z.string(), z.unknown()).default({}),
    entities: z.record(z.string(), z.union([mapped, fallback])),
  })
  .superRefine((file, context) => {
    if (file.limits.totalMs < file.limits.timeoutMs) {
      context.addIssue({
        code: 'custom',
        path: ['limits', 'totalMs'],
        message: 'must be at least `timeoutMs`, since it is the time of all attempts together',
      })
    }
  })

export type ConnectorFile = z.infer<typeof connectorFile>
export type ConnectorKindName = ConnectorFile['kind']
export type EntityFile = z.infer<typeof mapped>
export type FieldFile = z.infer<typeof field>
export type PropertyFile = z.infer<typeof property>
export type AuthFile = z.infer<typeof auth>
