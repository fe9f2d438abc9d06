/** `mandate company seed`: fills an empty database with the demo company, at a scale, before any gateway starts on it. */
import { InvalidArgumentError, type Command } from 'commander'
import { readConfig } from '../gateway/config.ts'
import { seedCompany } from '../gateway/federation/open-transport.ts'
import { createSeedProgress } from '../gateway/seed-progress.ts'
import { openDatabase } from '../storage/database.ts'

/** The outside world of the command. */
export interface CompanyIo {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The folder that relative paths start from. */
  readonly folder: string
  write(text: string): void
  /** Where progress goes. */
  readonly progress: { readonly stream: NodeJS.WritableStream; readonly isTerminal: boolean }
}

/** Adds `company` to the command line. */
export function addCompanyCommands(program: Command, io: CompanyIo): void {
  const company = program.command('company').description('The demo company.')
  company
    .command('seed')
    .description('Fill an empty database with it: the one of DATABASE_URL, or the embedded one of the data folder.')
    .option('--scale <scale>', 'how large: 1, 10 or 100; unset: the setting `demo.scale`', parseScale)
    .option('--json', 'answer as JSON')
    .action(async ({ scale, json }: { scale?: number; json?: boolean }) => {
      const { database: configured, data, demo } = readConfig({ env: io.env, folder: io.folder })
      const progress = createSeedProgress({ ...io.progress, now: () => performance.now() })
      await using database = await openDatabase(
        configured.url === undefined
          ? { kind: 'embedded', folder: data }
          : { kind: 'postgres', url: configured.url, poolSize: 2 },
      )
      const begun = performance.now()
      const result = await seedCompany(database, {
        scale: scale ?? demo.scale,
        onProgress: (done, rows) => progress.update(done, rows),
      }).finally(() => progress.end())
      const seconds = Math.round((performance.now() - begun) / 100) / 10
      if (json) io.write(`${JSON.stringify({ ...result, seconds })}\n`)
      else if (result.outcome === 'seeded') io.write(`The demo company is in: ${result.rows} rows in ${seconds} s.\n`)
      else io.write('The database has records already, and was left as it is.\n')
    })
}

function parseScale(text: string): number {
  if (text !== '1' && text !== '10' && text !== '100') throw new InvalidArgumentError('A scale is 1, 10 or 100.')
  return Number(text)
}
