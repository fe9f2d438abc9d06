/**
 * Changes arguments of an act, whether they were written as literals or as variables: the root field is given its arguments, changed,
 * as variables of their own. What else the document says stays as it was.
 */
import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  parseType,
  print,
  visit,
} from 'graphql'
import type { ContractIndex } from '../../../schema/contract.ts'
import type { AmendedValue } from '../../../storage/stores/approvals/request.ts'
import type { Act, ActRoot } from './act.ts'

export interface AmendedAct {
  readonly query: string
  readonly operationName: string | null
  readonly variables: Readonly<Record<string, unknown>>
}

/**
 * The pointers of a root field that an approver may change: those of the policy that lead to an argument the act has, in a document
 * where the field stands once and outside of fragments.
 */
export function amendableOf(
  { document, operationName, roots }: Pick<Act, 'document' | 'operationName' | 'roots'>,
  allowed: (root: ActRoot) => readonly string[],
): (root: ActRoot) => readonly string[] {
  if (roots.every((root) => allowed(root).length === 0)) return () => []
  const parsed = parse(document, { noLocation: true })
  return (root) => (rootFields(parsed, operationName, root.path).length === 1 ? allowed(root) : [])
}

/** The act with some arguments changed. `roots` are its root fields with their coerced arguments. */
export function amendAct(
  act: Pick<Act, 'document' | 'operationName' | 'variables' | 'roots'>,
  changes: readonly AmendedValue[],
  index: ContractIndex,
): AmendedAct {
  const byRoot = Map.groupBy(changes, ({ pointer }) => pointer.split('/')[1] ?? '')
  let document = parse(act.document, { noLocation: true })
  const variables: Record<string, unknown> = { ...act.variables }
  for (const [position, [path, amended]] of [...byRoot].entries()) {
    const root = act.roots.find((each) => each.path === path)
    if (root === undefined) throw new Error(`The act has no field \`${path}\`.`)
    const args = amended.reduce<Readonly<Record<string, unknown>>>(
      (values, { pointer, value }) => replaceAt(values, keysOf(pointer).slice(1), value),
      root.args,
    )
    const names = Object.keys(args).map((name) => ({ name, variable: `amended${position}_${name}` }))
    for (const { name, variable } of names) variables[variable] = args[name]
    const types = new Map(index.fields.get(root.coordinate)?.args.map(({ name, type }) => [name, type]))
    document = withArguments(document, act.operationName, path, names, types)
  }
  const pruned = withoutUnused(document, act.operationName)
  const kept = new Set(
    operationOf(pruned, act.operationName)?.variableDefinitions?.map(({ variable }) => variable.name.value),
  )
  return {
    query: print(pruned),
    operationName: act.operationName,
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => kept.has(name))),
  }
}

function withArguments(
  document: DocumentNode,
  operationName: string | null,
  path: string,
  names: readonly { readonly name: string; readonly variable: string }[],
  types: ReadonlyMap<string, string>,
): DocumentNode {
  const [field] = rootFields(document, operationName, path)
  const operation = operationOf(document, operationName)
  const changed = (node: FieldNode): FieldNode => ({
    ...node,
    arguments: names.map(({ name, variable }) => ({
      kind: Kind.ARGUMENT,
      name: { kind: Kind.NAME, value: name },
      value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: variable } },
    })),
  })
  const definitions = names.map(({ name, variable }) => ({
    kind: Kind.VARIABLE_DEFINITION as const,
    variable: { kind: Kind.VARIABLE as const, name: { kind: Kind.NAME as const, value: variable } },
    type: parseType(types.get(name) ?? 'String', { noLocation: true }),
  }))
  return visit(document, {
    OperationDefinition: {
      leave: (node) =>
        node.name?.value === operation?.name?.value
          ? { ...node, variableDefinitions: [...(node.variableDefinitions ?? []), ...definitions] }
          : undefined,
    },
    Field: { leave: (node) => (node === field ? changed(node) : undefined) },
  })
}

/** A variable that nothing reads any more would make the document invalid. */
function withoutUnused(document: DocumentNode, operationName: string | null): DocumentNode {
  const used = new Set<string>()
  visit(document, {
    VariableDefinition: () => false,
    Variable: (node) => void used.add(node.name.value),
  })
  const operation = operationOf(document, operationName)
  return visit(document, {
    OperationDefinition: (node) =>
      node === operation
        ? {
            ...node,
            variableDefinitions:
              node.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [],
          }
        : undefined,
  })
}

function operationOf(document: DocumentNode, name: string | null): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  return operations.find((node) => (node.name?.value ?? null) === name) ?? operations[0]
}

/** The root fields of the operation, outside of fragments, that answer under a key. */
function rootFields(document: DocumentNode, operationName: string | null, key: string): readonly FieldNode[] {
  const selections = operationOf(document, operationName)?.selectionSet.selections ?? []
  if (selections.some((node) => node.kind !== Kind.FIELD)) return []
  return selections.filter(
    (node) => node.kind === Kind.FIELD && (node.alias?.value ?? node.name.value) === key,
  ) as FieldNode[]
}

function keysOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function replaceAt(
  values: Readonly<Record<string, unknown>>,
  [key, ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  if (key === undefined) return values
  if (rest.length === 0) return { ...values, [key]: value }
  const inner = Object.hasOwn(values, key) ? values[key] : {}
  const object =
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Record<string, unknown>) : {}
  return { ...values, [key]: replaceAt(object, rest, value) }
}
