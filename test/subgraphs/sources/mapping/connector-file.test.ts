/** What a connector file must say, and how its mistakes are told: file, line, place and mend. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ConnectorError } from '../../../../subgraphs/sources/mapping/connector-error.ts'
import { prepareMapping } from '../../../../subgraphs/sources/mapping/prepare-mapping.ts'
import { readConnector } from '../../../../subgraphs/sources/mapping/read-connector.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'mandate-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

const declarations = {
  Thing: {
    table: 'x.things',
    ids: { sequence: 'x.ids', format: (n: number) => `t-${n}` },
    fields: { name: 'folded', state: 'text', price: 'decimal?', ownerId: 'text?' },
  },
} as const

const good = `kind: rest
url: https://erp.example/api
allow: [erp.example]
entities:
  Thing:
    collection: things
    key: { fields: no, format: 't-{key}' }
    fields:
      name: label
      state: { path: st, enum: { OPEN: [O, N], DONE: D } }
      createdAt: made
      updatedAt: made
`

function problems(
  yaml: string,
  env: Record<string, string> = {},
): readonly { line: number | null; at: string; message: string }[] {
  writeFileSync(path.join(folder, 'erp.yaml'), yaml)
  try {
    prepareMapping(readConnector({ folder, name: 'erp', env }), declarations, (_, options) => options)
    return []
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error
    return error.problems.map(({ line, at, message }) => ({ line, at, message }))
  }
}

test('a good file has none', () => {
  expect(problems(good)).toEqual([])
})

describe('is refused with its line', () => {
  test.each([
    [
      'an unknown key',
      good.replace('label\n', 'label\n      nickname: x\n'),
      {
        line: 10,
        at: 'entities.Thing.fields.nickname',
        message: /no field `nickname`. It has: `createdAt`, `updatedAt`, `name`/,
      },
    ],
    [
      'an unknown key at the top',
      `${good}speed: fast\n`,
      { line: 13, at: 'speed', message: /there is no key `speed` here. It has: `kind`, `url`/ },
    ],
    [
      'an unknown key inside an entity',
      good.replace('collection: things', 'collection: things\n    sise: 3'),
      { at: 'entities.Thing.sise', message: /no key `sise` here. It has: `collection`/ },
    ],
    [
      'a secret',
      good.replace('allow', 'auth: { type: bearer, token: s3cr3t }\nallow'),
      { line: 3, at: 'auth.token', message: /a reference to a secret/ },
    ],
    [
      'a secret that is not there',
      good.replace('allow', 'auth: { type: bearer, token: env:NO }\nallow'),
      { line: 3, at: 'auth.token', message: /`env:NO`, and there is nothing there/ },
    ],
    [
      'plain http',
      good.replace('https://erp', 'http://erp'),
      { line: 2, at: 'url', message: /must begin with `https:/ },
    ],
    [
      'a host that is not allowed',
      good.replace('[erp.example]', '[crm.example]'),
      { line: 2, at: 'url', message: /`erp.example`, which is not under `allow`/ },
    ],
    [
      'credentials in the URL',
      good.replace('//erp', '//u:p@erp'),
      { line: 2, at: 'url', message: /has credentials in it/ },
    ],
    [
      'a field without a value',
      good.replace('      name: label\n', ''),
      { at: 'entities.Thing.fields', message: /`name` must have a value/ },
    ],
    [
      'an entity that the subgraph does not have',
      `${good}  Toaster: { fallback: postgres }\n`,
      { line: 13, message: /no entity `Toaster`. It has: `Thing`/ },
    ],
    [
      'an entity that is not mapped',
      `${good.slice(0, good.indexOf('  Thing'))}  {}\n`,
      { message: /`Thing` is not mapped; map it, or/ },
    ],
    [
      'updates without a version',
      good.replace('collection: things', 'collection: things\n    mutations: { update: true }'),
      { line: 7, message: /needs a `version`/ },
    ],
    [
      'one native value for two of an enum',
      good.replace('DONE: D', 'DONE: O'),
      { line: 10, message: /native value `O` to two values/ },
    ],
    ['an id form without its key', good.replace("'t-{key}'", "'t-'"), { line: 7, message: /must name `{key}` once/ }],
    ['broken YAML', `${good}  - x: [`, { at: 'YAML' }],
  ] as const)('%s', (_what, yaml, expected) => {
    const [first] = problems(yaml)
    const { message, ...place } = expected as { message?: RegExp }
    expect(first).toMatchObject(place)
    if (message) expect(first?.message).toMatch(message)
    expect(JSON.stringify(problems(yaml))).not.toContain('s3cr3t')
  })
})

test('a secret comes from the environment, or from a file without its last line end', () => {
  writeFileSync(path.join(folder, 'secret'), 'from a file\n')
  const yaml = (token: string) => good.replace('allow', `auth: { type: bearer, token: '${token}' }\nallow`)
  const read = (token: string) => {
    writeFileSync(path.join(folder, 'erp.yaml'), yaml(token))
    return readConnector({ folder, name: 'erp', env: { TOKEN: 'from the environment' } }).credentials
  }
  expect(read('env:TOKEN')).toEqual({ type: 'bearer', token: 'from the environment' })
  expect(read(`file:${path.join(folder, 'secret')}`)).toEqual({ type: 'bearer', token: 'from a file' })
})
