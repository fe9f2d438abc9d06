/** Finds in an answer what is followed, by walking the data beside the described operation. */
import type { Coordinate } from '../../../lib/labels.ts'
import type { ProtectedLabel } from '../../../policies/engine/flow-policy.ts'
import { carriedBy, typenameOf } from '../../audit/delivered.ts'
import type { Operation, OperationNode } from '../../operation.ts'
import { digitsOf, foldNumber, foldText } from './fold.ts'
import type { Followed } from './followed.ts'

type Data = Readonly<Record<string, unknown>>

export interface ReadValue {
  readonly label: ProtectedLabel
  readonly coordinate: Coordinate
  readonly form: 'text' | 'number'
  readonly folded: string
}

export interface Reads {
  /** Texts from outside, by the coordinate that brought them. */
  readonly untrusted: ReadonlyMap<Coordinate, ReadonlySet<string>>
  /** Protected values, once each. */
  readonly values: readonly ReadValue[]
  /** Coordinates of labels of which the answer brought more values than are kept. */
  readonly tooMany: readonly { readonly label: ProtectedLabel; readonly coordinate: Coordinate }[]
}

export interface ReadLimits {
  readonly shortest: { readonly text: number; readonly number: number }
  readonly valuesPerAnswer: number
}

/** What the answer brings of what is followed. */
export function readsIn(
  data: Data,
  operation: Operation,
  followed: ReadonlyMap<Coordinate, Followed>,
  limits: ReadLimits,
): Reads {
  const walk = new Walk(followed, limits)
  walk.object(data, operation.roots)
  return walk.reads()
}

class Walk {
  readonly #followed: ReadonlyMap<Coordinate, Followed>
  readonly #limits: ReadLimits
  readonly #untrusted = new Map<Coordinate, Set<string>>()
  readonly #values = new Map<string, ReadValue>()
  /** How many different values of each label came, and by which coordinates. */
  readonly #counts = new Map<ProtectedLabel, number>()
  readonly #carriers = new Map<ProtectedLabel, Set<Coordinate>>()
  readonly #matters = new Map<OperationNode, boolean>()

  constructor(followed: ReadonlyMap<Coordinate, Followed>, limits: ReadLimits) {
    this.#followed = followed
    this.#limits = limits
  }

  object(data: Data, nodes: readonly OperationNode[]): void {
    for (const node of nodes) {
      if (!this.#mattersHere(node) || !Object.hasOwn(data, node.responseKey)) continue
      const value = data[node.responseKey]
      if (value === null || value === undefined) continue
      const typename = node.coordinates.length > 1 || node.onTypes ? typenameOf(data, nodes) : null
      if (typename !== null && node.onTypes && !node.onTypes.includes(typename)) continue
      for (const coordinate of carriedBy(node, typename)) this.#note(coordinate, value)
      if (node.children.length > 0) this.#inside(value, node.children)
    }
  }

  reads(): Reads {
    const { valuesPerAnswer } = this.#limits
    const tooMany = [...this.#counts].flatMap(([label, count]) => (count > valuesPerAnswer ? [label] : []))
    return {
      untrusted: this.#untrusted,
      values: [...this.#values.values()].filter(({ label }) => !tooMany.includes(label)),
      tooMany: tooMany.flatMap((label) =>
        [...(this.#carriers.get(label) ?? [])].map((coordinate) => ({ label, coordinate })),
      ),
    }
  }

  #mattersHere(node: OperationNode): boolean {
    const known = this.#matters.get(node)
    if (known !== undefined) return known
    const matters =
      node.coordinates.some((coordinate) => this.#followed.has(coordinate)) ||
      node.children.some((child) => this.#mattersHere(child))
    this.#matters.set(node, matters)
    return matters
  }

  #inside(value: unknown, children: readonly OperationNode[]): void {
    if (Array.isArray(value)) for (const item of value) this.#inside(item, children)
    else if (typeof value === 'object' && value !== null) this.object(value as Data, children)
  }

  #note(coordinate: Coordinate, value: unknown): void {
    const followed = this.#followed.get(coordinate)
    if (followed === undefined) return
    for (const leaf of leavesOf(value)) {
      if (followed.untrusted) this.#noteText(coordinate, String(leaf))
      if (followed.protects !== null) this.#noteValue(coordinate, followed.protects, followed.form, leaf)
    }
  }

  #noteText(coordinate: Coordinate, text: string): void {
    const texts = this.#untrusted.get(coordinate) ?? new Set()
    this.#untrusted.set(coordinate, texts.add(text))
  }

  #noteValue(coordinate: Coordinate, label: ProtectedLabel, form: Followed['form'], leaf: string | number): void {
    const folded = form === 'number' ? foldNumber(leaf) : foldText(String(leaf))
    if (folded === null) return
    const long =
      form === 'number' ? digitsOf(folded) >= this.#limits.shortest.number : folded.length >= this.#limits.shortest.text
    if (!long) return
    const carriers = this.#carriers.get(label) ?? new Set()
    this.#carriers.set(label, carriers.add(coordinate))
    const key = `${label} ${form} ${folded}`
    const count = this.#counts.get(label) ?? 0
    if (this.#values.has(key) || count > this.#limits.valuesPerAnswer) return
    this.#counts.set(label, count + 1)
    this.#values.set(key, { label, coordinate, form, folded })
  }
}

/** The texts and numbers of a value; of a scalar that is an object, its keys as well. */
function leavesOf(value: unknown): readonly (string | number)[] {
  if (typeof value === 'string' || typeof value === 'number') return [value]
  if (typeof value === 'boolean') return [String(value)]
  if (Array.isArray(value)) return value.flatMap(leavesOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...leavesOf(inner)])
}
