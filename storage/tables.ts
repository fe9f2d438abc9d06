/** The tables as Kysely types. Each group is declared beside the code that owns it; this file joins them. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type
export interface Tables {}
