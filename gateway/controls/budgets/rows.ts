/**
 * Rows: how many records with sensitive values an operation may deliver and how many an answer delivers, and which entities.
 * A record is an object whose type has an `id`. What has none is a part of the record around it, or stands for itself.
 */
import { createHash } from 'node:crypto'
import type { Sensitivity } from '../../../lib/labels.ts'
import type { ContractIndex } from '../../../schema/contract.ts'
import { visitObjects } from '../../checks/cost.ts'
import type { OperationNode } from '../../operation.ts'

type Data = Readonly<Record<string, unknown>>
type Nodes = readonly OperationNode[]

const sensitive: ReadonlySet<Sensitivity> = new Set<Sensitivity>(['RESTRICTED', 'PERSONAL'])

export interface Rows {
  /** Objects of any kind. */
  readonly objects: number
  readonly sensitiveRows: number
  /** Entities that can be told apart, once each: a hash of type and id. */
  readonly entities: readonly string[]
  /** Entities without their id: each counts as one that was never seen before. */
  readonly unnamed: number
}

/** The most rows that an operation is taken to deliver, by the sizes of its pages; no entity is known yet. */
export function boundRows(roots: Nodes, index: ContractIndex): Rows {
  let [objects, unnamed] = [0, 0]
  let sensitiveRows = roots.some((root) => isSensitiveLeaf(root, index)) ? 1 : 0
  const enclosed = new Set<OperationNode>()
  visitObjects(roots, (node, count) => {
    objects += count
    const record = isRecord(node, index)
    if (record) unnamed += count
    if (record || enclosed.has(node)) for (const child of node.children) enclosed.add(child)
    const holds = record
      ? mayHold(node.children, index)
      : !enclosed.has(node) && node.children.some((child) => isSensitiveLeaf(child, index))
    if (holds || ((record || !enclosed.has(node)) && isSensitive(node, index))) sensitiveRows += count
  })
  return { objects, sensitiveRows, entities: [], unnamed }
}

/** The rows that an answer delivers. */
export function deliveredRows(data: Data, roots: Nodes, index: ContractIndex): Rows {
  const entities = new Set<string>()
  let [objects, unnamed] = [0, 0]
  let sensitiveRows = roots.some((root) => isSensitiveLeaf(root, index) && valuesOf(data, root).length > 0) ? 1 : 0

  const visitAll = (object: Data, nodes: Nodes, enclosed: boolean): void => {
    for (const node of nodes) {
      if (node.children.length > 0) for (const inner of objectsOf(object, node)) visit(inner, node, enclosed)
    }
  }
  const visit = (object: Data, node: OperationNode, enclosed: boolean): void => {
    objects += 1
    const record = isRecord(node, index)
    if (record) {
      const id = idOf(object, node.children)
      if (id === null) unnamed += 1
      else entities.add(entityHash(node.returnType, id))
    }
    const holds = record
      ? holdsSensitive(object, node.children, index)
      : !enclosed && node.children.some((child) => isSensitiveLeaf(child, index) && valuesOf(object, child).length > 0)
    if (holds || ((record || !enclosed) && isSensitive(node, index))) sensitiveRows += 1
    visitAll(object, node.children, record || enclosed)
  }

  visitAll(data, roots, false)
  return { objects, sensitiveRows, entities: [...entities], unnamed }
}

/** Whether a record with these selections may have a sensitive value, in itself or in a part of it. */
function mayHold(nodes: Nodes, index: ContractIndex): boolean {
  return nodes.some((node) => {
    if (node.children.length === 0) return isSensitive(node, index)
    return !isRecord(node, index) && (isSensitive(node, index) || mayHold(node.children, index))
  })
}

/** Whether a record has a sensitive value, in itself or in a part of it. */
function holdsSensitive(object: Data, nodes: Nodes, index: ContractIndex): boolean {
  return nodes.some((node) => {
    if (node.children.length === 0) return isSensitive(node, index) && valuesOf(object, node).length > 0
    if (isRecord(node, index)) return false
    const parts = objectsOf(object, node)
    return (
      parts.length > 0 && (isSensitive(node, index) || parts.some((part) => holdsSensitive(part, node.children, index)))
    )
  })
}

function isRecord({ returnType }: OperationNode, index: ContractIndex): boolean {
  return index.fields.has(`${returnType}.id`)
}

function isSensitive({ coordinates }: OperationNode, index: ContractIndex): boolean {
  return coordinates.some((coordinate) => index.fields.get(coordinate)?.labels.some((label) => sensitive.has(label)))
}

function isSensitiveLeaf(node: OperationNode, index: ContractIndex): boolean {
  return node.children.length === 0 && isSensitive(node, index)
}

/** The values under a selection that are not null, out of their lists. An alias may be called `__proto__`: only own ones count. */
function valuesOf(object: Data, { responseKey }: OperationNode): readonly unknown[] {
  const value = Object.hasOwn(object, responseKey) ? object[responseKey] : null
  const values = Array.isArray(value) ? (value.flat(Infinity) as unknown[]) : [value]
  return values.filter((each) => each !== null && each !== undefined)
}

function objectsOf(object: Data, node: OperationNode): readonly Data[] {
  return valuesOf(object, node).filter((value): value is Data => typeof value === 'object')
}

function idOf(object: Data, nodes: Nodes): string | null {
  for (const node of nodes) {
    if (node.fieldName !== 'id') continue
    const [value] = valuesOf(object, node)
    if (typeof value === 'string' || typeof value === 'number') return String(value)
  }
  return null
}

function entityHash(type: string, id: string): string {
  return createHash('sha256').update(`${type}\n${id}`).digest().subarray(0, 16).toString('base64url')
}
