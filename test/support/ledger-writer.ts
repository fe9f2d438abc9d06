/**
 * A process that writes to the ledger under load until it is killed: intents and outcomes, several at once, to the PostgreSQL
 * database of its first argument. It prints `number hash` of each entry that the ledger has acknowledged.
 */
import { openDatabase } from '../../storage/database.ts'
import { intent, openLedger, outcome } from './ledger.ts'

const [url = ''] = process.argv.slice(2)
const ledger = openLedger(await openDatabase({ kind: 'postgres', url, migrations: 'leave' }), { batchSize: 16 })

async function work(name: string): Promise<void> {
  for (let index = 1; ; index += 1) {
    const requestId = `${name}-${index}`
    for (const entry of [intent({ requestId }), outcome({ requestId })]) {
      const { seq, hash } = await ledger.append(entry)
      process.stdout.write(`${seq} ${hash}\n`)
    }
  }
}

await Promise.all(Array.from({ length: 20 }, (_, index) => work(`worker-${index}`)))
