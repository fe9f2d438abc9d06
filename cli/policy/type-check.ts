/**
 * Type-checks the policies with TypeScript where it is installed: a misspelt field, scope or role is named with line and column
 * before anything is loaded. In production TypeScript is not there, and the compiler of the policies finds the same by itself.
 */
import path from 'node:path'
import type ts from 'typescript'
import type { PolicyProblem } from '../../policies/engine/types.ts'

export type TypeCheckResult =
  | { readonly outcome: 'checked'; readonly problems: readonly PolicyProblem[] }
  /** TypeScript is not installed, or the policies are outside the repository and its types. */
  | { readonly outcome: 'skipped' }

/** Checks every file of the policies folder under the repository's compiler options. */
export async function typeCheckPolicies(root: string, policies: string): Promise<TypeCheckResult> {
  const inside = !path.relative(root, policies).startsWith('..')
  const typescript = inside ? await importTypeScript() : null
  if (typescript === null) return { outcome: 'skipped' }
  const configFile = path.join(root, 'tsconfig.json')
  const { config } = typescript.readConfigFile(configFile, (file) => typescript.sys.readFile(file)) as {
    config: Record<string, unknown>
  }
  const { options, fileNames } = typescript.parseJsonConfigFileContent(
    { ...config, include: [path.join(policies, '**', '*.ts')] },
    typescript.sys,
    root,
  )
  const program = typescript.createProgram({ rootNames: fileNames, options: { ...options, noEmit: true } })
  const problems = fileNames.flatMap((file) => {
    const source = program.getSourceFile(file)
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    return found.map((diagnostic) => problemOf(diagnostic, typescript, path.dirname(policies)))
  })
  return { outcome: 'checked', problems }
}

async function importTypeScript(): Promise<typeof ts | null> {
  try {
    return (await import('typescript')).default
  } catch {
    return null
  }
}

function problemOf({ file, start, messageText }: ts.Diagnostic, typescript: typeof ts, root: string): PolicyProblem {
  const line = file === undefined || start === undefined ? null : file.getLineAndCharacterOfPosition(start).line + 1
  const where = file === undefined ? 'tsconfig.json' : path.relative(root, file.fileName)
  return {
    where: line === null ? where : `${where}:${String(line)}`,
    coordinate: null,
    message: typescript.flattenDiagnosticMessageText(messageText, '\n      '),
    mend: 'Correct the name or the type at this line.',
  }
}
