/** Who reports to whom: the way up from a person, held against circles and against what would be settled by oneself. */
import type { HrRecords, UserRecord } from './model.ts'

/** Deeper than any company; a line that is longer has a circle in it. */
const maxLevels = 50

/** Everybody whom the person reports to, the direct manager first: one statement for each level. */
export async function managersOf(user: UserRecord, records: HrRecords): Promise<readonly UserRecord[]> {
  const managers: UserRecord[] = []
  for (let at: UserRecord | null = user; at?.managerId;) {
    at = await records.load('User', at.managerId)
    if (at) managers.push(at)
    if (managers.length > maxLevels) throw new Error(`The reporting line of ${user.id} does not end.`)
  }
  return managers
}
