/** What a connector file can say about an OData service and its entity sets, beyond what every connector can. */
import { z } from 'zod'

export const odataOptions = z
  .strictObject({
    /** The protocol's version. */
    version: z.enum(['v4', 'v2']).default('v4'),
    /** How several requests travel together; `none` where the service has no `$batch`, which makes changes `ordered`. */
    batch: z.enum(['multipart', 'json', 'none']).default('multipart'),
    /** Whether changes need a token that is fetched before (`X-CSRF-Token`). */
    csrf: z.boolean().default(false),
    /** Whether `$filter` knows `in` (OData 4.01). */
    inOperator: z.boolean().default(false),
    /** Whether expressions know `tolower`; without it, text is compared as the service does. */
    foldsCase: z.boolean().default(true),
  })
  .prefault({})

export type ODataOptions = z.infer<typeof odataOptions>

export const odataEntityOptions = z
  .strictObject({
    /** Whether the service answers ETags for the entity set and checks `If-Match`. */
    etag: z.boolean().default(true),
    /** Navigation properties whose values the mapping takes. */
    expand: z.array(z.string().min(1)).default([]),
    /**
     * The navigation property that stands for a field with another entity's key, `{ invoiceId: Invoice }`: by it a new entity is
     * linked to one that is made in the same changeset and has no key yet.
     */
    links: z.record(z.string(), z.string().min(1)).default({}),
  })
  .prefault({})

export type EntityOptions = z.infer<typeof odataEntityOptions>
