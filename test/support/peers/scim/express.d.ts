/** The part of Express 5 that the SCIM peer uses; the package has no types of its own. */
declare module 'express' {
  import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'

  export interface Request extends IncomingMessage {
    readonly path: string
    readonly query: Readonly<Record<string, unknown>>
    readonly res?: Response
    header(name: string): string | undefined
  }
  export interface Response extends ServerResponse {
    readonly locals: Record<string, unknown>
    status(code: number): this
    json(body: unknown): void
  }
  export type NextFunction = () => void
  export type Handler = (request: Request, response: Response, next: NextFunction) => void
  export interface Router extends Handler {
    use(...handlers: readonly (string | Handler)[]): void
  }
  export const Router: new () => Router
  // The package has one, and nothing of the name that could be imported instead.
  // eslint-disable-next-line import-x/no-default-export
  export default function express(): RequestListener & Pick<Router, 'use'>
}
