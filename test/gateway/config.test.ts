import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ConfigError, environmentVariables, readConfig } from '../../gateway/config.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'mandate-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

const read = (env: Record<string, string> = {}, yaml?: string) => {
  if (yaml !== undefined) writeFileSync(path.join(folder, 'mandate.yaml'), yaml)
  else rmSync(path.join(folder, 'mandate.yaml'), { force: true })
  return readConfig({ env, folder })
}
const refusal = (env: Record<string, string>, yaml?: string) => {
  try {
    read(env, yaml)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
}

describe('readConfig', () => {
  test('needs nothing: the defaults are complete', () => {
    const config = read()
    expect(config.server.port).toBe(4000)
    expect(config.server.host).toBe('127.0.0.1')
    expect(config.data).toBe(path.join(folder, '.mandate'))
    expect(config.database.url).toBeUndefined()
    expect([config.explorer, config.identity.developmentIssuer]).toEqual([true, true])
  })
  test('production switches the explorer and the development issuer off', () => {
    const config = read({ NODE_ENV: 'production' })
    expect([config.explorer, config.identity.developmentIssuer]).toEqual([false, false])
  })
  test('the environment wins over the file', () => {
    expect(read({ PORT: '4100' }, 'server: { port: 4200, host: 127.0.0.2 }').server).toEqual({
      port: 4100,
      host: '127.0.0.2',
    })
  })
  test('an empty variable counts as unset', () => {
    expect(read({ DATABASE_URL: '' }).database.url).toBeUndefined()
  })
  test('addresses of subgraphs come on top of what the file says', () => {
    const env = { MANDATE_SUBGRAPHS: 'crm=http://crm/graphql, itsm=http://itsm/graphql?a=b' }
    expect(
      read(env, 'subgraphs: { finance: { url: "http://f/graphql" }, crm: { url: "http://old/graphql" } }'),
    ).toMatchObject({
      subgraphs: {
        finance: { url: 'http://f/graphql' },
        crm: { url: 'http://crm/graphql' },
        itsm: { url: 'http://itsm/graphql?a=b' },
      },
    })
  })
  test('a list stands in a variable with commas between', () => {
    expect(read({ MANDATE_STATEMENT_KEYS: 'http://a.example/k, http://b.example/k' }).statements.keyUrls).toEqual([
      'http://a.example/k',
      'http://b.example/k',
    ])
  })
  test('every variable of the list sets something', () => {
    for (const [variable, keys] of Object.entries(environmentVariables)) {
      const value = {
        NODE_ENV: 'test',
        PORT: '4001',
        LOG_LEVEL: 'warn',
        MANDATE_PUBLIC_URL: 'http://x.example',
        MANDATE_DEVELOPMENT_ISSUER: 'http://localhost:4010',
        MANDATE_SUBGRAPHS: 'crm=http://crm/graphql',
        MANDATE_STATEMENT_KEYS: 'http://x.example',
        MANDATE_KEYS_OVER_HTTP: 'true',
        MANDATE_DEMO_SCALE: '10',
      }[variable]
      const before = JSON.stringify(keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], read()))
      const after = JSON.stringify(
        keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], read({ [variable]: value ?? 'other' })),
      )
      expect(after, variable).not.toBe(before)
    }
  })
})

describe('a setting that cannot be used', () => {
  test('an unknown key is refused with the keys that exist', () => {
    expect(refusal({}, 'limits: { tokns: 4 }')).toContain(
      '`limits` has no setting `tokns`. It has: `bodyBytes`, `tokens`',
    )
  })
  test('an unknown section too', () => {
    expect(refusal({}, 'sevrer: {}')).toContain(
      '`the top level` has no setting `sevrer`. It has: `environment`, `server`',
    )
  })
  test('an address of a subgraph that is none', () => {
    expect(refusal({ MANDATE_SUBGRAPHS: 'crm' })).toContain('`subgraphs.crm.url`')
  })
  test('all problems are told at once', () => {
    const message = refusal({ PORT: '99999' }, 'limits: { depth: 0 }')
    expect(message).toContain('`server.port`')
    expect(message).toContain('`limits.depth`')
  })
  test('a named file that is not there', () => {
    expect(refusal({ MANDATE_CONFIG: 'other.yaml' })).toContain('`other.yaml`')
  })
  test('a file that is no map', () => {
    expect(refusal({}, '- a\n- b')).toContain('key: value')
  })
})
