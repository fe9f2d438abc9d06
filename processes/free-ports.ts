/** Whether the ports of a plan can be had: found out before anything starts, since somebody else's answer looks like readiness. */
import { createServer } from 'node:net'
import { StartError } from '../gateway/start-error.ts'
import type { PlannedProcess } from './plan.ts'

/** Throws, naming the processes and their ports, when another process listens there. */
export async function assertPortsFree(planned: readonly PlannedProcess[], host: string): Promise<void> {
  const taken = await Promise.all(planned.map(async (each) => ((await isFree(portOf(each), host)) ? [] : [each])))
  const named = taken.flat().map((each) => `${portOf(each)} (${each.name})`)
  if (named.length === 0) return
  const which = named.length === 1 ? `The port ${named.join()} is` : `The ports ${named.join(', ')} are`
  throw new StartError(`${which} taken by another process. Stop it, or set PORT, from which all ports are counted.`)
}

function portOf({ address }: PlannedProcess): number {
  return Number(new URL(address).port)
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(false)
    })
    server.listen(port, host, () => {
      server.close(() => {
        resolve(true)
      })
    })
  })
}
