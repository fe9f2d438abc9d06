/**
 * What a supergraph itself demands of a caller: `@authenticated`, `@requiresScopes` and `@policy` of Apollo Federation. @apollo/gateway
 * cannot enforce them and so refuses to load them; here they are read, to be enforced as rules, and taken out of what it is given.
 */
import {
  Kind,
  parse,
  print,
  visit,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DocumentNode,
  type TypeDefinitionNode,
} from 'graphql'
import type { Coordinate } from '../lib/labels.ts'
import { unwrap } from './contract-draft.ts'
import { ContractError, stringArgument } from './links.ts'

/** One demand on one coordinate. `on` is where it is written: the field, its type, or the type that it returns. */
export type AccessDemand =
  | { readonly kind: 'authenticated'; readonly on: string }
  /** One of the sets must be held whole. */
  | { readonly kind: 'scopes' | 'policies'; readonly anyOf: readonly (readonly string[])[]; readonly on: string }

type Feature = 'authenticated' | 'requiresScopes' | 'policy'
const features: readonly Feature[] = ['authenticated', 'requiresScopes', 'policy']

/** The demands of every coordinate: those of the field, of the type it stands in and of the type it returns, all of which must hold. */
export function accessDemands(document: DocumentNode): ReadonlyMap<Coordinate, readonly AccessDemand[]> {
  const names = featureNames(document)
  if (names.size === 0) return new Map()
  const read = (directives: readonly ConstDirectiveNode[] | undefined, on: string): readonly AccessDemand[] =>
    (directives ?? []).flatMap((directive) => {
      const feature = names.get(directive.name.value)
      return feature === undefined ? [] : [demandOf(feature, directive, on)]
    })
  const types = document.definitions.filter((node): node is TypeDefinitionNode => node.kind.endsWith('TypeDefinition'))
  const ofType = new Map(types.map((type) => [type.name.value, read(type.directives, type.name.value)]))
  const demands = new Map<Coordinate, readonly AccessDemand[]>()
  for (const type of types) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue
    for (const field of type.fields ?? []) {
      const coordinate: Coordinate = `${type.name.value}.${field.name.value}`
      const all = [
        ...read(field.directives, coordinate),
        ...(ofType.get(type.name.value) ?? []),
        ...(ofType.get(unwrap(field.type).typeName) ?? []),
      ]
      if (all.length > 0) demands.set(coordinate, all)
    }
  }
  return demands
}

/** The supergraph without those demands: their applications, definitions and links, and not a letter more. */
export function withoutAccessDemands(sdl: string): string {
  const document = parse(sdl, { noLocation: true })
  const names = featureNames(document)
  if (names.size === 0) return sdl
  const isTheirs = (name: string): boolean =>
    names.has(name) || [...names.keys()].some((own) => name.startsWith(`${own}__`))
  const stripped = visit(document, {
    Directive: (node) => (names.has(node.name.value) || isFeatureLink(node as ConstDirectiveNode) ? null : undefined),
    DirectiveDefinition: (node) => (names.has(node.name.value) ? null : undefined),
    ScalarTypeDefinition: (node) => (isTheirs(node.name.value) ? null : undefined),
  })
  return print(stripped)
}

/** The name of each feature's directive in this document, as its `@link` says. */
function featureNames(document: DocumentNode): ReadonlyMap<string, Feature> {
  const names = new Map<string, Feature>()
  for (const link of linksOf(document)) {
    const feature = featureOf(link)
    if (feature === null) continue
    names.set(stringArgument(link, 'as') ?? importedName(link, feature) ?? feature, feature)
  }
  for (const node of document.definitions) {
    const known = features.find((feature) => node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === feature)
    if (known === undefined || names.has(known)) continue
    throw new ContractError(
      `The supergraph defines \`@${known}\` without a @link to https://specs.apollo.dev/${known}, so nobody can say what it demands; compose it again with the specification linked.`,
    )
  }
  return names
}

function linksOf(document: DocumentNode): readonly ConstDirectiveNode[] {
  return document.definitions.flatMap((node) =>
    node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION
      ? (node.directives ?? []).filter((directive) => directive.name.value === 'link')
      : [],
  )
}

function featureOf(link: ConstDirectiveNode): Feature | null {
  const match = /^https:\/\/specs\.apollo\.dev\/(?<name>[A-Za-z]+)\/v(?<version>[\d.]+)$/u.exec(
    stringArgument(link, 'url') ?? '',
  )
  const feature = features.find((known) => known === match?.groups?.['name']) ?? null
  if (feature !== null && match?.groups?.['version'] !== '0.1') {
    throw new ContractError(
      `The supergraph links ${feature} in version ${match?.groups?.['version'] ?? ''}, whose meaning this gateway does not know; it knows v0.1.`,
    )
  }
  return feature
}

function isFeatureLink(node: ConstDirectiveNode): boolean {
  return node.name.value === 'link' && featureOf(node) !== null
}

/** `import: [{ name: "@policy", as: "@needs" }]`. */
function importedName(link: ConstDirectiveNode, feature: Feature): string | null {
  const list = link.arguments?.find(({ name }) => name.value === 'import')?.value
  if (list?.kind !== Kind.LIST) return null
  for (const item of list.values) {
    if (item.kind !== Kind.OBJECT) continue
    const part = (name: string): string | null => {
      const found = item.fields.find((field) => field.name.value === name)?.value
      return found?.kind === Kind.STRING ? found.value : null
    }
    if (part('name') === `@${feature}`) return part('as')?.replace(/^@/u, '') ?? null
  }
  return null
}

function demandOf(feature: Feature, directive: ConstDirectiveNode, on: string): AccessDemand {
  switch (feature) {
    case 'authenticated':
      return { kind: 'authenticated', on }
    case 'requiresScopes':
      return { kind: 'scopes', anyOf: alternatives(directive, 'scopes', on), on }
    case 'policy':
      return { kind: 'policies', anyOf: alternatives(directive, 'policies', on), on }
  }
}

/** `[["a", "b"], ["c"]]`: a and b, or c. Without a single alternative nobody may pass. */
function alternatives(directive: ConstDirectiveNode, name: string, on: string): readonly (readonly string[])[] {
  const value = directive.arguments?.find((candidate) => candidate.name.value === name)?.value
  const outer = value === undefined ? null : listOf(value)
  const sets = (outer ?? [null]).map((inner) => (inner === null ? null : namesOf(inner)))
  if (!sets.every((set) => set !== null)) {
    throw new ContractError(`\`@${directive.name.value}\` on \`${on}\` needs \`${name}\`, a list of lists of names.`)
  }
  return sets
}

/** The names of one set; null when something else is among them. */
function namesOf(value: ConstValueNode): readonly string[] | null {
  const names = listOf(value).map((item) => (item.kind === Kind.STRING ? item.value : null))
  return names.every((name) => name !== null) ? names : null
}

/** A list, or the one value that GraphQL takes for a list of it. */
function listOf(value: ConstValueNode): readonly ConstValueNode[] {
  return value.kind === Kind.LIST ? value.values : [value]
}
