/** Verifiers of statements as a subgraph process has them, with a memory of used ones that is this process's own. */
import { createLocalJWKSet } from 'jose'
import type { StatementSigner } from '../../gateway/federation/statement-signer.ts'
import { realWorld, type World } from '../../lib/world.ts'
import { openMemoryCache } from '../../storage/memory-cache.ts'
import { createReplayGuard } from '../../subgraphs/statement-replay.ts'
import { createStatementVerifier, type StatementVerifier } from '../../subgraphs/statement-verifier.ts'

const silent = { warn: () => undefined, error: () => undefined }

/** The check of the subgraph `audience`, which knows the keys that the signer publishes now. */
export function verifierFor(
  signer: Pick<StatementSigner, 'jwks'>,
  audience: string,
  world: World = realWorld,
): StatementVerifier {
  return createStatementVerifier({
    audience,
    keys: createLocalJWKSet(signer.jwks),
    replay: createReplayGuard({ audience, cache: openMemoryCache(silent), world }),
    world,
  })
}
