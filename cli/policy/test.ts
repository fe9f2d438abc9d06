/** `mandate policy test`: runs the cases of `policies/cases/` and says which coordinates no case covers. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { readCaseDocuments } from '../../gateway/policy/case-documents.ts'
import { coverageOf, type CoordinateCoverage } from '../../gateway/policy/coverage.ts'
import { runCase, type CaseResult } from '../../gateway/policy/run-case.ts'
import type { CaseGroup } from '../../policies/cases/case.ts'
import { table } from '../table.ts'
import { policiesFolder, readApiSchema, requireRevision, type PolicyIo } from './workspace.ts'

export interface TestPoliciesOptions {
  readonly json?: boolean
  /** Write the coverage of every coordinate, not only of those that lack a case. */
  readonly coverage?: boolean
}

/** Runs all cases; throws when one does not hold, after the report has been written. */
export async function testPolicies(io: PolicyIo, options: TestPoliciesOptions): Promise<void> {
  const folder = path.join(policiesFolder(io), 'cases')
  const revision = await requireRevision(io)
  const groups = await importCases(folder)
  const run = { apiSchema: await readApiSchema(io), revision, documents: readCaseDocuments(folder, groups) }
  const results: CaseResult[] = []
  for (const group of groups) {
    for (const tested of group.cases) results.push(await runCase(group.name, tested, run))
  }
  const failed = results.filter((result) => result.differences.length > 0)
  const coverage = coverageOf(results, revision)
  const uncovered = coverage.filter(({ lacks }) => lacks.length > 0)
  if (options.json === true) {
    io.write(`${JSON.stringify({ ok: failed.length === 0, revision: revision.id, results, coverage }, null, 2)}\n`)
  } else {
    for (const { title, as, differences } of failed) {
      io.write(`FAILED  ${title} (as ${as})\n${differences.map((difference) => `        ${difference}\n`).join('')}`)
    }
    io.write(
      `${String(results.length - failed.length)} of ${String(results.length)} cases hold under revision ${revision.id}.\n`,
    )
    io.write(coverageReport(coverage, uncovered, options.coverage === true ? 'every' : 'uncovered'))
  }
  if (failed.length > 0)
    throw new Error(`${failed.length === 1 ? 'A case does' : `${String(failed.length)} cases do`} not hold.`)
}

async function importCases(folder: string): Promise<readonly CaseGroup[]> {
  if (!existsSync(path.join(folder, 'index.ts'))) {
    throw new Error(`There are no cases: write ${folder}/index.ts, which exports \`caseGroups\`.`)
  }
  const module = (await import(pathToFileURL(path.join(folder, 'index.ts')).href)) as {
    readonly caseGroups?: readonly CaseGroup[]
  }
  if (module.caseGroups === undefined) throw new Error(`${folder}/index.ts exports no \`caseGroups\`.`)
  return module.caseGroups
}

function coverageReport(
  coverage: readonly CoordinateCoverage[],
  uncovered: readonly CoordinateCoverage[],
  show: 'every' | 'uncovered',
): string {
  const shown = show === 'every' ? coverage : uncovered
  const rows = shown.map(({ coordinate, allowed, refused, lacks }) => [
    coordinate,
    String(allowed),
    String(refused),
    lacks.map((lack) => (lack === 'allow' ? 'a case that allows' : 'a case that refuses')).join(' and '),
  ])
  const summary =
    uncovered.length === 0
      ? `Every one of the ${String(coverage.length)} coordinates is covered.\n`
      : `${String(uncovered.length)} of ${String(coverage.length)} coordinates lack a case:\n`
  return rows.length === 0 ? summary : `${summary}${table(['coordinate', 'allowed', 'refused', 'lacks'], rows, 60)}`
}
