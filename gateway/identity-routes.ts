/** The routes of identity: the development issuer where it runs, and the protected resource metadata (RFC 9728) everywhere. */
import type { FastifyInstance } from 'fastify'
import type { JSONWebKeySet } from 'jose'
import type { DevelopmentIssuer } from './identity/issuer.ts'
import type { ProtectedResource } from './identity/metadata.ts'

export interface IdentityRoutes {
  readonly resource: ProtectedResource
  readonly issuer: DevelopmentIssuer | null
  /** The public keys that verify the gateway's statements now, for subgraphs that run as processes of their own. */
  readonly statementKeys: () => JSONWebKeySet
}

/** Adds the routes that tell who issues tokens, and with which keys. */
export function registerIdentityRoutes(
  server: FastifyInstance,
  { resource, issuer, statementKeys }: IdentityRoutes,
): void {
  server.get('/.well-known/statement-keys.json', (_request, reply) =>
    reply.header('cache-control', 'no-store').send(statementKeys()),
  )
  for (const path of resource.paths) {
    server.get(path, (_request, reply) => reply.header('cache-control', 'max-age=300').send(resource.document))
  }
  if (issuer) registerIssuer(server, issuer)
}

/** Adds the routes of the development issuer. */
export function registerIssuer(server: FastifyInstance, issuer: DevelopmentIssuer): void {
  void server.register((scope, _options, done) => {
    // The issuer reads the bodies of its requests itself.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null)
    })
    for (const path of issuer.paths) {
      scope.all(path, (request, reply) => {
        reply.hijack()
        issuer.handler(request.raw, reply.raw)
      })
    }
    done()
  })
}
