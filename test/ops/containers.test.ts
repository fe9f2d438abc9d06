/** The container files say what the code has: every subgraph, every metric, every folder that runs. They are checked, not run. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../gateway/metrics.ts'
import { createSubgraphMetrics } from '../../processes/subgraph-metrics.ts'
import { subgraphNames } from '../../subgraphs/index.ts'

const root = path.resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(path.join(root, file), 'utf8')

interface Service {
  readonly image?: string
  readonly command?: readonly string[]
  readonly networks?: readonly string[]
  readonly network_mode?: string
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, unknown>> | readonly string[]
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as { readonly services: Record<string, Service> }
const service = (name: string): Service => compose.services[name]!
const ours = Object.keys(compose.services).filter((name) => service(name).image === 'mandate')

describe('docker-compose.yml', () => {
  test('has a service for each subgraph, and the gateways know where each is', () => {
    const served = ours.filter((name) => service(name).command?.[1] === 'processes/subgraph.ts')
    expect(served.toSorted()).toEqual([...subgraphNames].toSorted())
    for (const name of served) expect(service(name).command).toEqual(['node', 'processes/subgraph.ts', name])
    const addresses = [...subgraphNames].toSorted().map((name) => `${name}=http://${name}:4000/graphql`)
    for (const gateway of ['gateway-1', 'gateway-2']) {
      expect(service(gateway).environment?.['MANDATE_SUBGRAPHS']?.split(',').toSorted()).toEqual(addresses)
    }
  })

  test('no subgraph is on the network that callers reach, and nothing is published beyond this machine', () => {
    for (const name of subgraphNames) expect(service(name)).toMatchObject({ networks: ['inside'] })
    for (const { ports = [] } of Object.values(compose.services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/u)
    }
    for (const name of subgraphNames) expect(service(name).ports).toBeUndefined()
  })

  test('our processes may gain no rights and write nowhere but in their volumes', () => {
    for (const name of ours) {
      expect(service(name), name).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
    }
  })

  test('names only files that are there', () => {
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes)
    const files = mounted.filter((volume) => volume.startsWith('./')).map((volume) => volume.split(':')[0]!)
    expect(files.length).toBeGreaterThan(3)
    for (const file of files) expect(existsSync(path.join(root, file)), file).toBe(true)
    for (const name of ours) {
      const [, file] = service(name).command ?? []
      if (file !== undefined) expect(existsSync(path.join(root, file)), file).toBe(true)
    }
  })
})

describe('Dockerfile', () => {
  const lines = read('Dockerfile').split('\n')
  const copied = lines.flatMap((line) => /^COPY (?<from>[\w-]+) [\w-]+$/u.exec(line)?.groups?.['from'] ?? [])

  test('runs on Node 24 without root, and knows when it is well', () => {
    expect(lines.filter((line) => line.startsWith('FROM ')).every((line) => line.startsWith('FROM node:24'))).toBe(true)
    expect(lines).toContain('USER node')
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true)
  })

  test('takes every folder that runs and none that does not', () => {
    const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const notRun = new Set(['bench', 'clients', 'docs', 'examples', 'node_modules', 'ops', 'test', 'coverage'])
    const expected = folders.map(({ name }) => name).filter((name) => !name.startsWith('.') && !notRun.has(name))
    expect(copied.toSorted()).toEqual(expected.toSorted())
  })
})

describe('what is measured', () => {
  const known = async () => {
    const registries = [createMetrics().registry, createSubgraphMetrics('crm', () => 0).registry]
    const metrics = (await Promise.all(registries.map((registry) => registry.getMetricsAsJSON()))).flat()
    return new Set(metrics.flatMap(({ name }) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]))
  }
  const metricsIn = (text: string) => [...text.matchAll(/\bmandate_[a-z0-9_]+/gu)].map(([name]) => name)

  test('every metric of the dashboard and of the alerts exists', async () => {
    const used = new Set([
      ...metricsIn(read('ops/grafana/dashboards/mandate.json')),
      ...metricsIn(read('ops/alerts.yml')),
    ])
    expect(used.size).toBeGreaterThan(6)
    const names = await known()
    expect([...used].filter((name) => !names.has(name))).toEqual([])
  })

  test('Prometheus asks every gateway and every subgraph', () => {
    const { scrape_configs: jobs } = parse(read('ops/prometheus.yml')) as {
      readonly scrape_configs: readonly {
        readonly static_configs: readonly { readonly targets: readonly string[] }[]
      }[]
    }
    const targets = jobs.flatMap((job) => job.static_configs.flatMap(({ targets: each }) => each))
    expect(targets.toSorted()).toEqual(
      ['gateway-1:4000', 'gateway-1:4001', ...subgraphNames.map((name) => `${name}:4000`)].toSorted(),
    )
  })
})
