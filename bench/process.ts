/** A server of the benchmark in a process of its own: started, asked what it has used, stopped. */
import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'

/** What a server process has used since it started. */
export interface Usage {
  /** Microseconds of processor time, user and system, all threads. */
  readonly cpuMicros: number
  /** Resident memory, bytes. */
  readonly rssBytes: number
}

export interface ServerProcess<Ready> extends AsyncDisposable {
  /** What the process said when it was ready. */
  readonly ready: Ready
  usage(): Promise<Usage>
}

/** Starts `bench/<script>` with `input` and waits for its first message. */
export async function startServer<Ready>(
  script: string,
  input: object,
  env: NodeJS.ProcessEnv = {},
): Promise<ServerProcess<Ready>> {
  const child = fork(path.join(import.meta.dirname, script), [JSON.stringify(input)], {
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ready = (await nextMessage(child)) as Ready
  return {
    ready,
    async usage() {
      child.send('usage')
      return (await nextMessage(child)) as Usage
    },
    async [Symbol.asyncDispose]() {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.send('stop')
      await exited
    },
  }
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = () => {
      reject(new Error(`A server of the benchmark ended: ${child.spawnargs.join(' ')}`))
    }
    child.once('exit', onExit)
    child.once('message', (message) => {
      child.removeListener('exit', onExit)
      resolve(message)
    })
  })
}

/** The other side: tells `ready`, then answers `usage` and `stop` until the end. */
export function serveParent(ready: object, stop: () => Promise<void>): void {
  process.on('message', (message) => {
    if (message === 'usage') {
      const { user, system } = process.cpuUsage()
      process.send?.({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() } satisfies Usage)
    }
    if (message === 'stop') void stop().then(() => process.exit(0))
  })
  process.send?.(ready)
}
