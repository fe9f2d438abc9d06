/** Reads a workflow definition from its file: YAML or JSON, every key known, every default filled in. */
import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import { readDefinitionFile } from './definition-file.ts'
import { problemsOf, type DefinitionProblem, type Positions } from './definition-problem.ts'
import { explainIssues } from './explain-issues.ts'
import { definitionSchema, type WorkflowDefinition } from './model.ts'

/** A definition that can be checked, or everything that keeps it from being read. */
export type ReadDefinitionResult =
  | {
      readonly ok: true
      readonly definition: WorkflowDefinition
      /** SHA-256 over its canonical JSON (RFC 8785), in hex: the same for two texts that mean the same. */
      readonly checksum: string
      /** Where its values stand, for `checkDefinition`. */
      readonly positions: Positions
    }
  | { readonly ok: false; readonly problems: readonly DefinitionProblem[] }

/** Reads the text of `file`, which is named in the problems only. */
export function readDefinition(text: string, file: string): ReadDefinitionResult {
  const { value, findings, positions } = readDefinitionFile(text, file)
  if (findings.length > 0) return { ok: false, problems: problemsOf(findings, positions) }
  const parsed = definitionSchema.safeParse(value, { reportInput: true })
  if (!parsed.success) {
    return { ok: false, problems: problemsOf(explainIssues(definitionSchema, parsed.error.issues), positions) }
  }
  return { ok: true, definition: parsed.data, checksum: checksumOf(parsed.data), positions }
}

/** The checksum that names exactly this definition. */
export function checksumOf(definition: WorkflowDefinition): string {
  return createHash('sha256')
    .update(canonicalize(definition) ?? '')
    .digest('hex')
}
