/** `npm start`: reads the settings, starts a gateway, says what a newcomer needs, and stops cleanly on a signal. */
import { realWorld } from '../lib/world.ts'
import { type App, createApp } from './app.ts'
import type { Config } from './config.ts'
import { clearLine, isSupervised, listenOn, runProcess } from './run-process.ts'
import { createSeedProgress } from './seed-progress.ts'
import { welcomeOf } from './welcome.ts'

await runProcess(async ({ config, log, onStop }) => {
  const showStep = progress(config)
  const seeding = createSeedProgress({
    stream: process.stderr,
    isTerminal: process.stderr.isTTY && config.environment !== 'production',
    now: () => performance.now(),
  })
  const app = await createApp({
    config,
    world: realWorld,
    log,
    env: process.env,
    onProgress: (step) => {
      seeding.end()
      showStep(step)
    },
    onSeeding: (done, rows) => seeding.update(done, rows),
  })
  onStop(() => app.close())
  rotateOnSignal(app)
  await listenOn(
    config.server.port,
    () => app.listen(),
    () => app.close(),
  )
  const seconds = performance.now() / 1000
  process.stderr.write(clearLine)
  if (!isSupervised()) process.stdout.write(welcomeOf(app, config, seconds))
})

/** What is being done while the gateway starts, one line that is written over; nothing where nobody watches. */
function progress(config: Config): (step: string) => void {
  if (!process.stderr.isTTY || config.environment === 'production') return () => undefined
  return (step) => process.stderr.write(`\r\x1b[2K  ${step} …`)
}

/** A terminal that is closed sends the same signal, and means another thing by it. */
function rotateOnSignal(app: App): void {
  if (process.stdin.isTTY) return
  process.on('SIGHUP', () => void app.rotateStatementKey())
}
