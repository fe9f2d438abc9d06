/** The operations of the cases, each one as a document of its own with the fragments it uses. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, separateOperations, type DocumentNode } from 'graphql'
import type { CaseGroup } from '../../policies/cases/case.ts'

export type CaseDocument = DocumentNode

/** By group and operation name: `crm ReadAccounts`. */
export function readCaseDocuments(folder: string, groups: readonly CaseGroup[]): ReadonlyMap<string, CaseDocument> {
  return new Map(
    groups.flatMap(({ name }): [string, CaseDocument][] => {
      const text = readFileSync(path.join(folder, `${name}.graphql`), 'utf8')
      const operations = separateOperations(parse(text, { noLocation: true }))
      return Object.entries(operations).map(([operation, document]) => [`${name} ${operation}`, document])
    }),
  )
}
