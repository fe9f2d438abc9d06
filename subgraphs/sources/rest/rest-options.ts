/** How a connector file describes a REST interface: where lists and records are, and what its parameters mean. */
import { z } from 'zod'

const path = z.string().regex(/^\/[^?#]*$/, { error: 'must be a path with a leading slash and without a query' })
const parameter = z.string().min(1).max(100)
const body = z.strictObject({
  path,
  method: z.enum(['POST', 'PUT', 'PATCH']).optional(),
  /** The way to the record in the answer; left out: the answer is the record. */
  item: z.string().optional(),
})

export const restOptions = z.strictObject({
  /** Path of the interface's OpenAPI 3 description below `url`; `connector test` checks the mapping against it. */
  openapi: path.optional(),
  /** A path that answers 200 when the system is well; left out: the first list is asked for one record. */
  health: path.optional(),
})

export const restEntityOptions = z.strictObject({
  list: z.strictObject({
    path,
    /** The way to the records in the answer; left out: the answer is the array. */
    items: z.string().optional(),
    /** The way to the number of all records that match; left out: nothing is counted. */
    total: z.string().optional(),
    limit: parameter,
    offset: parameter.optional(),
    sort: z
      .strictObject({
        parameter,
        /** The forms of one sort key, `{field}` and `-{field}`; several are joined by commas. */
        ascending: z.string().default('{field}'),
        descending: z.string().default('-{field}'),
        fields: z.array(z.string()),
        /** Whether missing values come last in both directions. */
        nullsLast: z.boolean().default(false),
      })
      .optional(),
    /** By native property: which parameter stands for which comparison. Values of `in` are joined by commas. */
    filters: z
      .record(
        z.string(),
        z.partialRecord(z.enum(['eq', 'in', 'contains', 'gte', 'lte', 'gt', 'lt', 'null']), parameter),
      )
      .default({}),
  }),
  /** One record, `/accounts/{key}`; left out: records are found by a filter on the key. */
  get: z.strictObject({ path, item: z.string().optional() }).optional(),
  create: body.optional(),
  update: z
    .strictObject({
      ...body.shape,
      /** What the system compares: its entity tag, or the version as a number in quotes. Left out: nothing. */
      ifMatch: z.enum(['etag', 'version']).optional(),
    })
    .optional(),
})

export type RestOptions = z.infer<typeof restOptions>
export type RestEntityOptions = z.infer<typeof restEntityOptions>
