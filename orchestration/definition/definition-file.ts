/** The file of a definition as YAML, which JSON is a part of: its values with their lines, and nothing that YAML adds to JSON. */
import {
  LineCounter,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
} from 'yaml'
import type { DefinitionPath, Finding, Positions } from './definition-problem.ts'

export interface DefinitionFile {
  readonly value: unknown
  readonly findings: readonly Finding[]
  readonly positions: Positions
}

const limits = { bytes: 256 * 1024, depth: 40, nodes: 20_000 } as const

/** Reads the text of a file. `value` is undefined when there are findings. */
export function readDefinitionFile(text: string, file: string): DefinitionFile {
  if (Buffer.byteLength(text) > limits.bytes) {
    const message = `The definition is larger than ${String(limits.bytes / 1024)} KB.`
    const finding = { path: [], message, mend: 'Move parts of it to workflows of their own, as `subprocess`.' }
    return { value: undefined, findings: [finding], positions: { file, lineOf: () => 1 } }
  }
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: false,
    prettyErrors: false,
    schema: 'core',
    uniqueKeys: true,
    version: '1.2',
  })
  const [broken] = [...document.errors, ...document.warnings]
  const trouble =
    broken === undefined
      ? beyondJson(document)
      : { at: broken.pos[0], message: `The file is not YAML: ${sentence(broken.message)}`, mend: 'Correct it.' }
  if (trouble !== null) {
    const positions = { file, lineOf: () => lines.linePos(trouble.at).line }
    return { value: undefined, findings: [{ ...trouble, path: [] }], positions }
  }
  const value: unknown = document.toJS({ maxAliasCount: 0 })
  return { value, findings: [], positions: { file, lineOf: (path) => lineOf(document, lines, path) } }
}

interface Trouble {
  readonly at: number
  readonly message: string
  readonly mend: string
}

/** What JSON has no word for, and what would grow when it is read. */
function beyondJson(document: Document): Trouble | null {
  let found: Trouble | null = null
  let count = 0
  const refuse = (node: unknown, message: string, mend: string): symbol => {
    found = { at: isNode(node) ? (node.range?.[0] ?? 0) : 0, message, mend }
    return visit.BREAK
  }
  visit(document, {
    Node(_, node, ancestors) {
      count += 1
      if (isAlias(node) || node.anchor !== undefined) {
        return refuse(node, 'The file has an anchor or an alias.', 'Write the value out in each place.')
      }
      if (ancestors.filter(isCollection).length > limits.depth) {
        return refuse(node, `The file is nested deeper than ${limits.depth} levels.`, 'Flatten it.')
      }
      if (count > limits.nodes) {
        return refuse(node, `The file has more than ${limits.nodes} values.`, 'Move parts of it to other workflows.')
      }
      if (isScalar(node) && typeof node.value === 'number' && !Number.isFinite(node.value)) {
        return refuse(node, 'The file has a number that JSON does not know.', 'Write a finite number.')
      }
      return undefined
    },
    Pair(_, { key }) {
      if (isScalar(key) && typeof key.value === 'string' && key.value !== '__proto__') return undefined
      return refuse(
        key,
        'The file has a key that is not a plain text.',
        'Put the key in quotation marks, or rename it.',
      )
    },
  })
  return found
}

/** The line of the key, or of the item in a list; of the nearest place around it where the file does not have it. */
function lineOf(document: Document, lines: LineCounter, path: DefinitionPath): number {
  let node: unknown = document.contents
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (pair === undefined) break
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      if (isNode(node)) offset = node.range?.[0] ?? offset
    } else break
  }
  return lines.linePos(offset).line
}

function sentence(message: string): string {
  const [first = ''] = message.split('\n')
  return `${first.charAt(0).toLowerCase()}${first.slice(1).replace(/\.$/u, '')}.`
}
