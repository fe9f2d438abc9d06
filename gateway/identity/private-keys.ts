/**
 * ES256 key pairs of the development issuer and its identities, one file each in the data folder, readable by its owner
 * alone. A file appears complete or not at all, and an existing one is never replaced.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import { z } from 'zod'

const privateJwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string().min(1),
  y: z.string().min(1),
  d: z.string().min(1),
  kid: z.string().min(1),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
})

/** A private key as it stands in its file. */
export type PrivateJwk = z.infer<typeof privateJwk>

/** Where an identity's private key is, in the data folder. */
export function identityKeyFile(dataFolder: string, name: string): string {
  return join(dataFolder, 'identities', `${name}.jwk.json`)
}

/** Where the key is that an identity binds its tokens to, in the data folder. */
export function proofKeyFile(dataFolder: string, name: string): string {
  return join(dataFolder, 'proofs', `${name}.jwk.json`)
}

/** Where the issuer's signing key is, in the data folder. */
export function issuerKeyFile(dataFolder: string): string {
  return join(dataFolder, 'issuer', 'signing.jwk.json')
}

/** Reads a private key; null when there is no such file. */
export async function readPrivateKey(file: string): Promise<PrivateJwk | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null
    throw error
  }
  const parsed = privateJwk.safeParse(parseJson(text))
  if (!parsed.success)
    throw new Error(`The key file \`${file}\` is damaged. Delete it; the next start makes a new one.`)
  return parsed.data
}

/** Reads a private key, after making it when there is none. */
export async function ensurePrivateKey(file: string): Promise<PrivateJwk> {
  const existing = await readPrivateKey(file)
  if (existing !== null) return existing
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const made = await makePrivateKey()
  const draft = `${file}.${randomUUID()}`
  await writeFile(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await link(draft, file)
    return made
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error
    return await ensurePrivateKey(file)
  } finally {
    await rm(draft, { force: true })
  }
}

/** The part of a key that anybody may see. */
export function publicPart({ kty, crv, x, y, kid, alg, use }: PrivateJwk): JWK {
  return { kty, crv, x, y, kid, alg, use }
}

async function makePrivateKey(): Promise<PrivateJwk> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  return privateJwk.parse({ ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
