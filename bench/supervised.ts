/** A whole distributed system for a benchmark: the supervisor of `npm run start:distributed` in a folder and on ports of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { printToken } from '../cli/token.ts'
import { realWorld } from '../lib/world.ts'
import type { Target } from './load.ts'

/** Below the ports that outgoing connections take; those that the supervisor counts from it are taken to be free. */
const port = 21_000

/** Starts it on the servers of `DATABASE_URL` and `REDIS_URL`; gives its first gateway. */
export async function startSupervised(): Promise<{ readonly target: Target } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-bench-'))
  const settings = path.join(folder, 'mandate.yaml')
  await writeFile(settings, 'limits: { costPerMinute: 1000000000 }\ndemoData: false\n')
  const env = { ...process.env, PORT: String(port), MANDATE_DATA: folder, MANDATE_CONFIG: settings, LOG_LEVEL: 'warn' }
  const child = spawn(process.execPath, [path.resolve(import.meta.dirname, '../processes/distributed.ts')], {
    env: { ...env, NODE_ENV: 'development' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  while (!output.includes('is ready (')) {
    if (child.exitCode !== null) throw new Error(`The distributed system did not start:\n${output}`)
    await delay(100)
  }
  const url = `http://localhost:${port}`
  let token = ''
  const write = (text: string) => void (token += text.trim())
  await printToken({ identity: 'support-agent', url, dataFolder: folder }, { env, fetch, world: realWorld, write })
  return {
    target: { url: `${url}/graphql`, headers: { authorization: `Bearer ${token}` } },
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
