/** Reads a connector file: YAML, the strict schema, the addresses, and the secrets that it refers to. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { LineCounter, isNode, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { isLoopbackHost } from '../http/address-guard.ts'
import type { Credentials } from '../http/authorizer.ts'
import { ConnectorError, type ConnectorProblem } from './connector-error.ts'
import { connectorFile, type AuthFile, type ConnectorFile } from './connector-file.ts'
import { explainIssues } from './explain-issues.ts'

/** A connector file that has passed its schema, with its secrets. What its fields mean is up to `prepare-mapping.ts`. */
export interface ReadConnector {
  readonly name: string
  readonly file: string
  readonly content: ConnectorFile
  readonly url: URL
  readonly credentials: Credentials
  /** A problem at a place of the file, with its line. */
  problem(at: readonly PropertyKey[], message: string): ConnectorProblem
}

export interface ReadConnectorOptions {
  readonly folder: string
  readonly name: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Reads `<folder>/<name>.yaml`. @throws {ConnectorError} that names every problem with its line. */
export function readConnector({ folder, name, env }: ReadConnectorOptions): ReadConnector {
  const file = path.join(folder, `${name}.yaml`)
  const whole = (message: string) => new ConnectorError(name, [{ file, line: null, at: name, message }])
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw whole('the name of a connector has small letters, digits and hyphens only.')
  }
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    throw whole('there is no such file; make it, or name another connector.')
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: false, uniqueKeys: true })
  const problem = (at: readonly PropertyKey[], message: string): ConnectorProblem => ({
    file,
    line: lineOf(document, lines, at),
    at: at.map(String).join('.') || 'the top level',
    message,
  })
  const [broken] = document.errors
  if (broken) {
    const message = broken.message.split('\n')[0] ?? 'is not YAML'
    throw new ConnectorError(name, [{ file, line: lines.linePos(broken.pos[0]).line, at: 'YAML', message }])
  }
  const parsed = connectorFile.safeParse(document.toJS({ maxAliasCount: 50 }))
  if (!parsed.success) {
    const problems = explainIssues(connectorFile, parsed.error.issues).map(({ at, message }) => problem(at, message))
    throw new ConnectorError(name, problems)
  }
  const content = parsed.data
  const problems: ConnectorProblem[] = []
  const url = readUrl(content, problems, problem)
  const credentials = readCredentials(content.auth, env, (key, message) =>
    problems.push(problem(['auth', key], message)),
  )
  if (problems.length > 0 || url === null) throw new ConnectorError(name, problems)
  return { name, file, content, url, credentials, problem }
}

/** The URL of the system, where its host and that of the token endpoint are on the allow list. */
function readUrl(content: ConnectorFile, problems: ConnectorProblem[], problem: ReadConnector['problem']): URL | null {
  const url = URL.parse(content.url)
  if (url === null) {
    problems.push(problem(['url'], 'is not a URL.'))
    return null
  }
  if (url.username !== '' || url.password !== '') {
    problems.push(problem(['url'], 'has credentials in it; put references to them under `auth`.'))
  }
  // A database is reached by its own driver, which takes its address from the connection.
  if (content.kind === 'postgres') {
    if (!['postgres:', 'postgresql:'].includes(url.protocol)) {
      problems.push(problem(['url'], 'must begin with `postgres://` for a connector of the kind `postgres`.'))
    }
    checkHost(url, ['url'], content, problems, problem)
  } else checkTarget(url, ['url'], content, problems, problem)
  if (content.auth.type === 'oauth2ClientCredentials') {
    checkTarget(new URL(content.auth.tokenUrl), ['auth', 'tokenUrl'], content, problems, problem)
  }
  if (url.search !== '' || url.hash !== '') problems.push(problem(['url'], 'cannot have a query or a fragment.'))
  return url
}

function checkTarget(
  url: URL,
  at: readonly string[],
  content: ConnectorFile,
  problems: ConnectorProblem[],
  problem: ReadConnector['problem'],
): void {
  checkHost(url, at, content, problems, problem)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))) return
  problems.push(problem(at, 'must begin with `https://`; `http://` is for a loopback address only.'))
}

function checkHost(
  url: URL,
  at: readonly string[],
  { allow }: ConnectorFile,
  problems: ConnectorProblem[],
  problem: ReadConnector['problem'],
): void {
  if (!allow.includes(url.host) && !allow.includes(url.hostname)) {
    problems.push(
      problem(at, `has the host \`${url.host}\`, which is not under \`allow\`; add it there if it is meant.`),
    )
  }
}

/** Reads what the references name. A secret is never empty, and never part of a message. */
function readCredentials(
  auth: AuthFile,
  env: ReadConnectorOptions['env'],
  complain: (key: string, message: string) => void,
): Credentials {
  const read = (key: string, reference: string): string => {
    const [kind, rest] = split(reference)
    const value = kind === 'env' ? (env[rest] ?? '') : readSecretFile(rest)
    if (value === '')
      complain(key, `refers to \`${reference}\`, and there is nothing there; set it before the gateway starts.`)
    // A line end inside would become another header.
    if (/[\r\n\0]/.test(value)) complain(key, `refers to \`${reference}\`, which has more than one line.`)
    return value
  }
  switch (auth.type) {
    case 'none':
      return auth
    case 'basic':
      return { type: 'basic', username: read('username', auth.username), password: read('password', auth.password) }
    case 'bearer':
      return { type: 'bearer', token: read('token', auth.token) }
    case 'apiKey':
      return { type: 'apiKey', header: auth.header, value: read('value', auth.value) }
    case 'oauth2ClientCredentials':
      return {
        type: auth.type,
        tokenUrl: auth.tokenUrl,
        clientId: read('clientId', auth.clientId),
        clientSecret: read('clientSecret', auth.clientSecret),
        scope: auth.scope ?? null,
      }
  }
}

function split(reference: string): [string, string] {
  const at = reference.indexOf(':')
  return [reference.slice(0, at), reference.slice(at + 1)]
}

function readSecretFile(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch {
    return ''
  }
}

/** The line of a place, or of the nearest place around it that is in the file. */
function lineOf(document: Document, lines: LineCounter, at: readonly PropertyKey[]): number | null {
  for (let length = at.length; length > 0; length--) {
    const node: unknown = document.getIn(at.slice(0, length), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return null
}

/** The issues of a driver's own options, at their place. */
export function checkOptions<T>(
  connector: ReadConnector,
  at: readonly string[],
  schema: z.ZodType<T>,
  options: unknown,
): T {
  const parsed = schema.safeParse(options)
  if (parsed.success) return parsed.data
  const issues = explainIssues(schema, parsed.error.issues)
  throw new ConnectorError(
    connector.name,
    issues.map((issue) => connector.problem([...at, ...issue.at], issue.message)),
  )
}
