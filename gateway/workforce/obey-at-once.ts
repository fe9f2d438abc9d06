/**
 * An act on the workforce counts with its answer: the gateway that was asked reads the directory again before the answer leaves, so
 * that the very next request of a suspended agent is refused there. Other gateways follow within a second.
 */
import type { Federation } from '../federation/federation.ts'
import type { AgentDirectory } from '../identity/agent-directory.ts'

/** The same graph, after whose mutations of the subgraph `agents` the directory is up to date. */
export function obeyAtOnce(federation: Federation, directory: Pick<AgentDirectory, 'refresh'>): Federation {
  return {
    apiSchema: federation.apiSchema,
    async execute(request) {
      const result = await federation.execute(request)
      const { operation, subgraphs } = request.context.exchange
      if (operation?.kind === 'mutation' && subgraphs.has('agents')) await directory.refresh()
      return result
    },
  }
}
