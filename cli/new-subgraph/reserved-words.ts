/** Words that a new system or its entity cannot be called, because they mean something where the name would stand. */

function words(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/))
}

/** The words of GraphQL's grammar, its own types, and those that every contract and model of the house has. In lower case. */
export const graphqlWords = words(`
  query mutation subscription fragment on true false null type input interface union enum scalar schema directive extend
  implements repeatable int float string boolean id date decimal datetime pageinfo
  sortdirection textfilter datetimefilter datefilter decimalfilter existing
`)

/** Reserved in TypeScript as the name of a constant; and the names that a table of permissions has already. */
export const typescriptWords = words(`
  await break case catch class const continue debugger default delete do else enum export extends false finally for
  function if implements import in instanceof interface let new null package private protected public return static
  super switch this throw true try typeof var void while with yield arguments eval undefined
  read write callerMay
`)

/** Reserved in PostgreSQL as the name of a schema, and schemas that PostgreSQL or the house has. */
export const postgresWords = words(`
  all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross current_catalog current_date current_role current_schema current_time
  current_timestamp current_user default deferrable desc distinct do else end except false fetch for foreign freeze from
  full grant group having ilike in initially inner intersect into is isnull join lateral leading left like limit
  localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing primary references
  returning right select session_user similar some symmetric system_user table tablesample then to trailing true union
  unique user using variadic verbose when where window with
  public information_schema mandate systems pgboss
`)
