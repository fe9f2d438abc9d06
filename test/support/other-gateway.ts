/** Keys of one more gateway, published as gateways publish them: how a test signs statements of its own, good and bad. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type StatementSigner, createStatementSigner } from '../../gateway/federation/statement-signer.ts'
import type { Statement } from '../../lib/statement.ts'
import { hashOperation } from '../../lib/statement.ts'
import { type World, realWorld } from '../../lib/world.ts'
import { callerNamed } from './subgraphs.ts'

export interface OtherGateway extends AsyncDisposable {
  /** Where its keys are. */
  readonly keyUrl: string
  /** How often they were fetched. */
  fetches(): number
  /** A signed statement; `world` sets the clock of whoever signs. */
  sign(query: string, changes: Partial<Statement>, variables?: object, clock?: World): string
}

/** Starts it. Signing in another time needs the same key: the clock is asked at each signature. */
export async function startOtherGateway(): Promise<OtherGateway> {
  let clock = realWorld
  let fetches = 0
  const signer: StatementSigner = await createStatementSigner({
    now: () => clock.now(),
    newId: () => clock.newId(),
  })
  const server = createServer((_request, response) => {
    fetches += 1
    response.setHeader('content-type', 'application/json').end(JSON.stringify(signer.jwks))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    keyUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/.well-known/statement-keys.json`,
    fetches: () => fetches,
    sign(query, changes, variables = {}, at = realWorld) {
      clock = at
      const statement: Statement = {
        audience: 'crm',
        caller: callerNamed('agent:support-agent', { roles: ['support-agent'], scopes: ['crm:read', 'crm:write'] }),
        requestId: 'request-of-the-test',
        policyRevision: 'revision-of-the-test',
        operationHash: hashOperation(query),
        approval: null,
        ...changes,
      }
      const signed = signer.sign(statement, JSON.stringify(variables))
      clock = realWorld
      return signed
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
