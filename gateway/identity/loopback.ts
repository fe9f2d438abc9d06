/** Which host names and addresses stay on this machine. Anything that is not surely loopback is not. */
import { isIPv4 } from 'node:net'

/** True for `localhost`, `127.0.0.0/8` and `[::1]`, as they stand in an URL or a `Host` header without its port. */
export function isLoopbackHost(hostname: string): boolean {
  const name = hostname.toLowerCase()
  return name === 'localhost' || name === '[::1]' || isLoopbackAddress(name)
}

/** True for an IP address of the loopback interface, IPv4-mapped ones included. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false
  if (address === '::1') return true
  const v4 = address.toLowerCase().startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
  return isIPv4(v4) && v4.startsWith('127.')
}
