/**
 * Keeps the development issuer to this machine: where it may be started, and whose requests it answers. Its keys lie in a
 * folder that anybody on this machine's account can read, so it must never be the door of anything real.
 */
import type { IncomingMessage } from 'node:http'
import { StartError } from '../start-error.ts'
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts'

export interface LocalOnlyOptions {
  readonly issuer: string
  /** The address that the gateway listens on. */
  readonly bindHost: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Throws, with what to do instead, when the development issuer may not run here. */
export function assertLocalOnly({ issuer, bindHost, environment }: LocalOnlyOptions): void {
  if (environment['NODE_ENV'] === 'production') {
    throw new StartError(
      'The development issuer does not start when NODE_ENV is `production`; configure a real issuer instead.',
    )
  }
  const { hostname } = new URL(issuer)
  if (!isLoopbackHost(hostname)) {
    throw new StartError(
      `The development issuer must be on this machine, and \`${hostname}\` is not; use http://localhost.`,
    )
  }
  if (!isLoopbackHost(bindHost) && !isLoopbackAddress(bindHost)) {
    throw new StartError(
      `The development issuer does not run while the gateway listens on \`${bindHost}\`; listen on 127.0.0.1, or configure a real issuer.`,
    )
  }
}

/** Members of a proxied request: somebody else's request that only looks local. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/** True when a request comes from this machine, asks for this machine and was not passed on by a proxy. */
export function isLocalRequest(request: IncomingMessage): boolean {
  const host = /^(\[[^\]]+\]|[^:]+)(?::\d+)?$/.exec(request.headers.host ?? '')?.[1]
  return (
    isLoopbackAddress(request.socket.remoteAddress) &&
    host !== undefined &&
    isLoopbackHost(host) &&
    !proxyHeaders.some((name) => request.headers[name] !== undefined)
  )
}
