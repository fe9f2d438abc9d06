/** The business calendar is there. */
import type { DefinitionCheck } from '../check-subject.ts'

export const calendarExists: DefinitionCheck = {
  followsWays: false,
  find({ definition: { calendar }, environment: { calendars } }) {
    if (calendar === 'always' || calendars.has(calendar)) return []
    const known = ['always', ...calendars].map((name) => `\`${name}\``).join(', ')
    return [{ path: ['calendar'], message: `There is no calendar \`${calendar}\`.`, mend: `Name one of ${known}.` }]
  },
}
