/** Every example that we ship is one that would start: it fits its schema, its kind, and the entities of its subgraph. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { systemEntities } from '../../../../subgraphs/index.ts'
import { silentObserver } from '../../../../subgraphs/sources/http/connector-observer.ts'
import { openDriver } from '../../../../subgraphs/sources/open-connector.ts'
import { repository } from '../../../support/process.ts'
import { stillWorld } from '../../../support/subgraphs.ts'

const folder = path.join(repository, 'connectors', 'examples')
const names = readdirSync(folder).map((file) => path.basename(file, '.yaml'))
// Every secret is there, so that the rest is judged.
const env = new Proxy({}, { get: () => 'a secret' })

test.each(names)('%s', async (name) => {
  const [subgraph = ''] = name.split('-')
  const declarations = systemEntities[subgraph]
  expect(declarations).toBeDefined()
  const opened = openDriver({
    folder,
    name,
    env,
    declarations: declarations!,
    world: stillWorld,
    observer: silentObserver,
  })
  expect([...opened.entities.keys(), ...opened.fallback].toSorted()).toEqual(Object.keys(declarations!).toSorted())
  await opened.close()
})
