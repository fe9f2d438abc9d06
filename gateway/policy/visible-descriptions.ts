/**
 * Descriptions are written for those who see the whole schema. In the part of it that one caller sees, the sentences are left
 * out that name something which is not there.
 */
import { type ASTNode, type DefinitionNode, type DocumentNode, Kind, visit } from 'graphql'

/** The definitions of a visible schema without the sentences that name what only `whole` has. */
export function withoutHiddenNames(
  definitions: readonly DefinitionNode[],
  whole: DocumentNode,
): readonly DefinitionNode[] {
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions }
  const visible = namesIn(document)
  const hidden = new Set([...namesIn(whole)].filter((name) => !visible.has(name)))
  if (hidden.size === 0) return definitions
  const edited: DocumentNode = visit(document, {
    StringValue(node, key, parent) {
      // Beside descriptions, why something is deprecated.
      if (key !== 'description' && !isDirectiveArgument(parent)) return undefined
      const value = keepSentences(node.value, hidden)
      return value === node.value ? undefined : { ...node, value }
    },
  })
  return edited.definitions
}

function namesIn(document: DocumentNode): Set<string> {
  const names = new Set<string>()
  visit(document, {
    enter(node) {
      if ('name' in node && node.kind.endsWith('Definition')) names.add(node.name.value)
    },
  })
  return names
}

function keepSentences(text: string, hidden: ReadonlySet<string>): string {
  const sentences = text.split(/(?<=[.!?;])(?=\s)/u)
  const kept = sentences.filter((sentence) => !mentioned(sentence).some((name) => hidden.has(name)))
  return kept.length === sentences.length ? text : kept.join('').trim()
}

/** What a sentence calls by its name: words in backticks, and words that are no words: `updateAccount`, `LAST_NAME`. */
function mentioned(sentence: string): readonly string[] {
  const quoted = [...sentence.matchAll(/`(\w+)(?:\.(\w+))?`/gu)].flatMap(([, first = '', second = '']) => [
    first,
    second,
  ])
  const words = sentence.match(/\w+/gu) ?? []
  return [...quoted, ...words.filter((word) => /[a-z][A-Z]|[A-Z]_[A-Z]/u.test(word))]
}

function isDirectiveArgument(parent: ASTNode | readonly ASTNode[] | undefined): boolean {
  return parent !== undefined && 'kind' in parent && parent.kind === Kind.ARGUMENT
}
