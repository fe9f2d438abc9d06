/**
 * Makes the mapping of a connector file ready for use, and checks it against what the subgraph needs of each record: a field
 * that must have a value and has none here is refused now, not found out by a caller.
 */
import type { EntityDeclaration } from '../entity-table.ts'
import { ConnectorError, type ConnectorProblem } from './connector-error.ts'
import type { ConnectorFile, EntityFile, FieldFile, PropertyFile } from './connector-file.ts'
import { prepareEnum } from './enum-mapping.ts'
import { idFormat } from './id-format.ts'
import type {
  ComparisonKind,
  DefaultFilter,
  FieldKind,
  MappedEntity,
  MappedField,
  MappedKey,
  MappedVersion,
  NativeProperty,
  Value,
} from './mapped-entity.ts'
import type { ReadConnector } from './read-connector.ts'

/** The entities of one subgraph by name, as the subgraph declares them. */
export type Declarations = Readonly<Record<string, EntityDeclaration>>

export interface PreparedMapping {
  readonly entities: ReadonlyMap<string, MappedEntity>
  /** Entities that stay in our own tables, read only. */
  readonly fallback: ReadonlySet<string>
}

/** The declared shape of a field. */
interface Shape {
  readonly kind: FieldKind
  readonly nullable: boolean
}

const everyComparison: readonly ComparisonKind[] = ['eq', 'in', 'contains', 'gte', 'lte', 'gt', 'lt']
const equality: readonly ComparisonKind[] = ['eq', 'in']
const common = { createdAt: 'timestamp', updatedAt: 'timestamp' } as const

/** Prepares every entity that the subgraph declares. @throws {ConnectorError} that names every problem. */
export function prepareMapping(
  connector: ReadConnector,
  declarations: Declarations,
  readOptions: (entity: string, options: unknown) => unknown,
): PreparedMapping {
  const problems: ConnectorProblem[] = []
  const complain = (at: readonly PropertyKey[], message: string) => {
    problems.push(connector.problem(['entities', ...at], message))
  }
  const files = connector.content.entities
  const names = Object.keys(declarations)
  for (const name of Object.keys(files)) {
    if (!names.includes(name))
      complain([name], `the subgraph has no entity \`${name}\`. It has: \`${names.join('`, `')}\`.`)
  }
  const keys = prepareKeys(files, complain)
  const entities = new Map<string, MappedEntity>()
  const fallback = new Set<string>()
  for (const [name, declaration] of Object.entries(declarations)) {
    const file = files[name]
    if (file === undefined) {
      complain(
        [],
        `the entity \`${name}\` is not mapped; map it, or leave it in our own tables with \`fallback: postgres\`.`,
      )
    } else if ('fallback' in file) fallback.add(name)
    else {
      const key = keys.get(name)
      if (!key) continue
      const options = readOptions(name, file.options)
      entities.set(name, prepareEntity({ name, file, declaration, key, keys, options, complain }))
    }
  }
  if (problems.length > 0) throw new ConnectorError(connector.name, problems)
  return { entities, fallback }
}

type Complain = (at: readonly PropertyKey[], message: string) => void

interface Preparing {
  readonly name: string
  readonly file: EntityFile
  readonly declaration: EntityDeclaration
  readonly key: MappedKey
  readonly keys: ReadonlyMap<string, MappedKey>
  readonly options: unknown
  readonly complain: Complain
}

function prepareEntity(preparing: Preparing): MappedEntity {
  const { name, file, declaration, key, options, complain } = preparing
  const shapes = new Map(
    Object.entries({ ...common, ...declaration.fields }).map(([field, kind]) => [field, shapeOf(kind)]),
  )
  for (const field of Object.keys(file.fields)) {
    if (shapes.has(field)) continue
    const valid = [...shapes.keys()].join('`, `')
    complain([name, 'fields', field], `the entity has no field \`${field}\`. It has: \`${valid}\`.`)
  }
  const fields = new Map<string, MappedField>()
  const constants = new Map<string, Value>()
  const unmapped: string[] = []
  for (const [field, shape] of shapes) {
    const given = Object.hasOwn(file.fields, field) ? file.fields[field] : undefined
    if (given === undefined) {
      if (shape.nullable) unmapped.push(field)
      else complain([name, 'fields'], `the field \`${field}\` must have a value; map it, or give it a \`constant\`.`)
    } else if (typeof given === 'object' && 'constant' in given) constants.set(field, given.constant)
    else fields.set(field, prepareField(preparing, field, shape, given))
  }
  if (file.mutations.update && file.version === undefined) {
    complain([name, 'mutations', 'update'], 'needs a `version`, or a change could undo somebody else’s unseen.')
  }
  return {
    name,
    collection: file.collection,
    key,
    version: prepareVersion(file),
    fields,
    constants,
    unmapped,
    where: prepareWhere(file),
    paging: file.paging,
    clientSideRows: file.clientSide?.rows ?? null,
    mutations: file.mutations,
    correlation: file.correlation === undefined ? null : prepareProperty(file.correlation, textShape),
    defaults: file.defaults.map(({ value, ...property }) => ({
      property: prepareProperty(property, { kind: kindOf(value), nullable: true }),
      value,
    })),
    options,
  }
}

function prepareField(
  { name, keys, complain }: Preparing,
  field: string,
  shape: Shape,
  given: Exclude<FieldFile, { constant: unknown }>,
): MappedField {
  const at = [name, 'fields', field]
  const file = typeof given === 'string' ? { path: given, readOnly: false, sort: true } : given
  const isKeyed = file.format !== undefined || file.reference !== undefined
  const enumeration = file.enum === undefined ? null : prepareEnum(file.enum, file.otherwise, (m) => complain(at, m))
  const native = enumeration ? (file.kind ?? enumeration.kind) : (file.kind ?? shape.kind)
  const property = { ...prepareProperty(file, { ...shape, kind: native }), native: file.native ?? null }
  const target = file.reference === undefined ? undefined : keys.get(file.reference)
  if (file.reference !== undefined && target?.parts.length !== 1) {
    complain([...at, 'reference'], `names \`${file.reference}\`, which is no mapped entity with a key of one part.`)
  }
  if (enumeration !== null && isKeyed) complain(at, 'has both an `enum` and an id form; give one of them.')
  const format = file.format === undefined ? null : idFormat(file.format, ['key'])
  const same = (value: Value) => value
  const translation = enumeration
    ? { toRecord: enumeration.toRecord(`${name}.${field}`), toNative: enumeration.toNative }
    : format
      ? keyed({ parts: [property], format: format.write, parse: format.read })
      : target
        ? keyed(target)
        : { toRecord: same, toNative: (value: Value) => [value] }
  // With `otherwise`, one value of the contract stands for an open set of native ones, and no condition describes that.
  const limited = file.otherwise !== undefined ? [] : enumeration !== null || isKeyed ? equality : everyComparison
  return {
    ...property,
    // Enums come in the order of the system, ids as it keeps them: only equality means the same on both sides.
    comparisons: new Set((file.filter ?? everyComparison).filter((each) => limited.includes(each))),
    sortable: file.sort && shape.kind !== 'json',
    name: field,
    writable: !file.readOnly,
    toRecord: (value) => (value === null && enumeration?.hasNull !== true ? null : translation.toRecord(value)),
    toNative: (value) => (value === null ? [null] : translation.toNative(value)),
  }
}

/** A field that holds the key of a record, shown as the id of that record. */
function keyed({ parts, format, parse }: Pick<MappedKey, 'format' | 'parse'> & { parts: readonly NativeProperty[] }) {
  return {
    toRecord: (value: Value): Value => format([value]),
    toNative: (value: Value): readonly Value[] => {
      const key = typeof value === 'string' ? parse(value)?.[0] : undefined
      if (key === undefined) return []
      return [parts[0]?.kind === 'int' ? Number(key) : key]
    },
  }
}

/** The keys of all entities first: a field of one may refer to another. */
function prepareKeys(files: ConnectorFile['entities'], complain: Complain): ReadonlyMap<string, MappedKey> {
  const keys = new Map<string, MappedKey>()
  for (const [name, file] of Object.entries(files)) {
    if (!('key' in file)) continue
    const given =
      typeof file.key === 'string' ? { fields: file.key, kind: 'text' as const, assign: 'system' as const } : file.key
    const properties = [given.fields].flat().map((each) => prepareProperty(each, { kind: given.kind, nullable: false }))
    const names = properties.map(({ path }) => path.join('.'))
    const fallbackForm = names.length === 1 ? '{key}' : null
    const form = ('format' in given ? given.format : undefined) ?? fallbackForm
    if (form === null) {
      complain([name, 'key'], 'has several fields, so it needs a `format` like `{CompanyCode}-{Document}`.')
      continue
    }
    const format = idFormat(form, names.length === 1 ? ['key'] : names)
    if (format === null) {
      const wanted = names.length === 1 ? '`{key}`' : names.map((each) => `\`{${each}}\``).join(', ')
      complain([name, 'key', 'format'], `must name ${wanted} once each, with something else between them.`)
      continue
    }
    const parts = properties.map((property) => keyPart(property))
    if (given.assign === 'uuid' && (parts.length > 1 || given.kind === 'int')) {
      complain([name, 'key', 'assign'], 'can be `uuid` only for a key of one text property.')
    }
    keys.set(name, {
      assigned: given.assign,
      parts,
      format: format.write,
      parse: (id) => readKey(parts, format.read(id)),
    })
  }
  return keys
}

function readKey(parts: readonly MappedField[], texts: readonly string[] | null): readonly Value[] | null {
  if (texts === null) return null
  const values = texts.map((text, index) => {
    if (parts[index]?.kind !== 'int') return text
    return /^(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : null
  })
  return values.includes(null) ? null : values
}

function keyPart(property: NativeProperty): MappedField {
  return {
    ...property,
    name: 'id',
    writable: false,
    sortable: true,
    comparisons: new Set(['eq', 'in', 'gt', 'lt']),
    toRecord: (value) => value,
    toNative: (value) => [value],
  }
}

function prepareVersion({ version }: EntityFile): MappedVersion {
  if (version === undefined) return { from: 'none' }
  if ('etag' in version) return { from: 'etag' }
  if ('hash' in version) return { from: 'hash', field: keyPart(prepareProperty(version.hash, textShape)) }
  return { from: 'field', field: keyPart(prepareProperty(version.field, { kind: 'int', nullable: false })) }
}

function prepareWhere({ where }: EntityFile): readonly DefaultFilter[] {
  return where.map(({ eq, in: values, ...property }) => {
    const example = values?.[0] ?? eq ?? null
    return {
      property: prepareProperty(property, { kind: kindOf(example), nullable: true }),
      comparison: values === undefined ? { eq: eq ?? null } : { in: values },
    }
  })
}

const textShape: Shape = { kind: 'text', nullable: true }

function prepareProperty(file: string | PropertyFile, shape: Shape): NativeProperty {
  const given: PropertyFile = typeof file === 'string' ? { path: file } : file
  return {
    path: given.path.split('.'),
    kind: given.kind ?? shape.kind,
    native: given.native ?? null,
    scale: given.scale ?? null,
    nullable: shape.nullable,
  }
}

function kindOf(value: Value): FieldKind {
  if (typeof value === 'boolean') return 'boolean'
  return typeof value === 'number' ? 'int' : 'text'
}

function shapeOf(declared: string): Shape {
  const nullable = declared.endsWith('?')
  return { kind: (nullable ? declared.slice(0, -1) : declared) as FieldKind, nullable }
}
