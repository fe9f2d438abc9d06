/** The routes of identity: the development issuer where it runs, and the protected resource metadata (RFC 9728) everywhere. */
import type { FastifyInstance } from 'fastify'
import type { DevelopmentIssuer } from './identity/issuer.ts'
import type { ProtectedResource } from './identity/metadata.ts'

export function registerIdentityRoutes(
  server: FastifyInstance,
  resource: ProtectedResource,
  issuer: DevelopmentIssuer | null,
): void {
  for (const path of resource.paths) {
    server.get(path, (_request, reply) => reply.header('cache-control', 'max-age=300').send(resource.document))
  }
  if (!issuer) return
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
