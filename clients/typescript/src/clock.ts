/** The clock of the gateway, told from its answers: a machine whose own clock is wrong must not take a lease for longer than it is. */

export interface Clock {
  /** Milliseconds since 1970, by the gateway. Up to a second ahead, never behind by more than an answer takes. */
  now(): number
  /** Hears of an answer. */
  hear(headers: Headers): void
}

/** Makes a clock that is the machine's until it hears of another. */
export function createClock(): Clock {
  let aheadMs = 0
  return {
    now: () => Date.now() + aheadMs,
    hear(headers) {
      const date = Date.parse(headers.get('date') ?? '')
      // The header has whole seconds, rounded down.
      if (!Number.isNaN(date)) aheadMs = date + 999 - Date.now()
    },
  }
}
