/**
 * Asks a rule: every leaf through graphql-shield, then the tree by `combine.ts`. A leaf that throws, takes too long or
 * answers anything outside its contract denies, and says why.
 */
import type { Caller } from '../../lib/caller.ts'
import type { Coordinate } from '../../lib/labels.ts'
import { combine, combineExplained, publicVerdict, type LeafVerdicts } from './combine.ts'
import { AnswerError, leavesOf, type Answer, type Authority, type Leaf, type LeafVerdict, type Rule } from './rule.ts'
import { askLeaf, type ShieldLeaf } from './shield.ts'
import type { ExplainedVerdict, RuleContext, Verdict } from './types.ts'

/** How long one leaf may think, in milliseconds. */
export const leafBudgetMs = 250

export interface Asked {
  /** The record; `elsewhere` in the gateway, where a rule that needs it says so; null where there is none. */
  readonly record: Readonly<Record<string, unknown>> | 'elsewhere' | null
  readonly args: Readonly<Record<string, unknown>>
  readonly context: RuleContext
  /** What counts as held, where grants widen it for this coordinate ({@link authorityFor}); the caller's own when left out. */
  readonly authority?: Authority
}

/** The verdict of a rule. Never rejects. */
export async function evaluate(rule: Rule, asked: Asked): Promise<Verdict> {
  return publicVerdict(combine(rule, await answers(rule, asked)))
}

/** The verdict with those of all parts. */
export async function evaluateExplained(rule: Rule, asked: Asked): Promise<ExplainedVerdict> {
  return combineExplained(rule, await answers(rule, asked))
}

/** The authority of a caller. */
export function authorityOf({ kind, roles, scopes }: Caller): Authority {
  return { kind, roles, scopes }
}

/**
 * The authority of a caller at one coordinate: its own, and the scopes of the grants that name the coordinate. What a grant adds
 * holds there and nowhere else.
 */
export function authorityFor(caller: Caller, coordinate: Coordinate): Authority {
  const own = authorityOf(caller)
  if (caller.grants.length === 0) return own
  const added = caller.grants.flatMap(({ coordinates, scopes }) => (coordinates.includes(coordinate) ? scopes : []))
  return added.length === 0 ? own : { ...own, scopes: [...new Set([...own.scopes, ...added])] }
}

async function answers(rule: Rule, asked: Asked): Promise<LeafVerdicts> {
  const leaves = [...leavesOf(rule)]
  const verdicts = await Promise.all(leaves.map(([leaf, description]) => ask(leaf, description, asked)))
  const byLeaf = new Map(leaves.map(([leaf], position) => [leaf, verdicts[position]]))
  return (leaf) => byLeaf.get(leaf) ?? cannotTell('the rule was not asked')
}

async function ask(leaf: ShieldLeaf, description: Leaf, asked: Asked): Promise<LeafVerdict> {
  const { record, args, context, authority = authorityOf(context.caller) } = asked
  if (record === null && description.inputs.has('record')) return cannotTell('there is no such record to decide about')
  const view = record === null || record === 'elsewhere' ? recordElsewhere : recordView(record, description)
  try {
    const answer = await inTime(askLeaf(leaf, view, args, { context, authority }))
    if (answer === true) return { outcome: 'allow' }
    if (answer instanceof AnswerError) return answer.answer
    return cannotTell(`\`${description.title}\` gave no clear answer`)
  } catch (error) {
    if (error instanceof NeedsRecord)
      return { outcome: 'needs-record', reason: `\`${description.title}\` reads the record` }
    return cannotTell(
      `\`${description.title}\` could not be decided${error instanceof RuleFailure ? `: ${error.message}` : ''}`,
    )
  }
}

/** A denial because a rule could not tell. */
export function cannotTell(reason: string): Extract<Answer, { outcome: 'deny' }> {
  return { outcome: 'deny', reason, missingScopes: [], certain: false }
}

class NeedsRecord extends Error {}

/** A failure whose message is ours and may be shown; the text of any other one stays unsaid. */
class RuleFailure extends Error {}

const recordElsewhere: Readonly<Record<string, unknown>> = new Proxy(
  {},
  Object.fromEntries(
    (['get', 'has', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'set', 'deleteProperty'] as const).map(
      (trap) => [
        trap,
        () => {
          throw new NeedsRecord()
        },
      ],
    ),
  ),
)

/** The declared fields of a record, and no other; a declared field that the record lacks is a failure, never `undefined`. */
function recordView(record: Readonly<Record<string, unknown>>, leaf: Leaf): Readonly<Record<string, unknown>> {
  return new Proxy(record, {
    get(target, key) {
      if (typeof key !== 'string' || !leaf.recordFields.includes(key)) {
        throw new RuleFailure(`it read \`${String(key)}\`, which it does not declare`)
      }
      const value = Object.hasOwn(target, key) ? target[key] : undefined
      if (value === undefined) throw new RuleFailure(`the record has no \`${key}\``)
      return value
    },
    has: () => {
      throw new RuleFailure('it looked for fields instead of reading the declared ones')
    },
    ownKeys: () => {
      throw new RuleFailure('it listed fields instead of reading the declared ones')
    },
    set: () => {
      throw new RuleFailure('it wrote to the record')
    },
    deleteProperty: () => {
      throw new RuleFailure('it wrote to the record')
    },
  })
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new RuleFailure(`it took longer than ${String(leafBudgetMs)} ms`))
    }, leafBudgetMs)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
