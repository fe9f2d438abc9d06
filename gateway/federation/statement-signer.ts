/**
 * Signs what the gateway tells a subgraph (`lib/statement.ts`) as a JWT that lives for seconds: Ed25519, by a key that exists in
 * this process only and is replaced from time to time. A new key is published before it signs, and an old one stays published
 * until its last statement is dead, so that a rotation refuses nobody.
 *
 * The compact form (RFC 7515, section 3.1) is put together here, over Node's own signature, because every fetch needs one: through
 * Web Crypto the three of an ordinary query cost as much as planning and executing it (decision 4). jose verifies them.
 */
import { generateKeyPair, type KeyObject, sign as signBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { type JWK, type JSONWebKeySet, calculateJwkThumbprint, exportJWK } from 'jose'
import type { Actor } from '../../lib/caller.ts'
import {
  hashVariables,
  type Statement,
  statementClockToleranceSeconds,
  statementLifetimeSeconds,
} from '../../lib/statement.ts'
import type { World } from '../../lib/world.ts'

export interface StatementSigner extends AsyncDisposable {
  /** The statement as a signed token, good for one fetch with these variables: a fetch that is sent again is signed again. */
  sign(statement: Statement, variablesJson?: string): string
  /** The public keys that verify what this gateway has signed or is about to sign, as a JWK set (RFC 7517). */
  readonly jwks: JSONWebKeySet
  /** Replaces the key now; resolves when the new one signs. */
  rotate(): Promise<void>
}

export interface StatementSignerOptions {
  /** How long one key signs, in milliseconds; without it the first key stays. */
  readonly rotateMs?: number
  /** How long a key is published before it signs, in milliseconds: longer than subgraphs wait between two fetches of keys. */
  readonly publishedAheadMs?: number
  /** Told of each new key, by its id. */
  readonly onRotation?: (kid: string) => void
}

interface SigningKey {
  readonly header: string
  readonly privateKey: KeyObject
  readonly jwk: JWK & { readonly kid: string }
}

/** Makes a signer with a new key. */
export async function createStatementSigner(
  world: World,
  { rotateMs, publishedAheadMs = 5_000, onRotation = () => undefined }: StatementSignerOptions = {},
): Promise<StatementSigner> {
  let current = await makeKey()
  let published: readonly SigningKey[] = [current]
  let rotating: Promise<void> | null = null
  const timers = new Set<NodeJS.Timeout>()
  const stopped = Promise.withResolvers<undefined>()

  const later = (ms: number, work: () => void) => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work()
    }, ms).unref()
    timers.add(timer)
  }

  async function replaceKey(): Promise<void> {
    const next = await makeKey()
    published = [...published, next]
    const { promise, resolve } = Promise.withResolvers<undefined>()
    later(publishedAheadMs, () => {
      resolve(undefined)
    })
    await Promise.race([promise, stopped.promise])
    const old = current
    current = next
    onRotation(next.jwk.kid)
    later((statementLifetimeSeconds + statementClockToleranceSeconds) * 1_000, () => {
      published = published.filter((key) => key !== old)
    })
  }

  const rotate = (): Promise<void> => {
    rotating ??= replaceKey().finally(() => {
      rotating = null
    })
    return rotating
  }
  const schedule = (): void => {
    if (rotateMs === undefined) return
    later(rotateMs, () => void rotate().finally(schedule))
  }
  schedule()

  return {
    sign(statement, variablesJson = '{}') {
      const { header, privateKey } = current
      const signed = `${header}.${encode(claimsOf(statement, variablesJson, world))}`
      return `${signed}.${signBytes(null, Buffer.from(signed), privateKey).toString('base64url')}`
    },
    get jwks() {
      return { keys: published.map(({ jwk }) => jwk) }
    },
    rotate,
    [Symbol.asyncDispose]() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
      stopped.resolve(undefined)
      return Promise.resolve()
    },
  }
}

async function makeKey(): Promise<SigningKey> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('ed25519')
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const header = encode({ alg: 'Ed25519', typ: 'mandate-statement+jwt', kid })
  return { header, privateKey, jwk: { ...jwk, kid, alg: 'Ed25519', use: 'sig' } }
}

/** Who acts for whom stands in `sub` and `act` as RFC 8693 has it; `caller` is the rest of what rules read. */
function claimsOf({ audience, caller, ...rest }: Statement, variablesJson: string, world: World) {
  const { id, actors, onBehalfOf, subject: _subject, purpose, ...about } = caller
  const now = Math.floor(world.now().getTime() / 1000)
  return {
    iss: 'mandate-gateway',
    aud: audience,
    sub: onBehalfOf ?? id,
    ...(actors.length === 0 ? {} : { act: actOf(actors) }),
    iat: now,
    exp: now + statementLifetimeSeconds,
    jti: world.newId(),
    purpose,
    ...rest,
    variablesHash: hashVariables(variablesJson),
    caller: about,
  }
}

/** The chain of actors, the current one outermost (RFC 8693, section 4.1). */
function actOf(actors: readonly Actor[]): object | undefined {
  return actors
    .toReversed()
    .reduce<object | undefined>(
      (act, { id, kind, roles }) => ({ sub: id, kind, roles, ...(act === undefined ? {} : { act }) }),
      undefined,
    )
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
