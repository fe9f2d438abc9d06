/**
 * Reads the contracts: what each subgraph promises in its SDL, as one index from coordinate to its facts. The policy
 * compiler, the ledger and the cost check read labels, effects, arguments and dependencies from here.
 */
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { print } from 'graphql'
import type { Coordinate, Effect, Sensitivity } from '../lib/labels.ts'
import {
  ContractDrafts,
  unwrap,
  type ArgumentDraft,
  type Contract,
  type ContractTypeKind,
  type FieldDraft,
  type TypeDraft,
} from './contract-draft.ts'
import type { AccessDemand } from './access-demands.ts'
import { fieldSetCoordinates, type FieldTypes } from './field-set.ts'
import { ContractError } from './links.ts'

export type { Contract } from './contract-draft.ts'

/** The name under which the shared definitions of `schema/mandate.graphql` stand in the index and in `policies/`. */
export const sharedContract = 'mandate'

export interface ContractArgument {
  readonly name: string
  /** As written: `[ID!]!`. */
  readonly type: string
  readonly typeName: string
  readonly isList: boolean
  readonly isRequired: boolean
  readonly labels: readonly Sensitivity[]
}

export interface ContractField {
  readonly coordinate: Coordinate
  readonly parentType: string
  readonly fieldName: string
  /** The subgraphs that resolve it; `@external` declarations do not count. */
  readonly subgraphs: readonly string[]
  /** The tables in `policies/` that may rule it: `subgraphs`, or `mandate` for what the shared file defines. */
  readonly ruledBy: readonly string[]
  /** Labels of the field and of its type, once each. */
  readonly labels: readonly Sensitivity[]
  readonly effect: Effect | null
  readonly args: readonly ContractArgument[]
  /** As written: `[Account!]!`. */
  readonly type: string
  readonly typeName: string
  readonly isList: boolean
  readonly description: string | null
  /** What its resolver reads beside its parent: `@requires`, `@provides` and `@fromContext`, direct ones only. */
  readonly requires: readonly Coordinate[]
  /** The key fields by which another subgraph's entity reaches it: `@key` of its type where it is resolved. */
  readonly keys: readonly Coordinate[]
}

export interface ContractType {
  readonly name: string
  readonly kind: ContractTypeKind
  readonly subgraphs: readonly string[]
  readonly description: string | null
  readonly labels: readonly Sensitivity[]
  /** Field names, of objects and interfaces; of inputs see `inputFields`. */
  readonly fields: readonly string[]
  readonly inputFields: readonly ContractArgument[]
  readonly interfaces: readonly string[]
  /** Of an interface: the object types that implement it. */
  readonly implementers: readonly string[]
  /** Of a union: its members. */
  readonly members: readonly string[]
}

export interface ContractIndex {
  readonly subgraphs: readonly string[]
  readonly fields: ReadonlyMap<Coordinate, ContractField>
  readonly types: ReadonlyMap<string, ContractType>
  /**
   * Subgraphs that are not ours and run no guard: a rule that needs the record cannot be decided there, and a field of theirs
   * without a rule is closed instead of a mistake.
   */
  readonly unguarded: ReadonlySet<string>
  /** What the supergraph itself demands, by coordinate; our contracts demand nothing, their rules stand in `policies/`. */
  readonly demands: ReadonlyMap<Coordinate, readonly AccessDemand[]>
}

/** Reads `mandate.graphql` and every other contract of the folder; `supergraph` and `api` are composed, not contracts. */
export function readContracts(folder: string): readonly Contract[] {
  const shared = readFileSync(path.join(folder, `${sharedContract}.graphql`), 'utf8')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => ({ file: path.join(folder, file), name: file.slice(0, -'.graphql'.length) }))
    .filter(({ name }) => ![sharedContract, 'supergraph', 'api'].includes(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ file, name }) => ({ name, file, shared, sdl: `${shared}\n${readFileSync(file, 'utf8')}` }))
}

/** One index over all contracts. Throws a `ContractError` naming file and mend when a contract cannot be trusted. */
export function contractIndex(contracts: readonly Contract[]): ContractIndex {
  const drafts = new ContractDrafts()
  for (const contract of contracts) drafts.add(contract)
  const types = new Map<string, ContractType>()
  const fields = new Map<Coordinate, ContractField>()
  for (const [name, draft] of drafts.types) {
    types.set(name, buildType(name, draft, drafts))
    for (const [fieldName, field] of draft.fields) {
      if (field.subgraphs.size === 0) continue
      fields.set(`${name}.${fieldName}`, buildField(name, fieldName, field, drafts))
    }
  }
  return {
    subgraphs: contracts.map((contract) => contract.name),
    fields,
    types,
    unguarded: new Set(),
    demands: new Map(),
  }
}

function buildType(name: string, draft: TypeDraft, drafts: ContractDrafts): ContractType {
  const implementers =
    draft.kind === 'interface'
      ? [...drafts.types].filter(([, type]) => type.kind === 'object' && type.interfaces.has(name))
      : []
  return {
    name,
    kind: draft.kind,
    subgraphs: [...draft.subgraphs],
    description: draft.description,
    labels: [...draft.labels],
    fields: [...draft.fields].filter(([, field]) => field.subgraphs.size > 0).map(([fieldName]) => fieldName),
    inputFields: [...draft.inputFields].map(([inputName, input]) => buildArgument(inputName, input)),
    interfaces: [...draft.interfaces],
    implementers: implementers.map(([implementer]) => implementer),
    members: [...draft.members],
  }
}

function buildField(typeName: string, fieldName: string, draft: FieldDraft, drafts: ContractDrafts): ContractField {
  const coordinate: Coordinate = `${typeName}.${fieldName}`
  const subgraphs = [...draft.subgraphs]
  const type = drafts.types.get(typeName)
  const keys = subgraphs
    .flatMap((subgraph) => type?.keys.get(subgraph) ?? [])
    .flatMap((fieldSet) => fieldSetCoordinates(fieldSet, typeName, fieldTypes(drafts), `@key of \`${typeName}\``))
  return {
    coordinate,
    parentType: typeName,
    fieldName,
    subgraphs,
    ruledBy: draft.shared ? [sharedContract] : subgraphs,
    labels: [...new Set([...draft.labels, ...(type?.labels ?? [])])],
    effect: draft.effect,
    args: [...draft.args].map(([name, argument]) => buildArgument(name, argument)),
    type: draft.type,
    typeName: draft.typeName,
    isList: draft.isList,
    description: draft.description,
    requires: requiredBy(draft, drafts).filter((required) => required !== coordinate),
    keys: [...new Set(keys)].filter((key) => key !== coordinate),
  }
}

function requiredBy(draft: FieldDraft, drafts: ContractDrafts): readonly Coordinate[] {
  const direct = draft.dependencies.flatMap(({ fieldSet, on, at }) =>
    fieldSetCoordinates(fieldSet, on, fieldTypes(drafts), at),
  )
  const contextual = draft.contexts.flatMap(({ name, fieldSet, at }) => {
    const setters = drafts.contexts.get(name)
    if (setters === undefined) {
      throw new ContractError(`${at}: no type sets the context \`${name}\`; add @context(name: "${name}") to one.`)
    }
    return [...setters].flatMap((setter) => fieldSetCoordinates(fieldSet, setter, fieldTypes(drafts), at))
  })
  return [...new Set([...direct, ...contextual])]
}

function fieldTypes(drafts: ContractDrafts): FieldTypes {
  return (typeName, fieldName) => drafts.types.get(typeName)?.fields.get(fieldName)?.typeName ?? null
}

function buildArgument(name: string, draft: ArgumentDraft): ContractArgument {
  const { typeName, isList } = unwrap(draft.type)
  return { name, type: print(draft.type), typeName, isList, isRequired: draft.isRequired, labels: [...draft.labels] }
}
