/** Where a client has its access tokens from. */

/** An access token, and how its holder is proved where it is bound to a key. */
export interface AccessToken {
  readonly value: string
  /** Makes the DPoP proof (RFC 9449) for one request; null for a bearer token. */
  readonly prove: ((method: string, address: string) => Promise<string>) | null
}

export interface TokenSource {
  /** A token that is good now. */
  get(): Promise<AccessToken>
  /** Another token in the place of one that was refused; null where there is no other. */
  renew(refused: AccessToken): Promise<AccessToken | null>
}

/** One token that somebody else has got, for as long as it lasts. */
export function staticToken(value: string): TokenSource {
  const token: AccessToken = Object.freeze({ value, prove: null })
  return { get: () => Promise.resolve(token), renew: () => Promise.resolve(null) }
}
