/** Every name that a new system needs, made from the few that its author gives, or refused with what to do. */
import { graphqlWords, postgresWords, typescriptWords } from './reserved-words.ts'

/** What the author of a new system says. */
export interface NamesInput {
  /** In kebab case: `field-service`. */
  readonly name: string
  /** The type of its one entity: `WorkOrder`. Left out: the name itself. */
  readonly entity?: string | undefined
  /** Its plural, where adding an `s` is not enough: `Analyses`. */
  readonly plural?: string | undefined
}

/** The names, each under what the templates call it. */
export interface Names {
  /** `field-service` */
  readonly 'system-name': string
  /** `fieldService` */
  readonly system: string
  /** `FieldService` */
  readonly System: string
  /** `field service` */
  readonly 'system words': string
  readonly 'System words': string
  /** `a field service` */
  readonly 'a system words': string
  /** The PostgreSQL schema: `field_service`. */
  readonly schema: string
  /** `WorkOrder` */
  readonly Thing: string
  /** `workOrder` */
  readonly thing: string
  readonly Things: string
  readonly things: string
  /** `work order` */
  readonly 'thing words': string
  readonly 'a thing words': string
  readonly 'A thing words': string
  readonly 'things words': string
  readonly 'Things words': string
  /** `work-order` */
  readonly 'thing-file': string
  /** What its ids begin with: `work-order-`. */
  readonly prefix: string
  /** `work_orders` */
  readonly table: string
  /** `work_order_ids` */
  readonly sequence: string
}

/** The longest name of a system or a type: PostgreSQL cuts names after 63 bytes, and an index has the table's in its own. */
const longest = 40

/** Makes the names. @throws when one has not the form of its kind, or is a word that has a meaning of its own. */
export function readNames({ name, entity, plural }: NamesInput): Names {
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(name) || name.length > longest) {
    throw new Error(
      `\`${name}\` is not a name for a subgraph: write lower-case words with dashes between them, like \`field-service\`, up to ${longest} letters.`,
    )
  }
  const Thing = entity ?? pascal(singular(name))
  const Things = plural ?? pluralOf(Thing)
  requireTypeName(Thing, '--entity')
  requireTypeName(Things, '--plural')
  if (camel(kebab(Things)) === camel(kebab(Thing))) {
    throw new Error(`\`${Thing}\` has the same singular and plural: give a plural of its own with \`--plural\`.`)
  }
  const system = camel(name)
  const schema = name.replaceAll('-', '_')
  requireFreeWord(system, typescriptWords, 'a word of TypeScript, or of the file that it would stand in')
  requireFreeWord(schema, postgresWords, 'a word of PostgreSQL, or a schema that is taken')
  for (const word of [Thing, Things])
    requireFreeWord(word.toLowerCase(), graphqlWords, 'a word of GraphQL, or a type that every contract has')
  const systemWords = name.replaceAll('-', ' ')
  const thingWords = kebab(Thing).replaceAll('-', ' ')
  const thingsWords = kebab(Things).replaceAll('-', ' ')
  return {
    'system-name': name,
    system,
    System: pascal(name),
    'system words': systemWords,
    'System words': capitalised(systemWords),
    'a system words': withArticle(systemWords),
    schema,
    Thing,
    thing: camel(kebab(Thing)),
    Things,
    things: camel(kebab(Things)),
    'thing words': thingWords,
    'a thing words': withArticle(thingWords),
    'A thing words': capitalised(withArticle(thingWords)),
    'things words': thingsWords,
    'Things words': capitalised(thingsWords),
    'thing-file': kebab(Thing),
    prefix: `${kebab(Thing)}-`,
    table: kebab(Things).replaceAll('-', '_'),
    sequence: `${kebab(Thing).replaceAll('-', '_')}_ids`,
  }
}

function requireTypeName(word: string, option: string): void {
  // One capital for each word: a run of them could not be turned into other cases and back.
  if (/^(?:[A-Z][a-z]+)+$/.test(word) && word.length <= longest) return
  throw new Error(
    `\`${word}\` is not a name for a type: write words that begin with a capital, like \`WorkOrder\`, up to ${longest} letters; \`${option}\` sets it.`,
  )
}

function requireFreeWord(word: string, reserved: ReadonlySet<string>, what: string): void {
  if (reserved.has(word)) throw new Error(`\`${word}\` is ${what}: choose another name.`)
}

function pluralOf(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`
}

/** `vehicles` → `vehicle`; a word that only looks like a plural (`status`, `process`) stays. */
function singular(word: string): string {
  return /[^aiou]s$/.test(word) && !word.endsWith('ss') ? word.slice(0, -1) : word
}

function withArticle(words: string): string {
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** `work-order` → `WorkOrder`. */
function pascal(text: string): string {
  return text.split('-').map(capitalised).join('')
}

/** `work-order` → `workOrder`. */
function camel(text: string): string {
  const [first = '', ...rest] = text.split('-')
  return first + rest.map(capitalised).join('')
}

/** `WorkOrder` → `work-order`. */
function kebab(text: string): string {
  return text.replace(/(?!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()
}
