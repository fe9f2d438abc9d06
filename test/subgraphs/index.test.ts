/** The list of subgraphs: one for each contract, over one database, and the contracts fit together. */
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { composeSupergraph } from '../../gateway/federation/compose.ts'
import { readContracts } from '../../schema/contract.ts'
import type { Database } from '../../storage/database.ts'
import { noGraphToStop } from '../../storage/stores/stop-states.ts'
import { createSubgraphs, type SubgraphsDeps } from '../../subgraphs/index.ts'
import { createDatabase } from '../support/databases.ts'
import { ask, data, subgraphDeps } from '../support/subgraphs.ts'
import { nothingRuns } from '../support/orchestration-stub.ts'

const contracts = readContracts(path.resolve(import.meta.dirname, '../../schema'))

describe('the list of subgraphs', () => {
  let database: Database
  beforeAll(async () => {
    database = await createDatabase('embedded')
  })
  afterAll(() => database.close())

  function make(more: Partial<SubgraphsDeps> = {}) {
    const nothing = () => Promise.reject(new Error('Nobody is told anything here.'))
    const controlPlane = {
      database,
      cache: { publish: nothing },
      revoke: nothing,
      roles: () => new Map(),
      policies: { revision: () => null },
      access: { maxDays: 30 },
      stopTargets: noGraphToStop,
      ...nothingRuns,
    }
    return createSubgraphs({ ...subgraphDeps(), contracts, kysely: database.kysely, controlPlane, ...more })
  }

  test('has one for each contract of schema/', () => {
    const subgraphs = make()
    expect(subgraphs.map(({ name }) => name).sort()).toEqual(contracts.map(({ name }) => name).sort())
    for (const { name, sdl } of subgraphs) expect(sdl).toBe(contracts.find((each) => each.name === name)?.sdl)
  })

  test('is made from contracts that compose', () => {
    expect(() => composeSupergraph(make())).not.toThrow()
  })

  test('every subgraph answers, and none of them another’s fetch', async () => {
    const queries = {
      crm: '{ accounts { totalCount } }',
      itsm: '{ incidents { totalCount } }',
      finance: '{ invoices { totalCount } }',
      erp: '{ salesOrders { totalCount } }',
      procurement: '{ purchaseOrders { totalCount } }',
      mes: '{ jobOrders { totalCount } }',
      'supply-chain': '{ shipments { totalCount } }',
      hr: '{ users { totalCount } }',
      governance: '{ me { id } }',
      agents: '{ agents { totalCount } }',
      orchestration: '{ workflows { nodes { key } } }',
    }
    const subgraphs = make()
    expect(subgraphs.map(({ name }) => name)).toEqual(Object.keys(queries))
    for (const subgraph of subgraphs) {
      const query = queries[subgraph.name as keyof typeof queries]
      expect(Object.keys(await data(ask(subgraph, query)))).toHaveLength(1)
      const foreign = await ask(subgraph, query, { statement: { audience: 'another' } })
      expect(foreign.data).toBeUndefined()
      expect(foreign.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }])
    }
  })

  test('a missing contract is named', () => {
    const incomplete = contracts.filter(({ name }) => name !== 'itsm')
    expect(() => make({ contracts: incomplete })).toThrow('There is no contract schema/itsm.graphql')
  })
})
