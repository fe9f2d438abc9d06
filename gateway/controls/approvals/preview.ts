/**
 * What people see of an act: rendered from the contract and the coerced arguments, never from what the agent says of it. Its own
 * words stand apart, as a quotation.
 */
import type { Sensitivity } from '../../../lib/labels.ts'
import type { ContractArgument, ContractIndex } from '../../../schema/contract.ts'
import type {
  ApprovalPreview,
  PreviewAct,
  PreviewArgument,
  PreviewRead,
  StoredAsk,
} from '../../../storage/stores/approvals/request.ts'
import type { ActRoot } from './act.ts'
import type { ReadTarget } from './read-targets.ts'

export interface PreviewOptions {
  readonly roots: readonly ActRoot[]
  readonly targets: readonly ReadTarget[]
  readonly asked: readonly StoredAsk[]
  readonly readBefore: readonly PreviewRead[]
  readonly quotation: string | null
  /** Arguments of a root field that an approver may change, as pointers from its arguments. */
  readonly amendable: (root: ActRoot) => readonly string[]
  readonly index: ContractIndex
}

/** Renders an act. */
export function previewOf(options: PreviewOptions): ApprovalPreview {
  const { roots, asked, readBefore, quotation } = options
  return { acts: roots.map((root) => renderAct(root, options)), asked, readBefore, quotation }
}

function renderAct(root: ActRoot, { targets, index, amendable }: PreviewOptions): PreviewAct {
  const field = index.fields.get(root.coordinate)
  const found = targets.find(({ target }) => target.path === root.path) ?? null
  const leaves: PreviewArgument[] = []
  const pointers = new Set(amendable(root))
  const render = (
    values: Readonly<Record<string, unknown>>,
    definitions: readonly ContractArgument[],
    at: readonly string[],
    current: Current,
    outer: readonly Sensitivity[],
  ): void => {
    for (const [name, value] of Object.entries(values)) {
      const definition = definitions.find((each) => each.name === name)
      const labels = definition?.labels.length ? definition.labels : outer
      const inputs = index.types.get(definition?.typeName ?? '')?.inputFields ?? []
      const path = [...at, name]
      // The input object of a mutation is not a field of the record; what is inside it is.
      const inside = at.length === 0 && name === 'input' ? current : inner(current, name, index)
      if (isObject(value) && inputs.length > 0) {
        render(value, inputs, path, inside, labels)
        continue
      }
      const pointer = `/${path.join('/')}`
      leaves.push({
        path: path.join('.'),
        type: definition?.type ?? 'unknown',
        labels,
        value: value ?? null,
        ...compare(value ?? null, inside),
        pointer: pointers.has(pointer) ? `/${root.path}${pointer}` : null,
      })
    }
  }
  const known: Current = found === null ? absent : currentOf(found)
  render(root.args, field?.args ?? [], [], known, [])
  return {
    coordinate: root.coordinate,
    path: root.path,
    title: field?.description?.replaceAll(/\s+/g, ' ').trim() ?? root.coordinate,
    impact: field?.effect?.impact ?? null,
    reversible: field?.effect?.reversible ?? null,
    target: found?.target ?? null,
    arguments: leaves,
  }
}

/** What is known of the value that an argument would replace. */
type Current =
  | { readonly is: 'read'; readonly type: string; readonly value: unknown }
  | { readonly is: 'unreadable' }
  /** Records of the type have no such field, or the act makes a record. */
  | { readonly is: 'absent' }

const absent: Current = Object.freeze({ is: 'absent' })

function currentOf({ target, values }: ReadTarget): Current {
  return target.readable ? { is: 'read', type: target.type, value: values } : { is: 'unreadable' }
}

function inner(current: Current, name: string, index: ContractIndex): Current {
  if (current.is !== 'read') return current
  const field = index.fields.get(`${current.type}.${name}`)
  if (field === undefined) return absent
  if (current.value === null) return { is: 'read', type: field.typeName, value: null }
  // A field that was left out of the reading is one that the role may not read.
  return isObject(current.value) && Object.hasOwn(current.value, name)
    ? { is: 'read', type: field.typeName, value: current.value[name] }
    : { is: 'unreadable' }
}

function compare(value: unknown, current: Current): Pick<PreviewArgument, 'current' | 'change'> {
  switch (current.is) {
    case 'absent':
      return { current: null, change: 'NONE' }
    case 'unreadable':
      return { current: null, change: 'NOT_READABLE' }
    case 'read':
      if (current.value === null || current.value === undefined) {
        return { current: null, change: value === null ? 'SAME' : 'NEW' }
      }
      return {
        current: current.value,
        change: JSON.stringify(current.value) === JSON.stringify(value) ? 'SAME' : 'CHANGED',
      }
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
