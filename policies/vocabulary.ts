/**
 * The words in which permissions are written. Words about the caller, the arguments, the time and the purpose are decided in
 * the gateway before anything is fetched; words about the record are decided in the subgraph, where the record is, and a
 * mutation's before it acts.
 */
import type { CallerKind } from '../lib/caller.ts'
import type { RuleContext } from './engine/types.ts'
import { groupRule, leafRule, type Answer, type RecordTarget, type Rule } from './engine/rule.ts'
import type { PurposeName } from './purposes.ts'
import type { ScopeName } from './scopes.ts'
import { argumentValues } from './vocabulary/argument.ts'
import { compareDecimals } from './vocabulary/decimal.ts'
import { hoursMatcher, type Hours } from './vocabulary/hours.ts'

const allow: Answer = Object.freeze({ outcome: 'allow' })

function deny(reason: string, missingScopes: readonly string[] = []): Answer {
  return { outcome: 'deny', reason, missingScopes, certain: true }
}

/** The rule has nothing to judge by: that denies, and `not` leaves it so. */
function cannotTell(reason: string): Answer {
  return { outcome: 'deny', reason, missingScopes: [], certain: false }
}

/** All of the rules must allow. Decided where its last part is. */
export function all(...rules: readonly [Rule, ...Rule[]]): Rule {
  return groupRule('all', rules)
}

/** One of the rules must allow. Decided where the first part is that allows. */
export function any(...rules: readonly [Rule, ...Rule[]]): Rule {
  return groupRule('any', rules)
}

/**
 * The rule must not hold. It stands before what can answer definitely: a kind of caller, an argument, a time, a purpose, a
 * record. Before a scope it is refused: losing a scope must never open anything.
 */
export function not(rule: Rule): Rule {
  return groupRule('not', [rule])
}

/** Every authenticated caller. Decided in the gateway. */
export const everyone: Rule = leafRule({
  word: 'everyone',
  title: 'everyone',
  inputs: [],
  read: [],
  check: () => allow,
})

/** No caller at all: the field exists in the system, but this gateway does not open it. Decided in the gateway. */
export const nobody: Rule = leafRule({
  word: 'nobody',
  title: 'nobody',
  inputs: [],
  read: [],
  check: () => deny('nobody may use it'),
})

/** The caller holds the scope. Decided in the gateway. */
export function callerMay(scope: ScopeName): Rule {
  return leafRule({
    word: 'callerMay',
    title: `callerMay('${scope}')`,
    inputs: ['authority'],
    read: ['caller.scopes'],
    scopes: [scope],
    check: ({ authority }) =>
      authority.scopes.includes(scope) ? allow : deny(`needs the scope \`${scope}\``, [scope]),
  })
}

/** The caller is an agent, a person or a service. Decided in the gateway. */
export function callerIs(kind: CallerKind): Rule {
  const article = kind === 'agent' ? 'an' : 'a'
  return leafRule({
    word: 'callerIs',
    title: `callerIs('${kind}')`,
    inputs: ['authority'],
    read: ['caller.kind'],
    negatable: true,
    check: ({ authority }) => (authority.kind === kind ? allow : deny(`is for ${article} ${kind}`)),
  })
}

/** The argument is at most `limit`, exactly compared; all items when the path leads through a list. Decided in the gateway. */
export function argumentAtMost(path: string, limit: number | string): Rule {
  return amountRule('argumentAtMost', path, limit, (order) => order <= 0, `\`${path}\` may be at most ${String(limit)}`)
}

/** The argument is at least `limit`. Decided in the gateway. */
export function argumentAtLeast(path: string, limit: number | string): Rule {
  return amountRule(
    'argumentAtLeast',
    path,
    limit,
    (order) => order >= 0,
    `\`${path}\` must be at least ${String(limit)}`,
  )
}

/** The argument is one of the values. Decided in the gateway. */
export function argumentOneOf(path: string, values: readonly (string | number | boolean)[]): Rule {
  const list = values.map((value) => `\`${String(value)}\``).join(', ')
  return argumentRule('argumentOneOf', `'${path}', ${JSON.stringify(values)}`, path, (given) => {
    if (isMissing(given)) return cannotTell(`needs \`${path}\``)
    const fits = given.every((value) => values.some((known) => known === value))
    return fits ? allow : deny(`\`${path}\` must be one of ${list}`)
  })
}

/** The argument was left out, or is null or an empty list. Decided in the gateway. */
export function argumentAbsent(path: string): Rule {
  return argumentRule('argumentAbsent', `'${path}'`, path, (given) =>
    given.every((value) => value === null) ? allow : deny(`\`${path}\` must be left out`),
  )
}

/** Which record a rule on a root field means: its type and the argument that has its id. */
export interface RecordOfRoot {
  readonly of: string
  readonly id: string
}

/**
 * The record's `field` names the caller, or the one on whose behalf it acts. Decided in the subgraph. On a field of an entity
 * the record is that entity; a root field says which one: `ownRecord('ownerId', { of: 'Case', id: 'input.id' })`.
 */
export function ownRecord(field: string, root?: RecordOfRoot): Rule {
  return leafRule({
    ...recordOptions('ownRecord', `'${field}'`, [field], root),
    inputs: ['record', 'identity'],
    read: [`record.${field}`, 'caller.id', 'caller.onBehalfOf'],
    check: ({ record, context: { caller } }) => {
      const owner = record[field]
      if (typeof owner !== 'string') return cannotTell('the record has no owner')
      return owner === caller.id || owner === caller.onBehalfOf ? allow : deny('is for the owner of the record')
    },
  })
}

/**
 * The predicate holds for the record. Decided in the subgraph. `fields` are the fields it reads; reading another one is a
 * failure, and a failure denies. `name` completes the sentence "is for …" in a denial.
 */
export function recordWhere<const Field extends string>(
  name: string,
  fields: readonly Field[],
  predicate: (record: Readonly<Record<Field, unknown>>, context: RuleContext) => boolean | Promise<boolean>,
  root?: RecordOfRoot,
): Rule {
  const answer = (holds: unknown): Answer => {
    if (holds === true) return allow
    return holds === false ? deny(`is for ${name}`) : cannotTell(`\`${name}\` gave no clear answer`)
  }
  return leafRule({
    ...recordOptions('recordWhere', `'${name}'`, fields, root),
    inputs: ['record', 'identity', 'time'],
    read: fields.map((field) => `record.${field}`),
    check: ({ record, context }) => {
      const holds = predicate(record, context)
      return holds instanceof Promise ? holds.then(answer) : answer(holds)
    },
  })
}

/** The request comes on these days within these hours. Decided in the gateway. */
export function within(hours: Hours): Rule {
  const matches = hoursMatcher(hours)
  const { days, from, to, timeZone } = hours
  const text = `${days.join(' ')} ${from}-${to} ${timeZone}`
  return leafRule({
    word: 'within',
    title: `within(${text})`,
    inputs: ['time'],
    read: ['now'],
    negatable: true,
    check: ({ context }) => (matches(context.now) ? allow : deny(`is open ${text}`)),
  })
}

/** The caller declared one of these purposes, which its roles allow. Decided in the gateway. */
export function forPurpose(...allowed: readonly [PurposeName, ...PurposeName[]]): Rule {
  const list = allowed.map((purpose) => `\`${purpose}\``).join(', ')
  return leafRule({
    word: 'forPurpose',
    title: `forPurpose(${allowed.map((purpose) => `'${purpose}'`).join(', ')})`,
    inputs: ['purpose'],
    read: ['caller.purpose'],
    purposes: allowed,
    negatable: true,
    check: ({ context: { caller } }) => {
      if (caller.purpose === null) return cannotTell(`needs a declared purpose, one of ${list}`)
      return allowed.some((purpose) => purpose === caller.purpose) ? allow : deny(`is for the purpose ${list}`)
    },
  })
}

/** A person with the role must decide. Asked in the gateway; nothing is fetched or changed before. */
export function askPerson(approversRole: string, why: string): Rule {
  return leafRule({
    word: 'askPerson',
    title: `askPerson('${approversRole}')`,
    inputs: [],
    read: [],
    approvers: approversRole,
    check: () => ({ outcome: 'ask', approvers: approversRole, reason: why }),
  })
}

function argumentRule(
  word: string,
  parameters: string,
  path: string,
  judge: (given: readonly unknown[]) => Answer,
): Rule {
  return leafRule({
    word,
    title: `${word}(${parameters})`,
    inputs: ['arguments'],
    read: [`args.${path}`],
    argumentPaths: [path],
    negatable: true,
    check: ({ args }) => judge(argumentValues(args, path)),
  })
}

/** True when there is nothing to judge, or a list item lacks what is judged. */
function isMissing(given: readonly unknown[]): boolean {
  return given.length === 0 || given.includes(null)
}

function amountRule(
  word: string,
  path: string,
  limit: number | string,
  fits: (order: -1 | 0 | 1) => boolean,
  reason: string,
): Rule {
  if (compareDecimals(limit, limit) === null) throw new RangeError(`\`${String(limit)}\` is not a decimal number`)
  return argumentRule(word, `'${path}', ${String(limit)}`, path, (given) => {
    if (isMissing(given)) return cannotTell(`needs \`${path}\``)
    const orders = given.map((value) => compareDecimals(value, limit))
    if (orders.some((order) => order === null)) return cannotTell(`\`${path}\` is not a decimal number`)
    return orders.every((order) => order !== null && fits(order)) ? allow : deny(reason)
  })
}

function recordOptions(word: string, parameters: string, fields: readonly string[], root: RecordOfRoot | undefined) {
  const target: RecordTarget | null = root === undefined ? null : { type: root.of, idPath: root.id }
  const of = root === undefined ? '' : `, { of: '${root.of}', id: '${root.id}' }`
  return { word, title: `${word}(${parameters}${of})`, recordFields: fields, target, negatable: true }
}
