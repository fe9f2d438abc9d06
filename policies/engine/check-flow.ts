/** Checks the rules of flow: an exemption that names nothing would be taken for one that holds, and a limit of none for a limit. */
import { impacts, sensitivities } from '../../lib/labels.ts'
import type { ContractIndex } from '../../schema/contract.ts'
import { suggestion } from './check-rule.ts'
import { type FlowExemption, type FlowPolicy, anchorLength, flowLabels } from './flow-policy.ts'
import type { PolicyProblem } from './types.ts'

const longestHours = 24 * 31

/** Every problem of the rules of flow. */
export function checkFlow(flow: FlowPolicy, index: ContractIndex): readonly PolicyProblem[] {
  return [...checkNumbers(flow), ...checkNames(flow), ...checkExemptions(flow, index)]
}

function checkNumbers({ lastsHours, shortest, most }: FlowPolicy): readonly PolicyProblem[] {
  const ranges: readonly (readonly [name: string, value: number, from: number, to: number])[] = [
    ...flowLabels.map((label) => [`lastsHours.${label}`, lastsHours[label], 1, longestHours] as const),
    ['shortest.text', shortest.text, anchorLength, 20],
    ['shortest.number', shortest.number, 4, 12],
    ['most.valuesPerAnswer', most.valuesPerAnswer, 1, 5_000],
    ['most.comparedCharacters', most.comparedCharacters, 100, 100_000],
    ['most.lineage', most.lineage, 1, 50],
  ]
  return ranges
    .filter(([, value, from, to]) => !(Number.isInteger(value) && value >= from && value <= to))
    .map(([name, value, from, to]) =>
      problem(`\`${name}\` is ${String(value)}.`, `Write a whole number from ${String(from)} to ${String(to)}.`),
    )
}

function checkNames({ waits, sinks }: FlowPolicy): readonly PolicyProblem[] {
  const given = (['RESTRICTED', 'PERSONAL'] as const).flatMap((label) => sinks[label].map((sink) => ({ label, sink })))
  return [
    ...waits.impacts
      .filter((impact) => !impacts.includes(impact))
      .map((impact) => problem(`\`waits.impacts\` names \`${impact}\`.`, `Write some of ${impacts.join(', ')}.`)),
    ...given
      .filter(({ sink }) => !sensitivities.includes(sink))
      .map(({ label, sink }) =>
        problem(`\`sinks.${label}\` names the label \`${sink}\`.`, `Write some of ${sensitivities.join(', ')}.`),
      ),
  ]
}

function checkExemptions({ exempt, waits }: FlowPolicy, index: ContractIndex): readonly PolicyProblem[] {
  const isMutation = ({ coordinate }: FlowExemption) => coordinate.startsWith('Mutation.')
  return [
    ...checkList('mutations', exempt.mutations, index),
    ...checkList('reads', exempt.reads, index),
    ...exempt.reads
      .filter(isMutation)
      .map((each) => problem(`\`exempt.reads\` names the mutation \`${each.coordinate}\`.`, 'Name the field read.')),
    ...exempt.reads.flatMap(({ coordinate }) => {
      const labels = index.fields.get(coordinate)?.labels ?? ['RESTRICTED']
      if (labels.includes('RESTRICTED') || labels.includes('PERSONAL')) return []
      return [problem(`\`exempt.reads\` names \`${coordinate}\`, which is not followed anyway.`, 'Take it out.')]
    }),
    ...exempt.mutations
      .filter((each) => !isMutation(each))
      .map((each) => problem(`\`${each.coordinate}\` in \`exempt.mutations\` is no mutation.`, 'Name a mutation.')),
    ...exempt.mutations.flatMap(({ coordinate }) => {
      const field = index.fields.get(coordinate)
      if (field === undefined || (field.effect !== null && !waits.impacts.includes(field.effect.impact))) return []
      const mend =
        'Take it out: what reaches far, or does not say how far it reaches, may not follow what outsiders wrote.'
      return [problem(`\`exempt.mutations\` lets \`${coordinate}\` follow an untrusted read.`, mend)]
    }),
  ]
}

function checkList(name: string, list: readonly FlowExemption[], index: ContractIndex): readonly PolicyProblem[] {
  const names = list.map(({ coordinate }) => coordinate)
  const known = new Set<string>(index.fields.keys())
  return list.flatMap(({ coordinate, reason }, position) => [
    ...(known.has(coordinate)
      ? []
      : [
          problem(
            `\`exempt.${name}\` names \`${coordinate}\`, which no contract has.`,
            `Correct the name${suggestion(coordinate, known)}, or take it out.`,
          ),
        ]),
    ...(reason.trim() === ''
      ? [problem(`\`exempt.${name}\` does not say why \`${coordinate}\` is left out.`, 'Write the reason.')]
      : []),
    ...(names.indexOf(coordinate) === position
      ? []
      : [problem(`\`exempt.${name}\` names \`${coordinate}\` twice.`, 'Take one of the two out.')]),
  ])
}

function problem(message: string, mend: string): PolicyProblem {
  return { where: 'policies/flow.ts', coordinate: null, message, mend }
}
