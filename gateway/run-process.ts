/**
 * What every process of the house does around its own work: reads the settings, says in a sentence why it cannot start, and stops
 * cleanly on a signal, or when the supervisor that started it is gone.
 */
import { PolicyError } from '../policies/engine/watch.ts'
import { FolderInUseError } from '../storage/lock.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { type Log, createLog } from './log.ts'
import { StartError } from './start-error.ts'

export interface ProcessBasics {
  readonly config: Config
  readonly log: Log
  /** From here on a signal ends the process by this. */
  readonly onStop: (close: () => Promise<void>) => void
}

/** Takes the progress line away; nothing where nobody watches. */
export const clearLine = process.stderr.isTTY ? '\r\x1b[2K' : ''

/** Runs a process; `start` resolves when it is up. */
export async function runProcess(start: (basics: ProcessBasics) => Promise<void>): Promise<void> {
  try {
    const config = readConfig({ env: process.env, folder: process.cwd() })
    const log = createLog({ level: config.log.level, ...(isSupervised() ? { destination: supervisorsPipe() } : {}) })
    await start({
      config,
      log,
      onStop: (close) => {
        stopOnSignal(close, config, log)
      },
    })
  } catch (error) {
    if (!isForPeople(error)) throw error
    process.stderr.write(`${clearLine}\n${error.message}\n\n`)
    process.exitCode = 1
    // A supervisor's pipe must not keep a process that has nothing to do.
    if (isSupervised()) process.stdin.destroy()
  }
}

/** Starts to listen; gives the reason in words where the port cannot be had, after `close`. */
export async function listenOn(
  port: number,
  listen: () => Promise<unknown>,
  close: () => Promise<void>,
): Promise<void> {
  try {
    await listen()
  } catch (cause) {
    await close()
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    if (code === 'EADDRINUSE') {
      throw new StartError(`Port ${port} is taken by another process. Stop it, or set PORT to another one.`, { cause })
    }
    if (code === 'EACCES') {
      throw new StartError(`Port ${port} is not open to this account. Set PORT to one above 1023.`, { cause })
    }
    throw cause
  }
}

/** Errors whose message says what to do: shown as they are, without a stack. */
function isForPeople(error: unknown): error is Error {
  return [StartError, ConfigError, FolderInUseError, PolicyError].some((known) => error instanceof known)
}

/** Whether a supervisor started this process and tells of its life by a pipe. */
export function isSupervised(): boolean {
  return process.env['MANDATE_SUPERVISED'] === 'true'
}

/** pino's own writer waits for ever at the end of a process whose pipe nobody reads any more; a stream of Node's does not. */
function supervisorsPipe(): NodeJS.WriteStream {
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  return process.stdout
}

function stopOnSignal(close: () => Promise<void>, config: Config, log: Log): void {
  let stopping = false
  const stop = (reason: string) => {
    if (stopping) return
    stopping = true
    log.info({ reason }, 'stopping')
    const late = setTimeout(() => {
      log.error('requests were still running when the time to stop was over')
      process.exit(1)
    }, config.timeouts.shutdownMs)
    late.unref()
    void close().then(
      () => {
        log.info('stopped')
        process.exit(0)
      },
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly')
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  if (!isSupervised()) return
  // The supervisor holds the other end and writes nothing: its end is the supervisor's end, whichever way it came.
  process.stdin.resume()
  process.stdin.once('close', () => {
    stop('the supervisor is gone')
  })
  process.stdin.on('error', () => undefined)
}
