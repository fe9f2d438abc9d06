/** Mandate with everything on (identity, policies, checks, ledger), its business subgraphs in another process. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createApp } from '../gateway/app.ts'
import { readConfig } from '../gateway/config.ts'
import { createLog } from '../gateway/log.ts'
import { realWorld } from '../lib/world.ts'
import { serveParent } from './process.ts'

const { urls, port } = JSON.parse(process.argv[2] ?? '{}') as { urls: Record<string, string>; port: number }
const folder = await mkdtemp(path.join(tmpdir(), 'mandate-bench-'))
const { DATABASE_URL, REDIS_URL } = process.env
const config = readConfig({ env: { MANDATE_DATA: folder, PORT: String(port), DATABASE_URL, REDIS_URL }, folder })
const app = await createApp({
  config: {
    ...config,
    demoData: false,
    subgraphs: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, { url }])),
    limits: { ...config.limits, costPerMinute: 1_000_000_000 },
  },
  world: realWorld,
  log: createLog({ level: 'warn' }),
  env: {},
})
await app.listen()
const token = (await app.mint?.('support-agent')) ?? ''
serveParent(
  {
    url: `${app.address}/graphql`,
    headers: { authorization: `Bearer ${token}` },
  },
  async () => {
    await app.close()
    await rm(folder, { recursive: true, force: true })
  },
)
