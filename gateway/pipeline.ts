/**
 * The ten steps of a request, in order (`docs/lifecycle.md`). This file alone knows what comes next; every stage knows only its
 * own work. Whatever happens, an answer leaves through `finish`: recorded first, then sent.
 */
import { type ApolloServer, type ApolloServerPlugin, type GraphQLRequestContext, HeaderMap } from '@apollo/server'
import {
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type OperationDefinitionNode,
  executeSync,
} from 'graphql'
import type { IncomingHttpHeaders } from 'node:http'
import type { Caller } from '../lib/caller.ts'
import { refusal } from '../lib/errors.ts'
import type { StatedApproval } from '../lib/statement.ts'
import type { GrantUses } from './access/grant-uses.ts'
import type { Audit } from './audit/audit.ts'
import { countDelivered } from './audit/delivered.ts'
import type { OperationCheck } from './checks/check.ts'
import { checkText, runChecks } from './checks/index.ts'
import type { Limits } from './checks/limits.ts'
import type { Controls } from './controls/controls.ts'
import { type DecidedExchange, requireDecided, requireDescribed } from './controls/decided.ts'
import { changedNothing } from './controls/did-nothing.ts'
import { reportDryRun } from './controls/dry-run.ts'
import { type Arrival, type Exchange, beginExchange } from './exchange.ts'
import type { Federation, FederatedRequest } from './federation/federation.ts'
import { assertRequirementsClear } from './federation/requirements.ts'
import type { Authenticator } from './identity/authenticate.ts'
import type { Log } from './log.ts'
import { type Incoming, documentText, sentVariables } from './incoming.ts'
import { describeOperation } from './operation.ts'
import { type AskedField, withAsks } from './policy/decide.ts'
import type { PolicyGate } from './policy/gate.ts'
import type { Answer } from './response/answer.ts'
import { answerFrom, refusalAnswer } from './response/answer.ts'
import { mapExecutionErrors } from './response/map-errors.ts'
import { abortError } from './response/system-errors.ts'
import { inOwnWords } from './shapes/own-words.ts'
import { readShape } from './shapes/read-shape.ts'
import { type PipelineContext, createVisibleServers } from './visible-servers.ts'
import { assertWishesKnown, readWishes } from './wishes.ts'
import { traced } from './tracing.ts'

export interface Pipeline {
  /** Takes a request through all steps. Never rejects. */
  run(arrival: Arrival, incoming: Incoming): Promise<Answer>
  /** Runs an act for a caller that the gateway vouches for: steps 3 to 10, without a token. Never rejects. */
  runAs(arrival: Arrival, act: VouchedAct): Promise<VouchedAnswer>
  /** Takes a request that HTTP itself refused (too large, no JSON …) to the way out. Never rejects. */
  refuse(arrival: Arrival, error: GraphQLError): Promise<Answer>
}

/** What the gateway itself runs for somebody: an act that people have approved. */
export interface VouchedAct {
  readonly caller: Caller
  readonly approval: StatedApproval | null
  /** The request for approval that this act is the amended form of; it is put to people whatever the rules say of it now. */
  readonly amends?: string | null
  readonly query: string
  readonly operationName: string | null
  readonly variables: Readonly<Record<string, unknown>>
}

/** What came of it. */
export interface VouchedAnswer extends Answer {
  /** It is certain that no system has changed anything. */
  readonly nothingDone: boolean
}

export interface PipelineDependencies {
  readonly authenticator: Authenticator
  readonly policy: PolicyGate
  readonly federation: Federation
  readonly audit: Audit
  readonly checks: readonly OperationCheck[]
  readonly controls: Controls
  readonly grantUses: Pick<GrantUses, 'note'>
  readonly limits: Limits
  /** The `WWW-Authenticate` value for a request that was answered 401 (RFC 9728, section 5.1), by what it was refused for. */
  readonly challenge: (incoming: Incoming, refused: unknown) => string
  readonly log: Log
}

export function createPipeline(deps: PipelineDependencies): Pipeline {
  const { authenticator, policy, federation, audit, checks, controls, grantUses, limits, log } = deps

  /** Steps 3 to 6, for an operation that Apollo Server has parsed and validated against the caller's schema. */
  async function prepare(context: GraphQLRequestContext<PipelineContext>, operation: OperationDefinitionNode) {
    const { exchange } = context.contextValue
    const described = describeOperation({
      schema: context.schema,
      // INVARIANT: `didResolveOperation` runs after parsing.
      document: context.document ?? { kind: 'Document' as never, definitions: [] },
      operation,
      text: exchange.sent.text,
      name: exchange.sent.shape?.operationName ?? null,
      variables: context.request.variables ?? {},
      maxFields: limits.fields,
    })
    exchange.operation = described
    assertWishesKnown(described.kind, exchange.wishes)
    if (exchange.sent.shape && context.source === exchange.sent.text) {
      // INVARIANT: the server of this exchange has been made.
      const { shapes } = await servers.for(exchange)
      if (context.document) shapes.learn(exchange.sent.shape, context.document, context.schema)
    }
    await traced('checks', () => runChecks(checks, { operation: described, limits, exchange }))
    await controls.stops.assertClear(requireDescribed(exchange))
    exchange.decision = await traced('decide', () => policy.decide(described, exchange))
    const decided = requireDecided(exchange)
    exchange.decision = withAsks(exchange.decision, await traced('concerns', () => concernsOf(decided)))
    if (exchange.decision.outcome === 'deny') {
      if (exchange.wishes.dryRun) return
      policy.assertAllowed(exchange.decision, exchange)
    }
    assertRequirementsClear(described, exchange.revision.index)
    if (exchange.wishes.dryRun) return
    const isClaim = exchange.approval !== null
    if (!isClaim) await letPass(requireDecided(exchange))
    await traced('accompany', () => controls.approvals.accompany(requireDecided(exchange)))
    await traced('budget', () => controls.budgets.reserve(requireDecided(exchange)))
    await traced('intent', () => audit.intent(exchange))
    // An approval is used up by its claim, so what may still refuse the act comes before.
    if (isClaim) await letPass(requireDecided(exchange))
  }

  /** What else wants a person. What the rules deny has no need to be asked about. */
  async function concernsOf(exchange: DecidedExchange): Promise<readonly AskedField[]> {
    if (exchange.decision.outcome === 'deny' || exchange.operation.asks === 'introspection') return []
    const asked = await Promise.all(controls.concerns.map((concern) => concern.assess(exchange)))
    return asked.flat()
  }

  /** Throws where people must decide and have not. */
  async function letPass(exchange: DecidedExchange): Promise<void> {
    const { decision, approval, amends } = exchange
    if (decision.outcome !== 'ask' && approval === null && amends === null) return
    await traced('approval', () => controls.approvals.settle(exchange))
    const { revision, needsRecord, transitive } = decision
    ;(exchange as Exchange).decision = { outcome: 'allow', revision, needsRecord, transitive }
  }

  /** Steps 7 to 9: runs the operation, counts what the answer carries, and maps its errors. */
  async function execute(request: FederatedRequest): Promise<ExecutionResult> {
    const { exchange } = request.context
    // INVARIANT: `prepare` has decided what comes here. Should a version of Apollo Server skip its hook, nothing runs.
    if (exchange.decision?.outcome !== 'allow') throw new Error('An operation came to execution without a decision.')
    // What people decided, what was counted and written took its time: a stop that came meanwhile holds.
    await controls.stops.assertClear(requireDescribed(exchange))
    if (exchange.operation?.asks === 'introspection') return introspect(request)
    grantUses.note(requireDecided(exchange))
    const result = await untilAborted(exchange.signal, () => federation.execute(request))
    const data = result.data ?? null
    if (exchange.operation && data) {
      exchange.delivered = countDelivered(data, exchange.operation)
      await traced('flow', () => controls.flow.note(requireDecided(exchange), data))
    }
    if (!result.errors?.length) return { data }
    return { data, errors: inOwnWords(mapExecutionErrors(result.errors, exchange, log)) }
  }

  const plugin: ApolloServerPlugin<PipelineContext> = {
    requestDidStart: () =>
      Promise.resolve({
        async didResolveOperation(context) {
          // Apollo Server goes on to execute here, and leaves it to the gateway to find that there is nothing to execute.
          if (!context.operation) throw unresolved(context.request.operationName)
          await prepare(context, context.operation)
        },
        async responseForOperation({ contextValue: { exchange } }) {
          if (!exchange.wishes.dryRun) return null
          exchange.extensions.set('dryRun', await reportDryRun(requireDecided(exchange), controls))
          return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data: null } } }
        },
        async willSendResponse({ response, contextValue: { exchange } }) {
          // INVARIANT: incremental delivery is not offered.
          if (response.body.kind !== 'single') return
          const { singleResult } = response.body
          await traced('settle', () => controls.budgets.settle(exchange, singleResult))
          if (exchange.extensions.size === 0) return
          singleResult.extensions = { ...singleResult.extensions, ...Object.fromEntries(exchange.extensions) }
        },
        didEncounterErrors({ document, contextValue: { exchange } }) {
          // The caller's schema did not fit. The same work is done whether what was asked for is hidden or does not exist.
          if (document && !exchange.operation) exchange.attempt = policy.readAttempt(document, exchange)
          return Promise.resolve()
        },
      }),
  }

  const servers = createVisibleServers({
    schemaFor: (exchange) => policy.visibleSchema(exchange),
    execute: (request) => traced('execute', () => execute(request)),
    plugin,
    maxTokens: limits.tokens,
    log,
  })

  /** Steps 3 to 9, under the shape of the operation where it is known. */
  async function ask(exchange: Exchange, incoming: Incoming): Promise<Answer> {
    const { server, shapes } = await servers.for(exchange)
    const { shape } = exchange.sent
    const rewritten = shape && shapes.rewrite(incoming, shape)
    if (rewritten) {
      const answer = await sendTo(server, exchange, rewritten)
      // A literal that does not fit its type is told in the caller's own words: nothing has been decided or done yet.
      if (exchange.operation) return answer
      exchange.attempt = null
    }
    return sendTo(server, exchange, incoming)
  }

  /** While it runs, a stop can reach it. */
  async function watched(exchange: Exchange, incoming: Incoming): Promise<Answer> {
    const unwatch = controls.stops.watch(exchange)
    try {
      return await ask(exchange, incoming)
    } finally {
      unwatch()
    }
  }

  async function sendTo(
    server: ApolloServer<PipelineContext>,
    exchange: Exchange,
    incoming: Incoming,
  ): Promise<Answer> {
    const context = { exchange }
    const response = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { ...incoming, headers: headerMap(incoming.headers) },
      context: () => Promise.resolve(context),
    })
    return answerFrom(response)
  }

  function withChallenge(answer: Answer, incoming: Incoming, refused: unknown): Answer {
    if (answer.status !== 401) return answer
    return { ...answer, headers: { ...answer.headers, 'www-authenticate': deps.challenge(incoming, refused) } }
  }

  /** Step 10, the one way out. */
  function finish(arrival: Arrival, exchange: Exchange | null, answer: Answer): Promise<Answer> {
    return traced('outcome', () => audit.outcome(arrival, exchange, answer))
  }

  return {
    async run(arrival, incoming) {
      let exchange: Exchange | null = null
      let answer: Answer
      try {
        const caller = await traced('authenticate', () => authenticator.authenticate(incoming, arrival.revision.roles))
        const text = documentText(incoming)
        // The caller is known from here on: a text that is refused for its length is recorded as theirs.
        exchange = beginExchange(arrival, caller, { sent: { text, shape: null, variables: {} } })
        checkText(text, limits)
        exchange = beginExchange(arrival, caller, {
          sent: { text, shape: readShape(text), variables: sentVariables(incoming) },
          wishes: readWishes(incoming),
        })
        answer = await watched(exchange, incoming)
      } catch (error) {
        answer = withChallenge(refusalAnswer(error, arrival, log), incoming, error)
      }
      return finish(arrival, exchange, answer)
    },
    async runAs(arrival, { caller, approval, amends = null, query, operationName, variables }) {
      const sent = { text: query, shape: null, variables }
      const exchange = beginExchange(arrival, caller, { sent, approval, amends })
      let answer: Answer
      try {
        answer = await watched(exchange, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          rawHeaders: [],
          url: '/graphql',
          search: '',
          body: { query, variables, operationName },
        })
      } catch (error) {
        answer = refusalAnswer(error, arrival, log)
      }
      const told = await finish(arrival, exchange, answer)
      return { ...told, nothingDone: nothingWasDone(exchange, told) }
    },
    refuse: (arrival, error) => finish(arrival, null, refusalAnswer(error, arrival, log)),
  }
}

function nothingWasDone(exchange: Exchange, { body }: Answer): boolean {
  if (exchange.operation === null) return true
  const { errors = [] } = JSON.parse(body) as { readonly errors?: readonly GraphQLFormattedError[] }
  return changedNothing(requireDescribed(exchange), errors)
}

/** The refusal of a document from which no operation was chosen. */
function unresolved(name: string | undefined): GraphQLError {
  const message = name
    ? `The document has no operation with the name \`${name}\`.`
    : 'The document has several operations, and none was chosen.'
  return refusal('OPERATION_RESOLUTION_FAILURE', message)
}

/** Introspection is answered from the caller's own schema; it is never planned. */
function introspect({ schema, document, request, operationName }: FederatedRequest): ExecutionResult {
  return executeSync({ schema, document, variableValues: request.variables ?? {}, operationName })
}

/** Stops waiting when the exchange is aborted; fetches listen to the same signal and stop by themselves. */
async function untilAborted(signal: AbortSignal, work: () => Promise<ExecutionResult>): Promise<ExecutionResult> {
  if (signal.aborted) throw abortError(signal)
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => {
    reject(abortError(signal))
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work(), promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function headerMap(headers: IncomingHttpHeaders): HeaderMap {
  const map = new HeaderMap()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  return map
}
