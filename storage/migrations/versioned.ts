/** What every row of a business entity carries. */
import { sql } from 'kysely'

/** The columns of an id, a version and two times, for `create table`. */
export const versioned = sql`id text primary key,
    version integer not null default 1 check (version > 0),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now()`
