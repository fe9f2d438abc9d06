/** The gateway as a process in front of somebody else's supergraph: started by its mandate.yaml, asked, refused, audited. */
import { expect, test } from 'vitest'
import { foreignFolder, oneRule } from '../support/foreign/files.ts'
import { startForeignGraph } from '../support/foreign/graph.ts'
import { runGateway, startGateway } from '../support/process.ts'

test('a foreign supergraph is governed from its mandate.yaml alone', async () => {
  await using graph = await startForeignGraph()
  await using files = await foreignFolder(graph.supergraphSdl)
  const config = await files.write('mandate.yaml', 'supergraph: ./supergraph.graphql\npolicies: ./policies\n')
  await using gateway = await startGateway({ env: { MANDATE_CONFIG: config }, data: 'none' })
  expect(gateway.output()).toContain('Subgraphs             library, opinions, people, post')

  const asked = '{ items(first: 2) { title ... on Book { isbn postage(country: "SE") } reviews { stars } } }'
  const answer = await gateway.graphql('worker', asked)
  expect(answer.body.data?.['items']).toEqual([
    { title: 'Tides', isbn: '978-b1', postage: 6, reviews: [{ stars: 5 }, { stars: 2 }] },
    { title: 'Moss', isbn: '978-b2', postage: null, reviews: [] },
  ])
  const refused = await gateway.graphql('guest', asked)
  expect(refused.body.errors?.[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED')

  expect((await gateway.mandate('policy', 'check')).stdout).toContain('is good')
  const explained = await gateway.mandate('policy', 'explain', 'Book.postage', '--as', 'worker')
  expect(explained.stdout).toMatch(/because of everything\s+callerMay\('graph:use'\) → allow/u)
  expect(explained.stdout).toContain('depends on Book.weight')

  // An edit of its rules is picked up like one of ours.
  await files.write('policies/index.ts', oneRule.replace("scopes: ['graph:use'], purposes", 'scopes: [], purposes'))
  await expect
    .poll(async () => (await gateway.graphql('worker', '{ carriers }')).body.errors?.length ?? 0, { timeout: 20_000 })
    .toBe(1)

  // Nothing of ours is in that graph, so the embedded ledger is read when the gateway has stopped.
  expect((await gateway.mandate('audit', 'who', 'Book.isbn')).stderr).toContain('Stop it to read the ledger')
  await gateway.stop()
  const who = await gateway.mandate('audit', 'who', 'Book.isbn')
  expect(who.stdout).toContain('agent:worker')
  expect((await gateway.mandate('audit', 'trail', 'guest')).stdout).toContain('6 denied')
  expect((await gateway.mandate('audit', 'verify')).code).toBe(0)
}, 120_000)

test('a supergraph whose demands nobody can decide does not start', async () => {
  await using graph = await startForeignGraph((name, sdl) =>
    name === 'post'
      ? sdl
          .replace('"@interfaceObject"', '"@interfaceObject", "@policy"')
          .replace('[String!]!', '[String!]! @policy(policies: [["night_shift"]])')
      : sdl,
  )
  await using files = await foreignFolder(graph.supergraphSdl)
  const config = await files.write('mandate.yaml', 'supergraph: ./supergraph.graphql\npolicies: ./policies\n')
  const { code, output } = await runGateway({ env: { MANDATE_CONFIG: config } })
  expect(code).toBe(1)
  expect(output).toContain('demands the policy `night_shift` on `Query.carriers`, and no rule has that name')
}, 60_000)
