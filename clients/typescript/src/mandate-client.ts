/** What a client can do. */

/** What holds for requests until a request says otherwise. */
export interface RequestDefaults {
  /** What the work is called (`Task.workItem`): budgets, stops, approvals and what was read count for it. */
  readonly task?: string
  /** Why, as one of the purposes of the role. */
  readonly purpose?: string
  /** Ends the request, and its retries. */
  readonly signal?: AbortSignal
}

export interface RequestOptions extends RequestDefaults {
  /** Decides and reports, and touches no system: what is given is the report. */
  readonly dryRun?: false
  /** Why an act is wanted, in the agent's own words: shown to people as a quotation. */
  readonly justification?: string
  /** Says that a mutation without an idempotency key may be sent again, because a second time changes nothing. */
  readonly safe?: boolean
}

/** The same, for a dry run. */
export interface DryRunOptions extends Omit<RequestOptions, 'dryRun'> {
  readonly dryRun: true
}

/** What would happen (`extensions.dryRun`); there is more in it than what is named here. */
export interface DryRunReport extends Readonly<Record<string, unknown>> {
  /** What the act would do now: run, wait for people, or be refused. */
  readonly verdict: 'run' | 'wait' | 'refuse'
  readonly cost: number
}

export type Variables = Readonly<Record<string, unknown>>

/** The document says what its data is like, and the compiler cannot read it: whoever sends it names the type. */
export interface MandateClient {
  /** Reads. @throws `MandateError` */
  query<T = unknown>(document: string, variables?: Variables, options?: RequestOptions): Promise<T>
  query(document: string, variables: Variables, options: DryRunOptions): Promise<DryRunReport>

  /**
   * Acts. Sent again after a failure only where the variables carry an idempotency key, or the caller says that it is safe. An act that
   * people have approved and the gateway has carried out gives its result.
   * @throws `MandateError`
   */
  mutate<T = unknown>(document: string, variables?: Variables, options?: RequestOptions): Promise<T>
  mutate(document: string, variables: Variables, options: DryRunOptions): Promise<DryRunReport>

  /** The same client with other defaults; what they do not name stays, and each signal ends its requests. */
  with(defaults: RequestDefaults): MandateClient

  /** The time of the gateway in milliseconds, as far as its answers have told: leases end by its clock. */
  now(): number
}
