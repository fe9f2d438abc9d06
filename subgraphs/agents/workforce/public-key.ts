/**
 * Reads a public key that somebody hands in: P-256 or Ed25519, a point that is one, and nothing private. What does not fit is told
 * without repeating any of it.
 */
import { calculateJwkThumbprint, importJWK, type JWK } from 'jose'
import { invalid } from '../../inputs.ts'

/** A key as it is stored, with the thumbprint as `kid`. */
export interface PublicKey {
  readonly kid: string
  readonly jwk: JWK
}

const argument = 'input.jwk'
const longest = 1_000
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const members = ['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use', 'key_ops', 'ext']
const coordinate = /^[A-Za-z0-9_-]{43}$/

/** Points of Ed25519 with which a signature can be made to fit anything (their encodings without the sign of x). */
const smallOrder: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
])

/** Reads the JSON of a key. @throws `INVALID_INPUT` */
export async function readPublicKey(text: string): Promise<PublicKey> {
  const given = parse(text)
  const secret = privateMembers.find((member) => Object.hasOwn(given, member))
  if (secret !== undefined) {
    throw invalid(argument, `has the private member \`${secret}\`: make a new key pair, and send its public part only`)
  }
  const unknown = Object.keys(given).find((member) => !members.includes(member))
  if (unknown !== undefined)
    throw invalid(argument, 'has members that are not of a public key; send `kty`, `crv`, `x` and `y`')
  const { alg, ...key } = curveOf(given)
  if (given['alg'] !== undefined && given['alg'] !== alg)
    throw invalid(argument, `must be for \`${alg}\`, or not say for what`)
  if (given['use'] !== undefined && given['use'] !== 'sig')
    throw invalid(argument, 'must be for signatures (`use`: `sig`)')
  try {
    await importJWK(key, alg)
  } catch {
    throw invalid(argument, 'is not a point of its curve')
  }
  const kid = await calculateJwkThumbprint(key)
  if (given['kid'] !== undefined && given['kid'] !== kid) {
    throw invalid(argument, `has a \`kid\` that is not its thumbprint (RFC 7638); leave it out, or write \`${kid}\``)
  }
  return { kid, jwk: { ...key, kid, alg, use: 'sig' } }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  if (text.length > longest) throw invalid(argument, `can have at most ${longest} characters`)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Told below.
  }
  throw invalid(argument, 'must be a JSON object: a public key as a JWK (RFC 7517)')
}

function curveOf({ kty, crv, x, y }: Readonly<Record<string, unknown>>) {
  if (kty === 'EC' && crv === 'P-256' && isCoordinate(x) && isCoordinate(y)) return { kty, crv, x, y, alg: 'ES256' }
  if (kty === 'OKP' && crv === 'Ed25519' && isCoordinate(x) && y === undefined) {
    if (isSmallOrder(x)) throw invalid(argument, 'is a point of small order, which proves nothing')
    return { kty, crv, x, alg: 'EdDSA' }
  }
  throw invalid(argument, 'must be a P-256 key (`EC`, for ES256) or an Ed25519 key (`OKP`, for EdDSA)')
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && coordinate.test(value)
}

function isSmallOrder(x: string): boolean {
  const bytes = Buffer.from(x, 'base64url')
  bytes.writeUInt8(bytes.readUInt8(31) & 0x7f, 31)
  return smallOrder.has(bytes.toString('hex'))
}
