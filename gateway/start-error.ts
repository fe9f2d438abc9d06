/** A reason not to start that is not a fault of the program: shown to whoever started it, without a stack. */

/** Its message says what is wrong and what to do. */
export class StartError extends Error {
  override readonly name: string = 'StartError'
}
