/**
 * `COPY … FROM STDIN` over a connection of `pg`, which has the messages but no query of this kind. One text is one COPY:
 * rows that are in memory anyway need no stream.
 */
import type pg from 'pg'

/** What `pg`'s connection offers to a query that it runs; @types/pg lists only a part. */
interface WireConnection {
  query(text: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
  sendCopyFail(message: string): void
}

/** Sends rows in COPY's text format. Resolves when the server has taken them all. */
export function copyIn(client: pg.PoolClient, statement: string, rows: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  let failure: Error | null = null
  // A query of its own: `pg` calls these as the server's messages come in, the last one in any case.
  const query = {
    submit: (connection: WireConnection) => connection.query(statement),
    handleCopyInResponse: (connection: WireConnection) => {
      connection.sendCopyFromChunk(Buffer.from(rows))
      connection.endCopyFrom()
    },
    handleError: (error: Error) => {
      failure = error
      reject(error)
    },
    handleReadyForQuery: () => {
      if (failure === null) resolve(undefined)
    },
    handleRowDescription: () => undefined,
    handleDataRow: () => undefined,
    handleCommandComplete: () => undefined,
    handleEmptyQuery: () => undefined,
    handlePortalSuspended: () => undefined,
    handleCopyData: () => undefined,
  }
  client.query(query as unknown as pg.Submittable)
  return promise
}
