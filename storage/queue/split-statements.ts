/** Splits an SQL script where PostgreSQL would: at semicolons that stand in no string, name, comment or function body. */

// In order: 'string' (with '' inside), "name", $tag$ body $tag$, -- comment, /* comment */, and the semicolon we look for.
const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|--[^\n]*|\/\*[\s\S]*?\*\/|;/g

/** The statements of a script, trimmed, without the empty ones. */
export function splitStatements(script: string): readonly string[] {
  const statements: string[] = []
  let start = 0
  for (const token of script.matchAll(tokens)) {
    if (token[0] !== ';') continue
    statements.push(script.slice(start, token.index).trim())
    start = token.index + 1
  }
  statements.push(script.slice(start).trim())
  return statements.filter((statement) => statement !== '')
}
