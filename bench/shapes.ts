/**
 * `npm run bench:shapes [-- --seconds 8 --rounds 3 --sockets 16]`: the same system in three shapes, in turns, in one run: everything in one process; the
 * gateway in one and all subgraphs in another, over HTTP; and distributed, where one of its two gateways is asked. All on the PostgreSQL of
 * DATABASE_URL, in a database of the run's own, and the Redis of REDIS_URL. Then what a statement costs.
 */
import { randomUUID } from 'node:crypto'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { openDatabase } from '../storage/database.ts'
import { seedCompany } from '../subgraphs/company/seed.ts'
import { freePort } from './free-port.ts'
import { type Measurement, type Target, send } from './load.ts'
import { workloads } from './operations.ts'
import { startServer } from './process.ts'
import { median, row } from './report.ts'
import { measureStatements } from './statements.ts'
import { startSupervised } from './supervised.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
    sockets: { type: 'string', default: '16' },
  },
})
const [seconds, rounds, sockets] = [Number(values.seconds), Number(values.rounds), Number(values.sockets)]
const { DATABASE_URL, REDIS_URL } = process.env
if (!DATABASE_URL || !REDIS_URL) throw new Error('Set DATABASE_URL and REDIS_URL: the three shapes share both.')

const warmUpSeconds = 4
const say = (text: string) => process.stderr.write(process.stderr.isTTY ? `\r\x1b[2K${text}` : `${text}\n`)

await using stack = new AsyncDisposableStack()
const url = await ownDatabase(DATABASE_URL)
process.env['DATABASE_URL'] = url

say('Starting the three shapes …')
const [alone, split] = [await freePort(), await freePort()]
const inProcess = stack.use(await startServer<Target>('mandate.ts', { urls: {}, port: alone }))
const keyUrl = `http://127.0.0.1:${split}/.well-known/statement-keys.json`
const subgraphs = stack.use(await startServer<{ urls: Record<string, string> }>('verified-subgraphs.ts', { keyUrl }))
const overHttp = stack.use(await startServer<Target>('mandate.ts', { urls: subgraphs.ready.urls, port: split }))
const distributed = stack.use(await startSupervised())
const shapes = [
  { name: 'in process', target: inProcess.ready },
  { name: 'over HTTP', target: overHttp.ready },
  { name: 'distributed', target: distributed.target },
] as const

const lines = [
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}; ${rounds} rounds of ${seconds} s, ${sockets} sockets; medians`,
  '',
  row(['', 'shape', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'ratio']),
]
for (const workload of workloads) {
  for (const { target } of shapes) await send(target, workload, warmUpSeconds, sockets)
  const measured = new Map<string, Measurement[]>(shapes.map(({ name }) => [name, []]))
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, target } of shapes) {
      say(`${workload.name}: round ${round} of ${rounds}, ${name} …`)
      measured.get(name)?.push(await send(target, workload, seconds, sockets))
    }
  }
  const first = measured.get('in process') ?? []
  for (const [n, { name }] of shapes.entries()) {
    const own = measured.get(name) ?? []
    const of = (read: (each: Measurement) => number, digits: number) => median(own.map(read)).toFixed(digits)
    // Each round against the same round in one process: what the machine did at that time it did to both.
    const ratios = own.map((each, round) => each.requestsPerSecond / (first[round]?.requestsPerSecond ?? Infinity))
    lines.push(
      row([
        n === 0 ? workload.name : '',
        name,
        of((each) => each.requestsPerSecond, 0),
        of((each) => each.p50, 1),
        of((each) => each.p95, 1),
        of((each) => each.p99, 1),
        `× ${median(ratios).toFixed(2)}`,
      ]),
    )
  }
  lines.push('')
}
say('')
process.stdout.write(`${lines.join('\n')}\n${await measureStatements(REDIS_URL)}`)

/** A database with the demo company, on the server that the URL names, dropped at the end. */
async function ownDatabase(server: string): Promise<string> {
  const name = `mandate_bench_${randomUUID().replaceAll('-', '')}`
  const administer = async (statement: string) => {
    const client = new pg.Client({ connectionString: server })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
  await administer(`create database ${name}`)
  stack.defer(() => administer(`drop database if exists ${name} with (force)`))
  const own = new URL(server)
  own.pathname = `/${name}`
  await using database = await openDatabase({ kind: 'postgres', url: own.href })
  await seedCompany(database)
  return own.href
}
