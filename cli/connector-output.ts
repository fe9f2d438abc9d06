/** Writes what `connector test` has found for people who read a terminal. */
import type { ConnectorProbe, EntityProbe } from '../subgraphs/sources/probe-connector.ts'
import { safeText } from '../gateway/audit/safe-text.ts'
import { table } from './table.ts'

/** The whole answer. */
export function renderProbe({ connector, kind, health, entities, fallback }: ConnectorProbe): string {
  const head = `Connector ${connector} (${kind}): ${health.detail} ${health.milliseconds} ms\n`
  const rest = fallback.length === 0 ? '' : `\nIn our own tables, read only: ${fallback.join(', ')}\n`
  return `${head}${entities.map(renderEntity).join('')}${rest}`
}

function renderEntity(probe: EntityProbe): string {
  const { entity, collection, ok, milliseconds, sample, emptyFields, unmappedProperties, capabilities, problems } =
    probe
  const { filters, sorts, count, transactions, versions, changes } = capabilities
  const filterable = Object.entries(filters).filter(([, comparisons]) => comparisons.length > 0)
  const writes =
    changes.length === 0
      ? 'read only'
      : `${changes.join(' and ')} (changes of an act ${transactions}, versions ${versions})`
  const lines = [
    `\n${ok ? 'ok  ' : 'FAIL'} ${entity} from ${collection}, ${milliseconds} ms\n`,
    ...problems.map((problem) => `     problem    ${safeText(problem, 400)}\n`),
    `     filter     ${filterable.map(([field, comparisons]) => `${field} (${comparisons.join(' ')})`).join(', ') || 'nothing'}\n`,
    `     sort       ${sorts.join(', ') || 'nothing'}${count ? '; counts' : '; does not count'}\n`,
    `     change     ${writes}\n`,
    ...(emptyFields.length === 0 ? [] : [`     always null  ${emptyFields.join(', ')}\n`]),
    `     not mapped ${unmappedProperties === null ? 'the system does not say what it has' : unmappedProperties.map((each) => safeText(each, 80)).join(', ') || 'nothing'}\n`,
  ]
  if (sample === null) return lines.join('') + (ok ? '     sample     there is no record\n' : '')
  const rows = Object.entries(sample).map(([field, value]) => [field, value === null ? 'null' : JSON.stringify(value)])
  const indented = table(['field', 'sample'], rows, 80).replace(/^/gm, '     ').trimEnd()
  return `${lines.join('')}${indented}\n`
}
