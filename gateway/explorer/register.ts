/**
 * The routes that the explorer's page needs beside the page itself: its files, and tokens for the identities of its picker.
 * The page is served by the endpoint's own route, which a browser opens by GET.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GraphQLError } from 'graphql'
import { catalog, isErrorCode, refusal } from '../../lib/errors.ts'
import type { ExplorerOptions } from './options.ts'
import { readStaticFiles, type StaticFile } from './static-files.ts'
import { assertOwnPage, requestedIdentity } from './token-request.ts'

/** Adds the routes under `/explorer/`. Call it only where the explorer is on. */
export function registerExplorer(server: FastifyInstance, { identities, mint, log }: ExplorerOptions): void {
  for (const [path, file] of readStaticFiles()) {
    server.get(path, (request, reply) => sendFile(reply, file, request.headers['if-none-match']))
  }
  const errorHandler = (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
    void sendRefusal(reply, error, log)
  }
  server.post('/explorer/token', { bodyLimit: 1_024, errorHandler }, async (request, reply) => {
    assertOwnPage(request.raw)
    const identity = requestedIdentity(request.body, identities)
    return secured(reply).send({ token: await mint(identity.name) })
  })
}

function sendFile(reply: FastifyReply, { content, contentType, etag }: StaticFile, known: string | undefined) {
  void reply.headers({
    etag,
    // Asked for again each time, so that an update is seen at once; the answer is nearly always 304.
    'cache-control': 'no-cache',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  })
  return known === etag ? reply.code(304).send() : reply.type(contentType).send(content)
}

function secured(reply: FastifyReply): FastifyReply {
  return reply.headers({
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  })
}

/** A refusal in the shape that the endpoint uses; what is not one says nothing of its cause. */
function sendRefusal(reply: FastifyReply, error: FastifyError | GraphQLError, log: ExplorerOptions['log']) {
  const told = toRefusal(error)
  const { http: _http, ...extensions } = told.extensions
  const { code } = extensions
  const status = isErrorCode(code) ? catalog[code].status : 500
  if (status === 500) log.error({ err: error }, 'The explorer could not make a token.')
  return secured(reply)
    .code(status)
    .send({ errors: [{ message: told.message, extensions }] })
}

function toRefusal(error: FastifyError | GraphQLError): GraphQLError {
  if (error instanceof GraphQLError) return error
  const isBadRequest = error instanceof SyntaxError || (error.statusCode !== undefined && error.statusCode < 500)
  return isBadRequest
    ? refusal('BAD_REQUEST', 'The body must be JSON, {"identity": "…"}.', { next: 'Send {"identity": "…"} as JSON.' })
    : refusal('INTERNAL_SERVER_ERROR', 'No token could be made.')
}
