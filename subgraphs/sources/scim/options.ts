/** What a connector file can say about a SCIM service, beyond what every connector can. */
import { z } from 'zod'

export const scimOptions = z
  .strictObject({
    /** What `ServiceProviderConfig` says of the service; `connector test` compares. */
    filter: z.boolean().default(true),
    sort: z.boolean().default(false),
    patch: z.boolean().default(true),
    etag: z.boolean().default(false),
    /** The most resources that one answer has. */
    maxResults: z.int().positive().max(1_000).default(100),
    /** Short names for schema extensions in paths: `{ enterprise: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User' }`. */
    extensions: z.record(z.string().regex(/^[a-z][A-Za-z]*$/), z.string().startsWith('urn:')).default({}),
  })
  .prefault({})

export type ScimOptions = z.infer<typeof scimOptions>

export const scimEntityOptions = z.strictObject({
  /** The schemas of a new resource. */
  schemas: z.array(z.string().startsWith('urn:')).min(1),
  /** Attributes that are lists of objects, `emails`; a path into one means its primary member. */
  multiValued: z.array(z.string()).default([]),
})

export type ScimEntityOptions = z.infer<typeof scimEntityOptions>
