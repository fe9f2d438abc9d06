/**
 * `npm run bench [-- --seconds 8 --rounds 3 --sockets 16]`: Mandate with everything on against bare Apollo, over the same HTTP subgraphs, in the same run.
 * The two take turns, so that a machine that gets slower slows both; the ratio of each pair is what counts.
 */
import { parseArgs } from 'node:util'
import { freePort } from './free-port.ts'
import { type Measurement, type Target, send } from './load.ts'
import { type Workload, workloads } from './operations.ts'
import { type ServerProcess, startServer } from './process.ts'
import { type Round, renderReport } from './report.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    sockets: { type: 'string', default: '16' },
    json: { type: 'boolean', default: false },
  },
})
const [seconds, rounds, sockets] = [Number(values.seconds), Number(values.rounds), Number(values.sockets)]

/** Long enough for the compiler of the machine code to have seen everything. */
const warmUpSeconds = 6

const say = (text: string) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${text}` : `${text}\n`)

say('Starting the subgraphs and both gateways …')
await using subgraphs = await startServer<{ urls: Record<string, string> }>('subgraphs.ts', {})
await using mandate = await startServer<Target>('mandate.ts', {
  urls: subgraphs.ready.urls,
  port: await freePort(),
})
await using bare = await startServer<Target>('bare.ts', { urls: subgraphs.ready.urls })

const measured: Round[] = []
for (const workload of workloads) {
  say(`${workload.name}: warming up …`)
  await send(mandate.ready, workload, warmUpSeconds, sockets)
  await send(bare.ready, workload, warmUpSeconds, sockets)
  for (let round = 1; round <= rounds; round += 1) {
    say(`${workload.name}: round ${round} of ${rounds} …`)
    measured.push({
      workload: workload.name,
      mandate: await measure(mandate, workload),
      bare: await measure(bare, workload),
    })
  }
}
say('')
process.stdout.write(
  values.json ? `${JSON.stringify(measured)}\n` : renderReport(measured, { seconds, rounds, sockets }),
)

async function measure(server: ServerProcess<Target>, workload: Workload) {
  const before = await server.usage()
  const measurement: Measurement = await send(server.ready, workload, seconds, sockets)
  const after = await server.usage()
  const cpuMicrosPerRequest = (after.cpuMicros - before.cpuMicros) / measurement.requests
  return { ...measurement, cpuMicrosPerRequest, rssBytes: after.rssBytes }
}
