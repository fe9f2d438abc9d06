/** The part of oidc-provider 9 that the development issuer uses; the package ships no types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  /** One request to the provider, as its hooks see it. */
  export interface Context {
    readonly req: IncomingMessage
    readonly href: string
    readonly oidc: {
      readonly provider: Provider
      readonly client?: { readonly clientId: string }
      /** `accountId` of the person who signed in, where the request is hers. */
      readonly account?: { readonly accountId: string }
      readonly entities: { readonly AuthorizationCode?: CodeRecord; readonly Account?: { readonly accountId: string } }
      /** What came back from the sign-in page. */
      readonly result?: { readonly login?: object }
      readonly params: Record<string, string | undefined>
    }
    body: unknown
    get(header: string): string
  }

  export interface CodeRecord {
    readonly accountId: string
    readonly authTime: number
    readonly acr?: string
    readonly grantId: string
  }

  export interface Grant {
    readonly jti: string
    readonly accountId: string
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  export interface Interaction {
    readonly uid: string
    readonly params: Readonly<Record<string, string | undefined>>
  }

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    /** Koa's: true keeps errors off the console. */
    silent: boolean
    readonly Grant: new (content: { readonly accountId: string; readonly clientId: string }) => Grant
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    on(event: 'server_error', listener: (context: unknown, error: Error) => void): this
    registerGrantType(name: string, handler: (context: Context) => Promise<void>, parameters: readonly string[]): void
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<Interaction>
    /** Notes what came of a sign-in; where the browser goes then. */
    interactionResult(request: IncomingMessage, response: ServerResponse, result: object): Promise<string>
  }

  type Described = new (description: string, detail?: string) => Error

  export const errors: {
    readonly AccessDenied: Described
    readonly InvalidClientAuth: new (detail: string) => Error
    readonly InvalidDpopProof: Described
    readonly InvalidGrant: Described
    readonly InvalidRequest: Described
    readonly InvalidScope: new (description: string, scope?: string) => Error
    readonly InvalidTarget: Described
    readonly SessionNotFound: Described
  }

  export const interactionPolicy: {
    readonly Prompt: new (
      settings: { readonly name: string; readonly requestable: boolean },
      ...checks: object[]
    ) => object
    readonly Check: new (
      reason: string,
      description: string,
      error: string,
      check: (context: Context) => boolean,
    ) => object
  }
}
