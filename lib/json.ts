/** JSON as TypeScript sees it: what goes over a wire, into a column, through an expression. */

export type Json = string | number | boolean | null | readonly Json[] | JsonObject

export interface JsonObject {
  readonly [key: string]: Json
}
