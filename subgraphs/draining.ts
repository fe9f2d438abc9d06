/**
 * Closing a server as soon as its last request is answered. To Node a connection that was opened and has sent nothing yet is busy,
 * and would hold a server that closes for as long as a request may take to arrive.
 */
import type { FastifyInstance } from 'fastify'

/** How often a closing server looks whether it has answered everything, in milliseconds. */
const lookMs = 20

/** Counts the requests of a server from now on; gives what closes it. */
export function closeWhenAnswered(server: FastifyInstance): () => Promise<void> {
  let underWay = 0
  server.addHook('onRequest', (_request, reply, done) => {
    underWay += 1
    reply.raw.once('close', () => {
      underWay -= 1
    })
    done()
  })
  return async () => {
    const timer = setInterval(() => {
      if (underWay === 0) server.server.closeAllConnections()
    }, lookMs)
    try {
      await server.close()
    } finally {
      clearInterval(timer)
    }
  }
}
