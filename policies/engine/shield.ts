/**
 * The only file that imports graphql-shield. Its ES module does not load on Node 23 or newer, so the CommonJS build is
 * taken, and given back the helper (`util.isUndefined`) that newer Node no longer has.
 */
import { createRequire } from 'node:module'
import type { rule as shieldRule, and as shieldAnd, or as shieldOr, not as shieldNot } from 'graphql-shield'

interface ShieldModule {
  readonly rule: typeof shieldRule
  readonly and: typeof shieldAnd
  readonly or: typeof shieldOr
  readonly not: typeof shieldNot
}

const require = createRequire(import.meta.url)

const util = require('node:util') as { isUndefined?: (value: unknown) => boolean }
util.isUndefined ??= (value) => value === undefined

const shield = require('graphql-shield') as ShieldModule

/** A rule that asks one question. */
export type ShieldLeaf = ReturnType<ReturnType<ShieldModule['rule']>>
/** A rule made of rules. */
type ShieldGroup = ReturnType<ShieldModule['and'] | ShieldModule['or'] | ShieldModule['not']>
export type ShieldRule = ShieldLeaf | ShieldGroup

/** What a leaf answers: true, or an error that says why not. Anything else is a mistake, and a denial. */
export type ShieldAnswer = true | Error

/** Makes a leaf. Always without a cache: shield's caches ignore arguments, or are keyed by a name that two rules may share. */
export function shieldLeaf(
  name: string,
  ask: (
    record: unknown,
    args: Readonly<Record<string, unknown>>,
    context: unknown,
  ) => ShieldAnswer | Promise<ShieldAnswer>,
): ShieldLeaf {
  return shield.rule(name, { cache: 'no_cache' })(ask as Parameters<ReturnType<ShieldModule['rule']>>[0])
}

export function shieldGroup(form: 'all' | 'any' | 'not', parts: readonly ShieldRule[]): ShieldRule {
  if (form === 'all') return shield.and(...parts)
  if (form === 'any') return shield.or(...parts)
  const [part] = parts
  if (part === undefined) throw new TypeError('`not` takes one rule')
  return shield.not(part)
}

/** True when shield would not cache the leaf's answers. */
export function isUncached(leaf: ShieldLeaf): boolean {
  return Reflect.get(leaf, 'cache') === 'no_cache'
}

/**
 * Asks a leaf through shield. `debug` makes shield rethrow what the leaf throws, instead of making `false` of it: a rule
 * that needs the record must not read as a rule that says no.
 */
export async function askLeaf(
  leaf: ShieldLeaf,
  record: object,
  args: Readonly<Record<string, unknown>>,
  context: object,
): Promise<unknown> {
  type Parts = Parameters<ShieldLeaf['resolve']>
  // INVARIANT: our leaves read neither shield's own context nor `info`.
  return leaf.resolve(record, args, context as Parts[2], undefined as unknown as Parts[3], { debug: true } as Parts[4])
}
