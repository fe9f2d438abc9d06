/** A switch in front of a peer's HTTP handler: the ways in which a real system fails, one at a time. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'

/**
 * `kill` breaks the connection; `delay` answers after 30 s; `throttle` is 429 with `Retry-After: 1`; `half` breaks off in the
 * middle of a body; `wrong-type` is a page of HTML with status 200; `redirect` points to a cloud's metadata address;
 * `deaf` does what it is asked and breaks the connection instead of answering; `deaf-to-changes` answers questions.
 */
export type Fault =
  'kill' | 'delay' | 'throttle' | 'error' | 'half' | 'wrong-type' | 'redirect' | 'deaf' | 'deaf-to-changes'

export interface FaultSwitch {
  fault: Fault | null
  /** Requests since it was last set to 0. */
  requests: number
  /** A server whose every request passes the switch. */
  serve(handler: RequestListener): Server
}

export function createFaultSwitch(): FaultSwitch {
  const control: FaultSwitch = {
    fault: null,
    requests: 0,
    serve: (handler) =>
      createServer((request, response) => {
        control.requests += 1
        fail(control.fault, handler, request, response)
      }),
  }
  return control
}

function fail(fault: Fault | null, handler: RequestListener, request: IncomingMessage, response: ServerResponse): void {
  switch (fault) {
    case null:
      handler(request, response)
      return
    case 'kill':
      request.socket.destroy()
      return
    case 'delay': {
      const timer = setTimeout(() => {
        handler(request, response)
      }, 30_000)
      response.on('close', () => {
        clearTimeout(timer)
      })
      return
    }
    case 'throttle':
      response.writeHead(429, { 'retry-after': '1', 'content-type': 'application/json' }).end('{"error":"slow down"}')
      return
    case 'error':
      response.writeHead(500, { 'content-type': 'application/json' }).end('{"error":"ORA-00942 at db-internal.corp"}')
      return
    case 'half':
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
        .write('{"data":[{"id":1,')
      setTimeout(() => request.socket.destroy(), 20)
      return
    case 'wrong-type':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in to sso.corp</html>')
      return
    case 'redirect':
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/iam' }).end()
      return
    case 'deaf-to-changes':
      fail(request.method === 'GET' ? null : 'deaf', handler, request, response)
      return
    case 'deaf':
      // Whatever the handler writes goes nowhere.
      response.end = (() => {
        request.socket.destroy()
        return response
      }) as ServerResponse['end']
      handler(request, response)
  }
}
