/** A folder with what somebody brings who puts the gateway in front of their own graph: a supergraph and its rules. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface ForeignFolder extends AsyncDisposable {
  readonly folder: string
  readonly supergraph: string
  readonly policies: string
  write(name: string, text: string): Promise<string>
}

/** One rule for the whole schema: who holds `graph:use` may do everything. */
export const oneRule = `import { callerMay, definePolicies } from 'mandate/policies'

export const policies = definePolicies({
  everything: callerMay('graph:use'),
  scopes: { 'graph:use': { title: 'Use the graph', owner: 'the platform team', requestable: [] } },
  purposes: {},
  roles: [
    { key: 'worker', kind: 'agent', title: 'Worker', responsibilities: [], scopes: ['graph:use'], purposes: [], autonomy: 3 },
    { key: 'guest', kind: 'agent', title: 'Guest', responsibilities: [], scopes: [], purposes: [], autonomy: 3 },
  ],
})
`

export async function foreignFolder(supergraphSdl: string, policies: string = oneRule): Promise<ForeignFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mandate-foreign-'))
  const write = async (name: string, text: string) => {
    const file = path.join(folder, name)
    await mkdir(path.dirname(file), { recursive: true })
    await writeFile(file, text)
    return file
  }
  return {
    folder,
    supergraph: await write('supergraph.graphql', supergraphSdl),
    policies: path.dirname(await write('policies/index.ts', policies)),
    write,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
