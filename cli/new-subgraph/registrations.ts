/** The lists of the house that name every system, and what a new system adds to each of them. */
import type { Words } from './templates.ts'
import { addToLists, anEntry, anImport, aParent, asAnotherHas, type Addition } from './typescript-lists.ts'
import { addSystemToYaml } from './yaml-lists.ts'

/** The system whose place in a list shows where a new one belongs, where a list says more than names. */
const model = 'crm'

/** A list file, and how its text becomes the one with the new system. */
export interface Registration {
  readonly file: string
  /** False for a file that an installation may do without. */
  readonly needed: boolean
  readonly register: (text: string) => string
}

/** Every list that a new system is added to. */
export function registrationsOf(words: Words): readonly Registration[] {
  const { system, System, things } = words
  const name = words['system-name']
  const key = keyed(name)
  const inTypeScript = (file: string, ...additions: readonly Addition[]): Registration => ({
    file,
    needed: true,
    register: (text) => addToLists(file, text, additions),
  })
  const inYaml = (file: string): Registration => ({
    file,
    needed: false,
    register: (text) => addSystemToYaml(file, text, model, name),
  })
  return [
    inTypeScript(
      'policies/index.ts',
      anImport(`import { ${system} } from './${name}.ts'`),
      anImport(`import { ${system}Agent } from './roles/${name}-agent.ts'`),
      anEntry('tables', key === system ? system : `${key}: ${system}`, /^governance\b/),
      // Agents stand before people.
      anEntry('policies.roles', `${system}Agent`, /^\w+(?<!Agent)$/),
    ),
    inTypeScript(
      'policies/scopes.ts',
      anEntry('scopes', scope(`${name}:read`, `Read ${words['things words']}`, name, ['agent', 'person']), /^'ledger:/),
      anEntry(
        'scopes',
        scope(`${name}:write`, `Enter and change ${words['things words']}, move them on`, name, ['person']),
        /^'ledger:/,
      ),
    ),
    inTypeScript(
      'policies/purposes.ts',
      anEntry('purposes', `${key}: { title: 'Keep ${words['things words']} as they are in the world' }`, /^audit\b/),
    ),
    inTypeScript(
      'policies/cases/case.ts',
      anEntry('cast', `${keyed(`${name}-agent`)}: 'agent:${name}-agent'`, /: 'person:/),
    ),
    inTypeScript(
      'policies/cases/index.ts',
      anImport(`import { ${system}Cases } from './${name}.ts'`),
      anEntry('caseGroups', `${system}Cases`, /^governanceCases$/),
    ),
    inTypeScript(
      'gateway/identity/demo-identities.ts',
      anEntry(
        'demoIdentities',
        `agent('${name}-agent', '${words['System words']} agent: ${words['things words']}')`,
        /^person\(/,
      ),
    ),
    inTypeScript('subgraphs/index.ts', asAnotherHas(/\b(?:createCrm|crmTables)\b/, asOf(words), /createGovernance/)),
    inTypeScript(
      'storage/tables.ts',
      anImport(`import type { ${System}Tables } from './tables/${name}.ts'`),
      aParent('Tables', `${System}Tables`),
    ),
    inTypeScript(
      'storage/migrations/index.ts',
      anImport(`import * as ${system} from './${words.migration}.ts'`),
      anEntry('migrations', `'${words.migration}': ${system}`),
    ),
    inTypeScript(
      'test/subgraphs/index.test.ts',
      anEntry('queries', `${key}: '{ ${things} { totalCount } }'`, /^governance\b/),
    ),
    inYaml('docker-compose.yml'),
    inYaml('ops/prometheus.yml'),
  ]
}

/** Turns what `subgraphs/index.ts` says of the model into what it says of the new system; null for more than names. */
function asOf({ system, System, 'system-name': name }: Words): (text: string) => string | null {
  const names: readonly (readonly [RegExp, string])[] = [
    [/^crm(?=:)/, keyed(name)],
    [/'crm'/g, `'${name}'`],
    [/\.\/crm\/crm\.ts/g, `./${name}/${name}.ts`],
    [/\.\/crm\//g, `./${name}/`],
    [/\bcreateCrm\b/g, `create${System}`],
    [/\bcrmTables\b/g, `${system}Tables`],
  ]
  const replaced = (text: string, by: (name: string) => string) =>
    names.reduce((result, [pattern, own]) => result.replace(pattern, () => by(own)), text)
  return (text) => (/crm/i.test(replaced(text, () => '')) ? null : replaced(text, (own) => own))
}

/** A name with a dash is no identifier. */
function keyed(name: string): string {
  return name.includes('-') ? `'${name}'` : name
}

function scope(name: string, title: string, owner: string, requestable: readonly string[]): string {
  const kinds = requestable.map((kind) => `'${kind}'`).join(', ')
  // Until somebody says whose data it is.
  return `'${name}': { title: '${title}', owner: '${owner}', decidedBy: 'security-engineer', requestable: [${kinds}] }`
}
