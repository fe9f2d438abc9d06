/** `schema check` beside a running gateway: what breaks is weighed by what the ledger says is used. */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { repository, startGateway } from '../support/process.ts'

test('a breaking change of what is used stops, one of what nobody used does not', async () => {
  await using gateway = await startGateway()
  await gateway.graphql('support-agent', '{ account(id: "acc-0001") { name tier } }')
  await gateway.graphql('support-agent', '{ account(id: "acc-0001") { tier } }')
  const api = await readFile(path.join(repository, 'schema', 'api.graphql'), 'utf8')
  /** Compares with an API that had this in the type `Account`. */
  const checkAgainst = async (edit: (sdl: string) => string) => {
    const file = path.join(gateway.folder, 'before.graphql')
    const edited = edit(api)
    expect(edited).not.toBe(api)
    await writeFile(file, edited)
    return await gateway.mandate('schema', 'check', '--against', file)
  }
  const account = /^type Account \{\n/mu

  const unused = await checkAgainst((sdl) => sdl.replace(account, '$&  nickname: String\n'))
  expect(unused.code).toBe(0)
  expect(unused.stdout).toMatch(/BREAKING {2}Account\.nickname .*\[not used\]/u)

  const used = await checkAgainst((sdl) =>
    sdl.replace(/^(type Account \{[\s\S]*?\n {2}tier: )AccountTier!/mu, '$1String'),
  )
  expect(used.code).toBe(1)
  expect(used.stdout).toMatch(/BREAKING {2}Account\.tier .*\[2 requests by agent:support-agent\]/u)
  expect(used.stderr).toContain('1 breaking change concerns what is used')

  const nothing = await gateway.mandate('schema', 'check')
  expect(nothing).toMatchObject({ code: 0 })
  expect(nothing.stdout).toContain('Nothing changes against')
}, 120_000)
