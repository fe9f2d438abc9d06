/** `npm start`: reads the settings, starts a gateway, says what a newcomer needs, and stops cleanly on a signal. */
import { realWorld } from '../lib/world.ts'
import { FolderInUseError } from '../storage/lock.ts'
import { type App, createApp } from './app.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { CompositionError } from './federation/compose.ts'
import { type Log, createLog } from './log.ts'
import { PolicyError } from './policy/watch.ts'
import { StartError } from './start-error.ts'
import { welcome } from './welcome.ts'

/** Takes the progress line away; nothing where nobody watches. */
const clearLine = process.stderr.isTTY ? '\r\x1b[2K' : ''

await main()

async function main(): Promise<void> {
  try {
    const config = readConfig({ env: process.env, folder: process.cwd() })
    const log = createLog({ level: config.log.level })
    const app = await createApp({ config, world: realWorld, log, env: process.env, onProgress: progress(config) })
    stopOnSignal(app, config, log)
    await listen(app, config)
    const seconds = performance.now() / 1000
    process.stderr.write(clearLine)
    process.stdout.write(welcome(app, config, seconds))
  } catch (error) {
    if (!isForPeople(error)) throw error
    process.stderr.write(`${clearLine}\n${error.message}\n\n`)
    process.exitCode = 1
  }
}

/** Starts to listen; a gateway that cannot closes what it has opened. */
async function listen(app: App, { server }: Config): Promise<void> {
  try {
    await app.listen()
  } catch (cause) {
    await app.close()
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    if (code === 'EADDRINUSE') {
      throw new StartError(`Port ${server.port} is taken by another process. Stop it, or set PORT to another one.`, {
        cause,
      })
    }
    if (code === 'EACCES') {
      throw new StartError(`Port ${server.port} is not open to this account. Set PORT to one above 1023.`, { cause })
    }
    throw cause
  }
}

/** Errors whose message says what to do: shown as they are, without a stack. */
function isForPeople(error: unknown): error is Error {
  return [StartError, ConfigError, FolderInUseError, CompositionError, PolicyError].some(
    (known) => error instanceof known,
  )
}

/** What is being done while the gateway starts, one line that is written over; nothing where nobody watches. */
function progress(config: Config): (step: string) => void {
  if (!process.stderr.isTTY || config.environment === 'production') return () => undefined
  return (step) => process.stderr.write(`\r\x1b[2K  ${step} …`)
}

function stopOnSignal(app: App, config: Config, log: Log): void {
  let stopping = false
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) return
    stopping = true
    log.info({ signal }, 'stopping')
    const late = setTimeout(() => {
      log.error('requests were still running when the time to stop was over')
      process.exit(1)
    }, config.timeouts.shutdownMs)
    late.unref()
    void app.close().then(
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
}
