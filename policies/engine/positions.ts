/**
 * Where each entry of a table stands in its file, for messages that a security engineer can follow. Also finds what JavaScript
 * itself overlooks: a key written twice, of which only the last one counts.
 */
import { stripTypeScriptTypes } from 'node:module'
import { parse, type Expression, type ObjectExpression, type Property } from 'acorn'

export interface TableSource {
  /** `policies/crm.ts` */
  readonly file: string
  readonly text: string
}

export interface Position {
  /** `Account` or `Account.email`. */
  readonly entry: string
  readonly line: number
}

export interface TablePositions {
  /** `policies/crm.ts:41` for the entry, or the closest thing known. */
  at(typeName: string, fieldName?: string): string
  readonly duplicates: readonly Position[]
  /** Spreads and computed keys: entries whose place nobody can name. */
  readonly unnamed: readonly Position[]
}

/** Positions when the text of a table is not known. */
export function unknownPositions(file: string): TablePositions {
  return { at: () => file, duplicates: [], unnamed: [] }
}

/** Finds the entries of the exported object literal whose keys are the types of `table`. */
export function tablePositions({ file, text }: TableSource, typeNames: readonly string[]): TablePositions {
  const literal = tableLiteral(text, typeNames)
  if (literal === null) return unknownPositions(file)
  const lines = new Map<string, number>()
  const duplicates: Position[] = []
  const unnamed: Position[] = []
  const note = (node: ObjectExpression, prefix: string): void => {
    for (const property of node.properties) {
      const line = lineOf(text, property.start)
      const key = property.type === 'Property' ? keyOf(property) : null
      if (property.type !== 'Property' || key === null) {
        unnamed.push({ entry: prefix === '' ? 'the table' : prefix, line })
        continue
      }
      const entry = prefix === '' ? key : `${prefix}.${key}`
      if (lines.has(entry)) duplicates.push({ entry, line })
      lines.set(entry, line)
      if (prefix === '' && property.value.type === 'ObjectExpression') note(property.value, key)
    }
  }
  note(literal, '')
  return {
    duplicates,
    unnamed,
    at(typeName, fieldName) {
      const line = (fieldName === undefined ? undefined : lines.get(`${typeName}.${fieldName}`)) ?? lines.get(typeName)
      return line === undefined ? file : `${file}:${String(line)}`
    },
  }
}

function tableLiteral(text: string, typeNames: readonly string[]): ObjectExpression | null {
  let program
  try {
    // Stripping replaces types by spaces, so that every position stays what it was.
    program = parse(withoutTypes(text), { ecmaVersion: 'latest', sourceType: 'module' })
  } catch {
    return null
  }
  const literals = program.body.flatMap((statement) => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration?.type !== 'VariableDeclaration') return []
    return declaration.declarations.flatMap(({ init }) => objectLiteral(init))
  })
  const shared = (literal: ObjectExpression): number =>
    literal.properties.filter((property) => property.type === 'Property' && typeNames.includes(keyOf(property) ?? ''))
      .length
  const [best] = literals.toSorted((a, b) => shared(b) - shared(a))
  return best === undefined || shared(best) === 0 ? null : best
}

/** Node calls this experimental on standard error, once a process; whoever edits a rule cannot do anything about that. */
function withoutTypes(text: string): string {
  const emitWarning = process.emitWarning.bind(process)
  process.emitWarning = () => undefined
  try {
    return stripTypeScriptTypes(text)
  } finally {
    process.emitWarning = emitWarning
  }
}

/** The literal itself, also inside `Object.freeze(…)`. */
function objectLiteral(node: Expression | null | undefined): readonly ObjectExpression[] {
  if (node?.type === 'ObjectExpression') return [node]
  if (node?.type !== 'CallExpression') return []
  return node.arguments.flatMap((argument) => (argument.type === 'ObjectExpression' ? [argument] : []))
}

function keyOf({ key, computed }: Property): string | null {
  if (computed) return null
  if (key.type === 'Identifier') return key.name
  return key.type === 'Literal' ? String(key.value) : null
}

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
