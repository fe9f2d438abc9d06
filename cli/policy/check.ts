/** `mandate policy check`: whether the policies would load, and everything that is wrong when they would not. */
import { formatProblems } from '../../policies/engine/watch.ts'
import { typeCheckPolicies } from './type-check.ts'
import { loadFromDisk, policiesFolder, type PolicyIo } from './workspace.ts'

/** Checks; throws when there is a problem, after every problem has been written. */
export async function checkPolicies(io: PolicyIo, options: { readonly json?: boolean }): Promise<void> {
  const [types, loaded] = await Promise.all([typeCheckPolicies(io.root, policiesFolder(io)), loadFromDisk(io)])
  const problems = [
    ...(loaded.outcome === 'refused' ? loaded.problems : []),
    ...(types.outcome === 'checked' ? types.problems : []),
  ]
  if (options.json === true) {
    io.write(
      `${JSON.stringify({ ok: problems.length === 0, revision: loaded.id, types: types.outcome, problems }, null, 2)}\n`,
    )
  } else if (problems.length > 0) {
    io.write(`${formatProblems(problems)}\n`)
  } else if (loaded.outcome === 'compiled') {
    const { id, rules, roles, scopes } = loaded.revision
    io.write(
      `Revision ${id} is good: ${String(rules.size)} coordinates ruled, ${String(roles.size)} roles, ${String(scopes.size)} scopes.\n`,
    )
    if (types.outcome === 'skipped')
      io.write('Types were not checked: TypeScript is not installed, or the folder is outside the repository.\n')
  }
  if (problems.length > 0) {
    throw new Error(`The policies have ${problems.length === 1 ? 'a problem' : `${String(problems.length)} problems`}.`)
  }
}
