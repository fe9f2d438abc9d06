/** Everything that an agent process may use of the kit. */
export { createMandateClient, type MandateClientOptions } from './src/create-client.ts'
export type {
  DryRunOptions,
  DryRunReport,
  MandateClient,
  RequestDefaults,
  RequestOptions,
  Variables,
} from './src/mandate-client.ts'
export { type AnswerError, MandateError, type MandateErrorOptions, type ToldApproval } from './src/mandate-error.ts'
export type { RetryOptions } from './src/retry.ts'
export { type AccessToken, staticToken, type TokenSource } from './src/token-source.ts'
export { clientCredentials, type ClientCredentialsOptions } from './src/client-credentials.ts'
export { idempotencyKey } from './src/idempotency-key.ts'
export { type SettledApproval, waitForApproval, type WaitOptions } from './src/wait-for-approval.ts'
export { workOn, type WorkOptions } from './src/work/work-on.ts'
export type { Handler, TaskContext } from './src/work/run-task.ts'
export type { OnEvent, WorkEvent } from './src/work/events.ts'
export type { FailureClass, Task, TaskUsage } from './src/work/task.ts'
export {
  AwaitApproval,
  Business,
  Completed,
  Escalate,
  type FailureOptions,
  Fatal,
  HandOff,
  NeedsInput,
  type Recipient,
  type Report,
  Retryable,
} from './src/work/outcomes.ts'
