/** What of a pilot is compared: sets of normalised items that remember how people wrote them, and the terms of its texts. */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { PilotFacts } from '../../../../storage/stores/pilots.ts'
import { partsOf, stem, termsOf } from './words.ts'

/** Each item by its normal form, with the words people used. */
export type ItemSet = ReadonlyMap<string, string>

export interface Profile {
  readonly id: string
  readonly capabilities: ItemSet
  readonly systems: ItemSet
  readonly steps: ItemSet
  /** How often each term stands in the texts. */
  readonly terms: ReadonlyMap<string, number>
  /** Changes when anything that is compared changes. */
  readonly hash: string
}

/** What a profile is made from. */
export type Compared = Pick<
  PilotFacts,
  'purpose' | 'responsibilities' | 'capabilities' | 'systems' | 'dataEntities' | 'workflowSteps' | 'role'
>

/** Makers and forms of a name that say nothing about which system it is, where something else of the name does. */
const trimmings = new Set([
  'sap',
  'microsoft',
  'ms',
  'google',
  'oracle',
  'atlassian',
  'amazon',
  'aws',
  'the',
  'system',
  'online',
  'cloud',
])
/** What one coordinate and the tool for the same thing are told apart by. */
const roots = new Set(['query', 'mutation', 'tool', 'api', 'get', 'fetch'])

/** The profile of a pilot. */
export function profileOf(id: string, pilot: Compared): Profile {
  const capabilities = itemsOf(pilot.capabilities, roots)
  const systems = itemsOf([...pilot.systems, ...pilot.dataEntities], trimmings)
  const steps = itemsOf(stepsOf(pilot), new Set())
  const terms = new Map<string, number>()
  for (const text of [pilot.purpose, ...pilot.responsibilities]) {
    for (const term of termsOf(text)) terms.set(term, (terms.get(term) ?? 0) + 1)
  }
  const told = {
    capabilities: [...capabilities.keys()].sort(),
    systems: [...systems.keys()].sort(),
    steps: [...steps.keys()].sort(),
    terms: [...terms].sort(([one], [other]) => (one < other ? -1 : 1)),
  }
  const hash = createHash('sha256')
    .update(canonicalize(told) ?? '')
    .digest('base64url')
  return { id, capabilities, systems, steps, terms, hash }
}

function stepsOf({ workflowSteps, role }: Compared): readonly string[] {
  if (workflowSteps.length > 0) return workflowSteps
  return role === null ? [] : [role]
}

/** Items by their normal form: parts in lower case, endings off, what says nothing left out. */
function itemsOf(texts: readonly string[], silent: ReadonlySet<string>): ItemSet {
  const items = new Map<string, string>()
  for (const text of texts) {
    const parts = partsOf(text)
    const telling = parts.filter((part) => !silent.has(part))
    const normal = (telling.length > 0 ? telling : parts).map(stem).join(' ')
    if (normal !== '' && !items.has(normal)) items.set(normal, text)
  }
  return items
}
