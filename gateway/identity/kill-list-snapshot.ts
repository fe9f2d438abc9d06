/** The revocations in force, arranged so that one caller is looked up in constant time. */
import type { Caller } from '../../lib/caller.ts'
import type { Revocation } from '../../storage/stores/revocations.ts'
import type { IdentityCause } from './refusals.ts'

export interface Snapshot {
  /** Why this caller is shut out; null when it is not. */
  refuses(caller: Caller): { readonly cause: IdentityCause; readonly detail: string } | null
}

/** Arranges the revocations in force. */
export function snapshotOf(revocations: readonly Revocation[]): Snapshot {
  const tokens = new Set<string>()
  const principals = new Set<string>()
  const issuedBefore = new Map<string, number>()
  for (const { target } of revocations) {
    switch (target.kind) {
      case 'token':
        tokens.add(target.tokenId)
        break
      case 'principal':
        principals.add(target.id)
        break
      case 'tokens-before':
        issuedBefore.set(target.id, Math.max(target.before.getTime(), issuedBefore.get(target.id) ?? -Infinity))
    }
  }
  return {
    refuses(caller) {
      if (tokens.has(caller.tokenId)) return { cause: 'token-revoked', detail: 'The token is on the kill list.' }
      for (const id of everybodyIn(caller)) {
        if (principals.has(id)) return { cause: 'principal-revoked', detail: `\`${id}\` is on the kill list.` }
        // `iat` has whole seconds, so a token of the very second counts as older: better one token too many.
        if (caller.issuedAt * 1000 < (issuedBefore.get(id) ?? -Infinity)) {
          return { cause: 'tokens-before-revoked', detail: `Tokens of \`${id}\` from this time are on the kill list.` }
        }
      }
      return null
    },
  }
}

/** Every principal that the caller's rights rest on, and the client that got the token. */
function everybodyIn(caller: Caller): Set<string> {
  const ids = new Set<string>([caller.id, caller.clientId, ...caller.actors.map((actor) => actor.id)])
  if (caller.onBehalfOf !== null) ids.add(caller.onBehalfOf)
  return ids
}
