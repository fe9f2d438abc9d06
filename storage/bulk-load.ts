/**
 * Loading many rows at once, past Kysely: one transaction on a connection that knows `COPY`, the fastest way into either
 * database.
 */
import type { PostgresPoolClient } from 'kysely'

/** A connection inside the transaction of a load. */
export interface LoadConnection {
  query<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** Runs a `COPY … FROM STDIN` with these rows, in COPY's text format. */
  copy(statement: string, rows: string): Promise<void>
}

/** What a client of either pool can do beyond Kysely's needs. */
export interface CopyingClient extends PostgresPoolClient {
  copy(statement: string, rows: string): Promise<void>
}

/** Runs `work` in one transaction of a client of its own; what it did is undone when it fails. */
export async function runLoad<T>(
  connect: () => Promise<PostgresPoolClient>,
  work: (connection: LoadConnection) => Promise<T>,
): Promise<T> {
  const client = (await connect()) as CopyingClient
  const query = async <Row>(text: string, values: readonly unknown[] = []) =>
    (await client.query<Row>(text, values)).rows
  try {
    await query('begin')
    const result = await work({ query, copy: (statement, rows) => client.copy(statement, rows) })
    await query('commit')
    return result
  } catch (error) {
    // The first error is the one to know; a connection that cannot roll back is thrown away by its pool.
    await query('rollback').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}
