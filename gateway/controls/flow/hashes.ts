/**
 * The hashes by which values are recognised: keyed, so that nobody without the key can find a value by trying, and apart from
 * those of the ledger, so that the two cannot be compared.
 */
import { createHmac, createSecretKey } from 'node:crypto'

export interface FlowHashes {
  /** Of a folded text. */
  text(folded: string): string
  /** Of the beginning of a folded text. */
  anchor(beginning: string): string
  /** Of a folded number. */
  number(folded: string): string
}

/** 132 bits: no two values meet by chance. */
const hashLength = 22

/** Makes the hashes from the key of the ledger (`audit/ledger-key.ts`), which all gateways share. */
export function createFlowHashes(ledgerKey: Buffer): FlowHashes {
  // As a key object, which is made ready once: an act may need thousands of hashes.
  const key = createSecretKey(createHmac('sha256', ledgerKey).update('mandate/flow/v1').digest())
  const hash = (kind: string) => (text: string) =>
    createHmac('sha256', key).update(`${kind} ${text}`).digest('base64url').slice(0, hashLength)
  return { text: hash('text'), anchor: hash('anchor'), number: hash('number') }
}
