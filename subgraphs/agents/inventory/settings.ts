/** How duplicates are found, and how much the gateway may enter by itself: the settings `inventory`, and what they are by default. */

/** How much each part of the comparison counts; only their ratio matters. */
export interface DuplicateWeights {
  readonly capabilities: number
  /** Systems and the data entities in them. */
  readonly systems: number
  /** Purpose and responsibilities. */
  readonly text: number
  /** The steps of its work, or its role where it names none. */
  readonly steps: number
}

export interface DuplicateSettings {
  readonly weights: DuplicateWeights
  /** From this score on, two pilots are likely the same work. */
  readonly likely: number
  /** From this score on, they overlap. */
  readonly overlap: number
  /** The least share of the weights that two pilots must be comparable by; below it nothing is said about them. */
  readonly minimumCompared: number
}

export interface InventorySettings {
  readonly duplicates: DuplicateSettings
  readonly discovery: {
    /** How many discovered principals of one issuer may wait for a person; further ones are counted. */
    readonly perIssuer: number
  }
}

/** The settings where nobody says otherwise; `docs/inventory.md` says how the weights were judged. */
export const defaultInventorySettings: InventorySettings = Object.freeze({
  duplicates: Object.freeze({
    weights: Object.freeze({ capabilities: 0.35, systems: 0.25, text: 0.25, steps: 0.15 }),
    likely: 0.6,
    overlap: 0.4,
    minimumCompared: 0.5,
  }),
  discovery: Object.freeze({ perIssuer: 200 }),
})
