/**
 * Loaded with `--import` into a process under test: notes every address that it dials and every name that it looks up, one a
 * line, in the file that DIALLED names.
 */
import dns from 'node:dns'
import { appendFileSync } from 'node:fs'
import net from 'node:net'

const note = (what: string, target: unknown) => {
  appendFileSync(process.env.DIALLED ?? '/dev/null', `${what} ${String(target)}\n`)
}

// eslint-disable-next-line @typescript-eslint/unbound-method -- called on the socket below
const connect = net.Socket.prototype.connect
// Both forms: `connect(port, host)` and the normalised `connect([options])` of `net.connect`.
net.Socket.prototype.connect = function watched(this: net.Socket, ...args: unknown[]) {
  const [first, second] = args
  const options = (Array.isArray(first) ? (first[0] as unknown) : first) as { host?: string; path?: string } | number
  note('dial', typeof options === 'object' ? (options.path ?? options.host ?? 'localhost') : (second ?? 'localhost'))
  return Reflect.apply(connect, this, args) as net.Socket
}

const lookUp = dns.lookup
dns.lookup = ((name: string, ...rest: unknown[]) => {
  note('look up', name)
  Reflect.apply(lookUp, dns, [name, ...rest])
}) as typeof lookUp
for (const resolve of ['resolve', 'resolve4', 'resolve6', 'resolveTxt'] as const) {
  const original = dns[resolve] as (...args: unknown[]) => void
  Object.assign(dns, {
    [resolve]: (name: string, ...rest: unknown[]) => {
      note('look up', name)
      original(name, ...rest)
    },
  })
}
