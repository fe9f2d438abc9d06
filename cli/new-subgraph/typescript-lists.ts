/**
 * Adds to the lists of a TypeScript file by their structure, never by line: an import, an entry of an array or an object, a
 * parent of an interface, or what another system has there. What is not found, or is there already, is refused.
 */
import ts from 'typescript'
import {
  contains,
  entriesOf,
  findList,
  importsOf,
  keyOf,
  listEntries,
  namesImported,
  specifierOf,
  topLevelNames,
  type ListNode,
} from './typescript-source.ts'

/** A place in a file's text, and what is put there. */
interface Insertion {
  readonly at: number
  readonly text: string
}

/** Gives what one addition inserts. @throws when the file has no place for it, or has it already. */
export type Addition = (source: ts.SourceFile) => readonly Insertion[]

/** The text with all additions made; they are found in the text as it is before any of them. */
export function addToLists(file: string, text: string, additions: readonly Addition[]): string {
  const { diagnostics = [] } = ts.transpileModule(text, { fileName: file, reportDiagnostics: true })
  if (diagnostics.length > 0) throw new Error(`${file} cannot be read as TypeScript: correct it first.`)
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  return applyInsertions(
    text,
    additions.flatMap((addition) => addition(source)),
  )
}

/** Puts every insertion in its place. */
export function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  // From the end, so that no place moves; of several at one place the first given comes first.
  return insertions
    .toReversed()
    .sort((a, b) => b.at - a.at)
    .reduce((result, { at, text: inserted }) => result.slice(0, at) + inserted + result.slice(at), text)
}

/** An import, `import { fleet } from './fleet.ts'`, where its specifier sorts among its like. */
export function anImport(statement: string): Addition {
  return (source) => [placeImport(source, statement)]
}

/**
 * An entry of a list, `policies.roles` for a property of a constant: before the first entry that `before` matches, or at the
 * end. An entry of an object is written as a property.
 */
export function anEntry(list: string, entry: string, before?: RegExp): Addition {
  return (source) => [placeEntry(source, findList(source, list), entry, before)]
}

/** A parent of an interface, where its name sorts. */
export function aParent(interfaceName: string, parent: string): Addition {
  return (source) => {
    const declaration = source.statements.find(
      (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === interfaceName,
    ) as ts.InterfaceDeclaration | undefined
    const parents = declaration?.heritageClauses?.[0]?.types
    const [first] = parents ?? []
    if (parents === undefined || first === undefined) {
      throw new Error(`${source.fileName} has no interface \`${interfaceName}\` that extends others.`)
    }
    if (parents.some((each) => each.getText() === parent)) throw taken(source, parent)
    const after = parents.findLast((each) => each.getText() < parent)
    return [after ? { at: after.getEnd(), text: `, ${parent}` } : { at: first.getStart(), text: `${parent}, ` }]
  }
}

/**
 * What another system has in the file, under the new names: its imports, and its entry of every list. `rename` turns the
 * text of the one into the other's; null when it says more of that system than its names.
 */
export function asAnotherHas(mentions: RegExp, rename: (text: string) => string | null, before?: RegExp): Addition {
  return (source) => {
    const renamed = (node: ts.Node): string => {
      const text = rename(node.getText())
      if (text !== null) return text
      throw new Error(`${source.fileName} has what cannot be said of another system: \`${node.getText()}\`.`)
    }
    const imports = importsOf(source).filter((statement) => mentions.test(statement.getText()))
    // An entry that alone in its list mentions it: in `{ entities: crmTables, create: createCrm }` none does.
    const mentioning = listEntries(source).filter((entry) => mentions.test(entry.getText()))
    const alone = mentioning.filter((entry) => mentioning.filter(({ parent }) => parent === entry.parent).length === 1)
    // Of such entries inside entries, the innermost: the list of systems, not the list that has it.
    const innermost = alone.filter((entry) => !alone.some((other) => other !== entry && contains(entry, other)))
    if (imports.length === 0 || innermost.length === 0) {
      throw new Error(`${source.fileName} has no list that it could be added to.`)
    }
    return [
      ...imports.map((statement) => placeImport(source, renamed(statement))),
      ...innermost.map((entry) => placeEntry(source, entry.parent as ListNode, renamed(entry), before)),
    ]
  }
}

/** After the last import of the same kind (the same folder above, or a package) whose specifier sorts before it. */
function placeImport(source: ts.SourceFile, text: string): Insertion {
  const added = ts.createSourceFile('added.ts', text, ts.ScriptTarget.Latest, true)
  const known = new Set(topLevelNames(source))
  const clash = namesImported(added).find((name) => known.has(name))
  if (clash !== undefined) throw taken(source, clash)
  const specifier = importsOf(added).map(specifierOf).join()
  const like = importsOf(source).filter((statement) => kindOf(specifierOf(statement)) === kindOf(specifier))
  const before = like.findLast((statement) => specifierOf(statement) < specifier)
  if (before) return { at: before.getEnd(), text: `\n${text}` }
  const next = like[0] ?? importsOf(source)[0]
  if (next === undefined) throw new Error(`${source.fileName} has no import to stand beside.`)
  return { at: next.getStart(), text: `${text}\n` }
}

/** `./` and `../../` are kinds of their own, packages another. */
function kindOf(specifier: string): string {
  return /^(?:\.\.?\/)+/.exec(specifier)?.[0] ?? 'package'
}

function placeEntry(source: ts.SourceFile, list: ListNode, entry: string, before?: RegExp): Insertion {
  const entries = entriesOf(list)
  const key = keyOf(entry)
  const same = ts.isArrayLiteralExpression(list)
    ? entries.some((each) => each.getText() === entry)
    : entries.some((each) => keyOf(each.getText()) === key)
  if (same) throw taken(source, key)
  const found = before === undefined ? -1 : entries.findIndex((each) => before.test(each.getText()))
  const position = found === -1 ? entries.length : found
  // After the one before, so that a comment above the next entry stays with it.
  const previous = entries[position - 1]
  if (previous) return { at: previous.getEnd(), text: `,\n${entry}` }
  return { at: list.getStart() + 1, text: `${entry},` }
}

function taken(source: ts.SourceFile, name: string): Error {
  return new Error(`\`${name}\` is taken: ${source.fileName} has it already. Choose another name.`)
}
