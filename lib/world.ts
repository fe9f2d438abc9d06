/** The outside world as arguments, so that tests can hold it still. */
import { v7 as uuidv7 } from 'uuid'

export interface World {
  /** The current time. */
  readonly now: () => Date
  /** A new UUIDv7 (RFC 9562). */
  readonly newId: () => string
}

export const realWorld: World = Object.freeze({
  now: () => new Date(),
  newId: () => uuidv7(),
})
