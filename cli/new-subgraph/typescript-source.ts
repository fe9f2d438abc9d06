/** Reads a TypeScript file as lists: its imports, the names that it declares, and the entries of its arrays and objects. */
import ts from 'typescript'

/** An array or an object, written out. */
export type ListNode = ts.ArrayLiteralExpression | ts.ObjectLiteralExpression
type Entry = ts.Expression | ts.ObjectLiteralElementLike

/** The imports of a file, in order. */
export function importsOf(source: ts.SourceFile): readonly ts.ImportDeclaration[] {
  return source.statements.filter(ts.isImportDeclaration)
}

/** What an import names: `./crm/crm.ts`. */
export function specifierOf(statement: ts.ImportDeclaration): string {
  return (statement.moduleSpecifier as ts.StringLiteral).text
}

/** The names that imports bring into a file. */
export function namesImported(source: ts.SourceFile): readonly string[] {
  return importsOf(source).flatMap(({ importClause }) => {
    const bindings = importClause?.namedBindings
    if (bindings === undefined) return []
    return ts.isNamespaceImport(bindings) ? [bindings.name.text] : bindings.elements.map(({ name }) => name.text)
  })
}

/** Every name that a file has at its top: imported or declared. */
export function topLevelNames(source: ts.SourceFile): readonly string[] {
  const declared = source.statements.flatMap((statement) => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map(({ name }) => name.getText())
    }
    const named = ts.isFunctionDeclaration(statement) || ts.isInterfaceDeclaration(statement)
    return named && statement.name ? [statement.name.text] : []
  })
  return [...namesImported(source), ...declared]
}

/** The list under `policies.roles`: a constant, then properties. */
export function findList(source: ts.SourceFile, list: string): ListNode {
  const [name = '', ...properties] = list.split('.')
  let found = findConstant(source, name)
  for (const property of properties) {
    const inside = found && ts.isObjectLiteralExpression(found) ? found.properties : []
    const member = inside.find((each) => each.name?.getText() === property)
    found = member && ts.isPropertyAssignment(member) ? unwrapped(member.initializer) : undefined
  }
  if (found && isList(found)) return found
  throw new Error(`${source.fileName} has no list \`${list}\` that it could be added to.`)
}

/** The value of a constant, at whatever depth it is declared; the first of its name. */
function findConstant(node: ts.Node, name: string): ts.Expression | undefined {
  if (ts.isVariableDeclaration(node) && node.name.getText() === name && node.initializer) {
    return unwrapped(node.initializer)
  }
  return ts.forEachChild(node, (child) => findConstant(child, name))
}

/** The literal inside `as const`, `satisfies`, parentheses and `Object.freeze(…)`. */
function unwrapped(expression: ts.Expression): ts.Expression {
  if (
    ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isParenthesizedExpression(expression)
  ) {
    return unwrapped(expression.expression)
  }
  if (ts.isCallExpression(expression) && expression.expression.getText() === 'Object.freeze') {
    const [frozen] = expression.arguments
    return frozen ? unwrapped(frozen) : expression
  }
  return expression
}

function isList(node: ts.Node): node is ListNode {
  return ts.isArrayLiteralExpression(node) || ts.isObjectLiteralExpression(node)
}

/** What stands in a list. */
export function entriesOf(list: ListNode): readonly Entry[] {
  return ts.isArrayLiteralExpression(list) ? list.elements : list.properties
}

/** The entries of every list at or below a node, lists inside lists included. */
export function listEntries(node: ts.Node): readonly Entry[] {
  const inside = node.getChildren().flatMap(listEntries)
  return isList(node) ? [...entriesOf(node), ...inside] : inside
}

/** Whether one node is inside another, or is it. */
export function contains(outer: ts.Node, inner: ts.Node): boolean {
  return outer.getStart() <= inner.getStart() && inner.getEnd() <= outer.getEnd()
}

/** The name of a property, or the whole of another entry. */
export function keyOf(entry: string): string {
  const property = /^(?:'([^']+)'|(\w+))\s*(?::|$)/.exec(entry)
  return property?.[1] ?? property?.[2] ?? entry
}
