/** The rules of flow as typed data: what reading does to an agent, and what it may then write where. `check-flow.ts` checks them. */
import type { Coordinate, Impact, Sensitivity } from '../../lib/labels.ts'

/** Labels of what is remembered when an agent reads it. */
export const flowLabels = ['UNTRUSTED', 'RESTRICTED', 'PERSONAL'] as const satisfies readonly Sensitivity[]
export type FlowLabel = (typeof flowLabels)[number]

/** Labels whose values are followed to where they are written. */
export type ProtectedLabel = Exclude<FlowLabel, 'UNTRUSTED'>

/** One coordinate that a rule leaves out, and why that is right. */
export interface FlowExemption {
  readonly coordinate: Coordinate
  /** For the reviewer: why nothing is lost by it. */
  readonly reason: string
}

export interface FlowPolicy {
  /** How long a read counts, by label, in hours. It is judged by the policy under which it was read. */
  readonly lastsHours: Readonly<Record<FlowLabel, number>>
  /** Which mutations wait for a person after an UNTRUSTED read. One that declares no effect always does. */
  readonly waits: { readonly impacts: readonly Impact[]; readonly irreversible: boolean }
  /** Into arguments of which labels a protected value may be written without a person. */
  readonly sinks: Readonly<Record<ProtectedLabel, readonly Sensitivity[]>>
  /** The shortest values that are followed: letters and digits of a text, digits of a number. */
  readonly shortest: { readonly text: number; readonly number: number }
  readonly most: {
    /** Different values of one label that one answer may bring; an answer with more taints as if it held every value. */
    readonly valuesPerAnswer: number
    /** Letters and digits of the arguments of one act that are compared; an act with more waits for a person. */
    readonly comparedCharacters: number
    /** Reads that a person is shown as the origin of one ask, the newest. */
    readonly lineage: number
  }
  readonly exempt: {
    /** Mutations that may follow an UNTRUSTED read. None that is far-reaching may be here. */
    readonly mutations: readonly FlowExemption[]
    /** Fields whose values are not followed. */
    readonly reads: readonly FlowExemption[]
  }
}

/** The length of the beginning of a text by which it is looked for; no shorter text can be. */
export const anchorLength = 6

/** What holds for policies that say nothing of flow: everything is followed, nothing is exempt. */
export const defaultFlow: FlowPolicy = {
  lastsHours: { UNTRUSTED: 24, RESTRICTED: 24, PERSONAL: 24 },
  waits: { impacts: ['HIGH'], irreversible: true },
  sinks: { RESTRICTED: ['RESTRICTED'], PERSONAL: ['PERSONAL', 'RESTRICTED'] },
  shortest: { text: 6, number: 5 },
  most: { valuesPerAnswer: 500, comparedCharacters: 10_000, lineage: 5 },
  exempt: { mutations: [], reads: [] },
}
