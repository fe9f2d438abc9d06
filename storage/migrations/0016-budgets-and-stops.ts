/**
 * What agents may use and what is stopped. Budgets are counted here and nowhere else: one row for each counter and window, changed
 * by functions that take everything they are asked for or nothing. A stop is never deleted; its release is written on it.
 */
import { sql, type Kysely } from 'kysely'

const statements = [
  sql`create table mandate.budget_counters (
    counter text not null check (counter <> ''),
    window_start timestamptz(3) not null,
    resets_at timestamptz(3) not null,
    used numeric not null check (used >= 0),
    breached_at timestamptz(3),
    primary key (counter, window_start),
    check (resets_at > window_start)
  )`,
  sql`create index budget_counters_ended_idx on mandate.budget_counters (resets_at)`,
  sql`create table mandate.budget_entities (
    counter text not null,
    window_start timestamptz(3) not null,
    entity text not null,
    primary key (counter, window_start, entity),
    foreign key (counter, window_start) references mandate.budget_counters on delete cascade
  )`,

  // Rows are made, and then locked, in the order of their keys: of two calls that meet, one waits and none is in a circle.
  sql`create function mandate.lock_budgets(
    counters text[], starts timestamptz[], resets timestamptz[], amounts numeric[]
  ) returns void language plpgsql as $body$
  begin
    insert into mandate.budget_counters (counter, window_start, resets_at, used)
    select l.counter, l.start, l.reset, 0
    from unnest(counters, starts, resets, amounts) as l (counter, start, reset, amount)
    where l.amount > 0
    order by l.counter collate "C", l.start
    on conflict do nothing;

    perform 1 from mandate.budget_counters c
    where (c.counter, c.window_start) in (
      select l.counter, l.start from unnest(counters, starts, amounts) as l (counter, start, amount) where l.amount > 0
    )
    order by c.counter collate "C", c.window_start
    for update;
  end $body$`,

  // One request, whose counters are locked. An act of the kind 'look' takes nothing, and reckons as one that takes.
  sql`create function mandate.take_budgets(
    act text, counters text[], starts timestamptz[], amounts numeric[], quotas numeric[]
  ) returns table (place bigint, used_now numeric, left_now numeric, fits boolean) language plpgsql as $body$
  declare
    whole boolean;
  begin
    select coalesce(bool_and(l.amount = 0 or coalesce(c.used, 0) + l.amount <= l.quota), true) into whole
    from unnest(counters, starts, amounts, quotas) as l (counter, start, amount, quota)
    left join mandate.budget_counters c on c.counter = l.counter and c.window_start = l.start;

    return query
      select l.n, coalesce(c.used, 0) + case when whole and act = 'take' then l.amount else 0 end,
        greatest(0, l.quota - coalesce(c.used, 0) - case when whole then l.amount else 0 end),
        l.amount = 0 or coalesce(c.used, 0) + l.amount <= l.quota
      from unnest(counters, starts, amounts, quotas) with ordinality as l (counter, start, amount, quota, n)
      left join mandate.budget_counters c on c.counter = l.counter and c.window_start = l.start
      order by l.n;

    if whole and act = 'take' then
      update mandate.budget_counters c set used = c.used + l.amount
      from (
        select distinct on (k.counter, k.start) k.counter, k.start, k.amount
        from unnest(counters, starts, amounts) as k (counter, start, amount)
        where k.amount > 0
      ) l
      where c.counter = l.counter and c.window_start = l.start;
    end if;
  end $body$`,

  // Many requests in one call, each whole or not at all, in their order. Everything is locked before the first of them.
  sql`create function mandate.take_many_budgets(
    act text, froms integer[], tos integer[], counters text[], starts timestamptz[], resets timestamptz[],
    amounts numeric[], quotas numeric[]
  ) returns table (request integer, place bigint, used_now numeric, left_now numeric, fits boolean)
  language plpgsql as $body$
  begin
    if act = 'take' then
      perform mandate.lock_budgets(counters, starts, resets, amounts);
    end if;
    for i in 1 .. cardinality(froms) loop
      return query
        select i, t.* from mandate.take_budgets(
          act, counters[froms[i]:tos[i]], starts[froms[i]:tos[i]], amounts[froms[i]:tos[i]], quotas[froms[i]:tos[i]]
        ) t;
    end loop;
  end $body$`,

  // What was taken is put right; a counter of distinct things grows by those that its window had not seen.
  sql`create function mandate.settle_budgets(
    counters text[], starts timestamptz[], taken numeric[], counted numeric[], collects boolean[], quotas numeric[],
    entities text[]
  ) returns table (place bigint, used_now numeric, left_now numeric) language plpgsql as $body$
  begin
    with line as (
      select distinct on (l.counter, l.start) l.counter, l.start, l.after - l.before as correction, l.collect
      from unnest(counters, starts, taken, counted, collects) as l (counter, start, before, after, collect)
      where l.before <> l.after or l.collect
    ), fresh as (
      insert into mandate.budget_entities (counter, window_start, entity)
      select c.counter, c.window_start, e.entity
      from line
      join mandate.budget_counters c on c.counter = line.counter and c.window_start = line.start
      cross join unnest(entities) as e (entity)
      where line.collect
      on conflict do nothing
      returning counter, window_start
    )
    update mandate.budget_counters c set used = greatest(0, c.used + line.correction + (
      select count(*) from fresh where fresh.counter = c.counter and fresh.window_start = c.window_start
    ))
    from line
    where c.counter = line.counter and c.window_start = line.start;

    return query
      select l.n, coalesce(c.used, 0), greatest(0, l.quota - coalesce(c.used, 0))
      from unnest(counters, starts, quotas) with ordinality as l (counter, start, quota, n)
      left join mandate.budget_counters c on c.counter = l.counter and c.window_start = l.start
      order by l.n;
  end $body$`,

  sql`create function mandate.settle_many_budgets(
    froms integer[], tos integer[], counters text[], starts timestamptz[], taken numeric[], counted numeric[],
    collects boolean[], quotas numeric[], entities jsonb
  ) returns table (request integer, place bigint, used_now numeric, left_now numeric) language plpgsql as $body$
  begin
    perform 1 from mandate.budget_counters c
    where (c.counter, c.window_start) in (
      select l.counter, l.start
      from unnest(counters, starts, taken, counted, collects) as l (counter, start, before, after, collect)
      where l.before <> l.after or l.collect
    )
    order by c.counter collate "C", c.window_start
    for update;

    for i in 1 .. cardinality(froms) loop
      return query
        select i, t.* from mandate.settle_budgets(
          counters[froms[i]:tos[i]], starts[froms[i]:tos[i]], taken[froms[i]:tos[i]], counted[froms[i]:tos[i]],
          collects[froms[i]:tos[i]], quotas[froms[i]:tos[i]],
          array(select jsonb_array_elements_text(entities -> (i - 1)))
        ) t;
    end loop;
  end $body$`,

  sql`create table mandate.stops (
    id text primary key,
    scope_kind text not null check (
      scope_kind in ('EVERYTHING', 'ROLE', 'AGENT', 'WORKFLOW', 'OPERATION', 'SUBGRAPH', 'EFFECT')
    ),
    target text,
    mode text not null check (mode in ('BLOCK_NEW', 'DRAIN', 'HALT')),
    reason text not null,
    state text not null check (state in ('ENGAGED', 'RELEASE_PENDING', 'RELEASED')),
    engaged_by text not null,
    engaged_at timestamptz(3) not null,
    expires_at timestamptz(3),
    release_needs smallint not null check (release_needs in (1, 2)),
    release_requested_by text,
    release_requested_at timestamptz(3),
    released_by text,
    released_at timestamptz(3),
    version integer not null,
    check ((scope_kind = 'EVERYTHING') = (target is null)),
    check ((release_requested_by is null) = (release_requested_at is null)),
    check ((released_by is null) = (released_at is null)),
    check ((state = 'RELEASED') = (released_at is not null)),
    check (state <> 'RELEASE_PENDING' or (release_needs = 2 and release_requested_by is not null))
  )`,
  sql`create index stops_in_force_idx on mandate.stops (engaged_at) where state <> 'RELEASED'`,
  sql`create index stops_newest_idx on mandate.stops (engaged_at desc, id desc)`,
  sql`create table mandate.stop_reports (
    stop_id text not null references mandate.stops,
    gateway text not null,
    obeyed_at timestamptz(3) not null,
    last_began_at timestamptz(3),
    running integer not null check (running >= 0),
    aborted integer not null check (aborted >= 0),
    primary key (stop_id, gateway)
  )`,
  sql`create table mandate.gateways (
    id text primary key,
    started_at timestamptz(3) not null,
    seen_at timestamptz(3) not null
  )`,
]

/** Creates counters and stops, empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}
