/**
 * A rule of a table: a graphql-shield object with a description of what it asks, what it reads and where it was written.
 * The description is what the compiler checks, and what makes it possible to know a verdict before the record is at hand.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CallerKind } from '../../lib/caller.ts'
import type { RuleContext, Verdict } from './types.ts'
import { shieldGroup, shieldLeaf, type ShieldAnswer, type ShieldLeaf, type ShieldRule } from './shield.ts'

declare const brand: unique symbol
/** A rule made by the vocabulary. Nothing else may stand in a table. */
export type Rule = ShieldRule & { readonly [brand]: 'Rule' }

/**
 * What a rule looks at. `authority` is the caller's kind, roles and scopes; `identity` is who it is and for whom it acts.
 * A rule that looks at nothing but the authority has one verdict for all callers with the same one.
 */
export type RuleInput = 'authority' | 'identity' | 'arguments' | 'record' | 'time' | 'purpose'

/** The part of a caller on which static verdicts and visible schemas depend. */
export interface Authority {
  readonly kind: CallerKind
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
}

/** A record as a rule sees it: the fields it declared, and no other. */
export type RuleRecord = Readonly<Record<string, unknown>>

export interface Question {
  readonly authority: Authority
  readonly context: RuleContext
  readonly args: Readonly<Record<string, unknown>>
  readonly record: RuleRecord
}

/**
 * What a leaf answers. `certain: false` says that it could not tell: a missing argument, a failed predicate. That denies,
 * and `not` does not turn it into a permission.
 */
export type Answer =
  | { readonly outcome: 'allow' }
  | { readonly outcome: 'ask'; readonly approvers: string; readonly reason: string }
  | {
      readonly outcome: 'deny'
      readonly reason: string
      readonly missingScopes: readonly string[]
      readonly certain: boolean
    }

/** The record that a rule on a root field means, since a root field has no parent: which type, and which argument has its id. */
export interface RecordTarget {
  readonly type: string
  readonly idPath: string
}

export interface Leaf {
  readonly form: 'leaf'
  /** The word of the vocabulary: `callerMay`. */
  readonly word: string
  /** As written: `callerMay('crm:read')`. */
  readonly title: string
  readonly inputs: ReadonlySet<RuleInput>
  /** `caller.scopes`, `args.input.amount`, `record.ownerId`, `now`. */
  readonly read: readonly string[]
  readonly scopes: readonly string[]
  readonly purposes: readonly string[]
  /** The role that an `askPerson` turns to. */
  readonly approvers: string | null
  readonly argumentPaths: readonly string[]
  readonly recordFields: readonly string[]
  readonly target: RecordTarget | null
  /** Whether `not` may stand before it: only where a no is as certain as a yes, and takes no right away. */
  readonly negatable: boolean
  readonly where: string | null
  readonly check: (question: Question) => Answer | Promise<Answer>
}

export interface Group {
  readonly form: 'all' | 'any' | 'not'
  readonly title: string
  readonly parts: readonly Rule[]
  readonly where: string | null
}

export type RuleDescription = Leaf | Group

const descriptions = new WeakMap<object, RuleDescription>()

/** The description of a rule; null for anything that the vocabulary did not make. */
export function describeRule(value: unknown): RuleDescription | null {
  return typeof value === 'object' && value !== null ? (descriptions.get(value) ?? null) : null
}

/** The description of what is known to be a rule. */
export function descriptionOf(rule: Rule): RuleDescription {
  const description = descriptions.get(rule)
  if (description === undefined) throw new TypeError('not a rule of the vocabulary')
  return description
}

export type LeafOptions = Pick<Leaf, 'word' | 'title' | 'check' | 'read'> & {
  readonly inputs: readonly RuleInput[]
} & Partial<Pick<Leaf, 'scopes' | 'purposes' | 'approvers' | 'argumentPaths' | 'recordFields' | 'target' | 'negatable'>>

let made = 0

/** Makes a leaf: one question, asked through graphql-shield under a name of its own. */
export function leafRule(options: LeafOptions): Rule {
  const leaf: Leaf = Object.freeze({
    scopes: [],
    purposes: [],
    approvers: null,
    argumentPaths: [],
    recordFields: [],
    target: null,
    negatable: false,
    ...options,
    form: 'leaf',
    inputs: new Set(options.inputs),
    where: writtenAt(),
    check: (question: Question) => {
      const answer = options.check(question)
      return answer instanceof Promise ? answer.then(requireAnswer) : requireAnswer(answer)
    },
  })
  made += 1
  const rule = shieldLeaf(`${leaf.word}#${String(made)}`, (record, args, context) => {
    const question = { ...(context as Pick<Question, 'authority' | 'context'>), args, record: record as RuleRecord }
    const answer = leaf.check(question)
    return answer instanceof Promise ? answer.then(shieldAnswer) : shieldAnswer(answer)
  })
  descriptions.set(rule, leaf)
  return rule as Rule
}

/** What a leaf answers outside its contract is a mistake, and must not pass for anything. */
function requireAnswer(answer: unknown): Answer {
  const outcome: unknown = typeof answer === 'object' && answer !== null && 'outcome' in answer ? answer.outcome : null
  if (outcome === 'allow' || outcome === 'ask' || outcome === 'deny') return answer as Answer
  throw new TypeError('a rule answered outside its contract')
}

/** Makes a rule of rules. `parts` is not checked here: the compiler refuses what does not belong, with its place. */
export function groupRule(form: Group['form'], parts: readonly Rule[], where: string | null = writtenAt()): Rule {
  const title = `${form}(${parts.map((part) => describeRule(part)?.title ?? typeof part).join(', ')})`
  const rule = shieldGroup(form, parts)
  descriptions.set(rule, Object.freeze({ form, title, parts: Object.freeze([...parts]), where }))
  return rule as Rule
}

/** The way an answer that is not `allow` passes through shield: as an error, which shield hands on as it is. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  readonly answer: Answer

  constructor(answer: Answer) {
    super(answer.outcome)
    this.answer = answer
  }
}

function shieldAnswer(answer: Answer): ShieldAnswer {
  return answer.outcome === 'allow' ? true : new AnswerError(answer)
}

/** Every leaf under a rule, once each. */
export function leavesOf(rule: Rule): ReadonlyMap<ShieldLeaf, Leaf> {
  const leaves = new Map<ShieldLeaf, Leaf>()
  const walk = (part: Rule): void => {
    const description = descriptionOf(part)
    if (description.form === 'leaf') leaves.set(part as ShieldLeaf, description)
    else description.parts.forEach(walk)
  }
  walk(rule)
  return leaves
}

/** A verdict on a leaf, with the certainty that `not` needs. */
export type LeafVerdict = Answer | Extract<Verdict, { outcome: 'needs-record' }>

const engineFolder = `${import.meta.dirname}${path.sep}`

/** Where the rule stands that is being made: the first frame of the stack outside the engine and the vocabulary. */
function writtenAt(): string | null {
  for (const line of (new Error().stack ?? '').split('\n').slice(1)) {
    const match = /\(?(?<url>file:\/\/[^)\s]+?|\/[^)\s]+?):(?<row>\d+):\d+\)?$/u.exec(line)
    if (match?.groups === undefined) continue
    const { url = '', row = '' } = match.groups
    const file = url.startsWith('file:') ? fileURLToPath(url.replace(/\?.*$/u, '')) : url.replace(/\?.*$/u, '')
    if (file.startsWith(engineFolder) || /[\\/]policies[\\/]vocabulary(?:[\\/]|\.ts$)/u.test(file)) continue
    return /[\\/]node_modules[\\/]/u.test(file) ? null : `${file}:${row}`
  }
  return null
}
