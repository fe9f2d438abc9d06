/**
 * Which name a directive has in one contract: `@link` may rename an import or leave it in its namespace. A directive that
 * looks like ours but is bound to nothing is refused, because a label nobody reads protects nothing.
 */
import { Kind, type ConstDirectiveNode, type ConstValueNode, type DocumentNode } from 'graphql'

/** A contract that cannot be trusted; the message names the file and what to change. */
export class ContractError extends Error {
  override readonly name = 'ContractError'
}

const federationDirectives = [
  'key',
  'external',
  'requires',
  'provides',
  'context',
  'fromContext',
  'interfaceObject',
] as const
const mandateDirectives = ['label', 'effect'] as const

type KnownDirective = (typeof federationDirectives)[number] | (typeof mandateDirectives)[number]

/** Tells what a directive of the document means: `label` for `@label`, or for `@l` when it was imported under that name. */
export type DirectiveNames = ReadonlyMap<string, KnownDirective>

const specifications = [
  { identity: 'https://specs.apollo.dev/federation', name: 'federation', major: 2, directives: federationDirectives },
  { identity: 'https://mandate.dev/spec', name: 'spec', major: 1, directives: mandateDirectives },
] as const

/** Reads the `@link`s of a contract (specs.apollo.dev/link/v1.0). */
export function directiveNames(document: DocumentNode, file: string): DirectiveNames {
  const names = new Map<string, KnownDirective>()
  for (const link of linksOf(document)) {
    const { identity, major } = splitUrl(link.url)
    const specification = specifications.find((known) => known.identity === identity)
    if (specification === undefined) continue
    if (major !== specification.major) {
      throw new ContractError(
        `${file}: \`${link.url}\` is not a version this gateway knows; link \`${identity}/v${String(specification.major)}.x\`.`,
      )
    }
    for (const directive of specification.directives) {
      names.set(`${link.namespace ?? specification.name}__${directive}`, directive)
    }
    for (const [imported, as] of link.imports) {
      const directive = specification.directives.find((known) => `@${known}` === imported)
      if (directive !== undefined) names.set(as.replace(/^@/u, ''), directive)
    }
  }
  return names
}

/** Refuses `@label` and `@effect` where no `@link` binds them to our specification. */
export function refuseUnboundDirectives(
  directives: readonly ConstDirectiveNode[],
  names: DirectiveNames,
  file: string,
  at: string,
): void {
  for (const { name } of directives) {
    if (names.has(name.value) || !mandateDirectives.some((known) => known === name.value)) continue
    throw new ContractError(
      `${file}: \`@${name.value}\` on \`${at}\` is not bound to https://mandate.dev/spec, so nothing would read it; ` +
        `import "@${name.value}" in the contract's @link, or use the name it was imported under.`,
    )
  }
}

interface Link {
  readonly url: string
  readonly namespace: string | null
  readonly imports: readonly (readonly [name: string, as: string])[]
}

function linksOf(document: DocumentNode): readonly Link[] {
  return document.definitions.flatMap((definition) => {
    if (definition.kind !== Kind.SCHEMA_EXTENSION && definition.kind !== Kind.SCHEMA_DEFINITION) return []
    return (definition.directives ?? []).flatMap((directive) => {
      if (directive.name.value !== 'link') return []
      const url = stringArgument(directive, 'url')
      if (url === null) return []
      const imports = directive.arguments?.find((argument) => argument.name.value === 'import')?.value
      return [{ url, namespace: stringArgument(directive, 'as'), imports: importsOf(imports) }]
    })
  })
}

function importsOf(value: ConstValueNode | undefined): readonly (readonly [string, string])[] {
  if (value?.kind !== Kind.LIST) return []
  return value.values.flatMap((item): (readonly [string, string])[] => {
    if (item.kind === Kind.STRING) return [[item.value, item.value]]
    if (item.kind !== Kind.OBJECT) return []
    const part = (name: string): string | null => {
      const field = item.fields.find((candidate) => candidate.name.value === name)
      return field?.value.kind === Kind.STRING ? field.value.value : null
    }
    const name = part('name')
    return name === null ? [] : [[name, part('as') ?? name]]
  })
}

function splitUrl(url: string): { identity: string; major: number | null } {
  const match = /^(?<identity>.+?)\/v(?<major>\d+)\.\d+\/?$/u.exec(url)
  return {
    identity: match?.groups?.['identity'] ?? url,
    major: match === null ? null : Number(match.groups?.['major']),
  }
}

/** The string value of a directive's argument, or null. */
export function stringArgument(directive: ConstDirectiveNode, name: string): string | null {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value
  return value?.kind === Kind.STRING ? value.value : null
}
