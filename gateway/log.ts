/** The structured log (pino): JSON lines, secrets redacted by name. */
import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

export interface LogOptions {
  readonly level: string
  readonly destination?: DestinationStream
}

/** What PostgreSQL says beside a message is made of the values of a row or of a statement. */
const databaseDetails = ['err.detail', 'err.where', 'err.internalQuery']

/** Makes the process's log. Headers and tokens never reach it; the redaction is the second line of defence. */
export function createLog({ level, destination }: LogOptions): Log {
  const options = {
    level,
    base: null,
    redact: [
      ...['*.authorization', '*.headers', '*.token', '*.access_token', '*.client_assertion'],
      ...databaseDetails,
    ],
  }
  return destination ? pino(options, destination) : pino(options)
}
