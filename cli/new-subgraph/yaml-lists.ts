/**
 * Adds a system to the lists of a YAML file that have one entry for each system, as they have another system: a service, an
 * item of a list of addresses, a part of a comma-separated setting. A file without such a list stays as it is.
 */
import { isMap, isPair, isScalar, isSeq, parseDocument, visit, type Node, type Pair, type YAMLMap } from 'yaml'
import { applyInsertions } from './typescript-lists.ts'

type Range = readonly [start: number, end: number]

/** The text with `name` wherever `other` has a place of its own. @throws when `name` has one already. */
export function addSystemToYaml(file: string, text: string, other: string, name: string): string {
  const document = parseDocument(text)
  if (document.errors.length > 0) throw new Error(`${file} cannot be read as YAML: correct it first.`)
  const word = new RegExp(`(?<![\\w-])${other}(?![\\w-])`, 'g')
  const renamed = (of: string): string => of.replace(word, name)
  const insertions: { at: number; text: string }[] = []
  const source = (node: unknown): Range | null => rangeOf(node, text)

  visit(document, {
    Map(_, map) {
      const pair = pairOf(map, other)
      if (pair === undefined) return
      if (pairOf(map, name) !== undefined)
        throw new Error(`\`${name}\` is taken: ${file} has it already. Choose another name.`)
      const own = pairRange(pair, text)
      if (own === null) return
      const [start] = own
      // After the last that says the same of another system.
      const like = map.items.filter((item) => saysTheSame(item, text, text.slice(...own), other))
      const end = Math.max(...like.map((item) => pairRange(item, text)?.[1] ?? 0))
      insertions.push({ at: end, text: `\n${lineStart(text, start)}${renamed(text.slice(...own))}` })
    },
    Seq(_, seq) {
      const item = seq.items.find((each) => isScalar(each) && new RegExp(`^${other}:\\d+$`).test(String(each.value)))
      const own = source(item)
      const last = source(seq.items.at(-1))
      if (own === null || last === null) return
      const between = seq.flow === true ? ', ' : `\n${lineStart(text, own[0])}`
      insertions.push({ at: last[1], text: between + renamed(text.slice(...own)) })
    },
    Scalar(_, scalar) {
      const part = String(scalar.value)
        .split(',')
        .find((each) => each.startsWith(`${other}=`))
      const own = source(scalar)
      if (part === undefined || own === null) return
      const end = text.slice(...own).lastIndexOf(String(scalar.value).slice(-1)) + 1
      insertions.push({ at: own[0] + end, text: `,${renamed(part)}` })
    },
  })
  return applyInsertions(text, insertions)
}

function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find(
    (item) => isScalar(item.key) && item.key.value === key && (isMap(item.value) || isSeq(item.value)),
  )
}

function saysTheSame(item: unknown, text: string, own: string, other: string): boolean {
  if (!isPair(item) || !isScalar(item.key)) return false
  const range = pairRange(item, text)
  return range !== null && text.slice(...range).replaceAll(String(item.key.value), other) === own
}

function pairRange(pair: Pair, text: string): Range | null {
  const key = rangeOf(pair.key, text)
  const value = rangeOf(pair.value, text)
  return key && value ? [key[0], value[1]] : null
}

/** Where a node's own text begins and ends, without the blanks and line ends after it. */
function rangeOf(node: unknown, text: string): Range | null {
  const range = (node as Node | null | undefined)?.range
  if (!range) return null
  return [range[0], range[0] + text.slice(range[0], range[1]).trimEnd().length]
}

/** What stands before a place on its line: the indentation, and the dash of a list. */
function lineStart(text: string, at: number): string {
  return text.slice(text.lastIndexOf('\n', at - 1) + 1, at)
}
