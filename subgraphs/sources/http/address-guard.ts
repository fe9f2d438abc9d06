/**
 * Which addresses a connector may reach. A name is resolved here, every address that it resolves to is judged, and the
 * connection is made to a judged address: what a name means a moment later (DNS rebinding) makes no difference.
 */
import { lookup as resolve, type LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { buildConnector } from 'undici'

/** A connection that may not be made. The message has no address in it: a name may resolve to something inside. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress'
  readonly code = 'MANDATE_FORBIDDEN_ADDRESS'
}

export interface AddressRules {
  /** Ranges in CIDR form that are private and allowed all the same: `10.20.0.0/16`. */
  readonly allowPrivate: readonly string[]
  /** Whether this machine itself may be reached: only where the connector's own URL names it. */
  readonly loopback: 'allowed' | 'forbidden'
}

/** What `allowPrivate` can open. Link-local, multicast, unspecified and reserved ranges stay shut. */
const privateRanges: ReadonlySet<string> = new Set(['private', 'uniqueLocal', 'carrierGradeNat'])

/** Addresses outside of link-local ranges at which clouds tell machines their credentials. */
const metadata: ReadonlySet<string> = new Set(['fd00:ec2::254', '100.100.100.200', '168.63.129.16', '192.0.0.192'])

/** Whether an address may be connected to. */
export function mayConnect(address: string, { allowPrivate, loopback }: AddressRules): boolean {
  if (!ipaddr.isValid(address)) return false
  // `::ffff:169.254.169.254` is 169.254.169.254.
  const parsed = ipaddr.process(address)
  if (metadata.has(parsed.toString())) return false
  const range = parsed.range()
  if (range === 'unicast') return true
  if (range === 'loopback') return loopback === 'allowed'
  return privateRanges.has(range) && allowPrivate.some((cidr) => contains(cidr, parsed))
}

function contains(cidr: string, address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  const [base, bits] = ipaddr.parseCIDR(cidr)
  if (address instanceof ipaddr.IPv4) return base instanceof ipaddr.IPv4 && address.match(base, bits)
  return base instanceof ipaddr.IPv6 && address.match(base, bits)
}

/** True for a name or an address of this machine, as a URL's `hostname` has it. */
export function isLoopbackHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return bare === 'localhost' || (ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback')
}

/** Resolves a name to the addresses that may be connected to. */
export type Resolver = (hostname: string, done: (error: Error | null, addresses: LookupAddress[]) => void) => void

const systemResolver: Resolver = (hostname, done) => {
  resolve(hostname, { all: true }, done)
}

/** Opens connections for undici, to allowed addresses only. */
export function createGuardedConnector(rules: AddressRules, timeoutMs: number, resolver = systemResolver) {
  const lookup: LookupFunction = (hostname, options, callback) => {
    resolver(hostname, (error, addresses) => {
      if (error) {
        callback(error, '', 0)
        return
      }
      // One forbidden address among several is reason enough: nobody serves both the world and the inside by one name.
      const [first] = addresses
      if (!first || addresses.some(({ address }) => !mayConnect(address, rules))) {
        callback(new ForbiddenAddress('A connector may not reach this address.'), '', 0)
      } else if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
  const connect = buildConnector({ lookup, timeout: timeoutMs })
  const connector: buildConnector.connector = (options, callback) => {
    const bare = options.hostname.replace(/^\[|\]$/g, '')
    // A literal address is never looked up, so it is judged before the first packet.
    if (ipaddr.isValid(bare) && !mayConnect(bare, rules)) {
      callback(new ForbiddenAddress('A connector may not reach this address.'), null)
      return
    }
    connect(options, (...result) => {
      const [error, socket] = result
      if (error === null && !mayConnect(socket.remoteAddress ?? '', rules)) {
        socket.destroy()
        callback(new ForbiddenAddress('A connector may not reach this address.'), null)
      } else callback(...result)
    })
  }
  return connector
}
