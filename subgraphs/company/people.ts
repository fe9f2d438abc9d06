/**
 * Everybody who works or worked in the company, as SCIM users with the positions that they hold. Managers form a tree; who
 * has left is inactive and has a day of leaving.
 */
import { mobilePhone } from './contact-data.ts'
import { createRandom, dayText, lastDay, momentOf, plainName, workday, type Country, type Random } from './random.ts'
import { createNumbers, type SeedRow } from './rows.ts'
import { plants } from './plants.ts'
import { allSeats, newSeats, type Seat } from './seats.ts'

export type UserRow = SeedRow<'hr.users'>
export type PositionRow = SeedRow<'hr.positions'>

/** The people, and who sits where. */
export interface People {
  readonly users: UserRow[]
  readonly positions: PositionRow[]
  /** Those who hold a seat today, by its key. */
  readonly seated: ReadonlyMap<string, readonly UserRow[]>
}

/** Share of staff, in per cent, who left during the year. */
const leavers = 6
const openPositions = 16
/** The chance of those who came last: nothing else in the company depends on them. */
const newcomersPart = 1_001

/** Everybody, heads before their staff; `factor` 1 gives about 300. */
export function makePeople(random: Random, factor: number): People {
  const numbers = createNumbers()
  const users: UserRow[] = []
  const positions: PositionRow[] = []
  const seated = new Map<string, UserRow[]>()
  const names = new Set([...allSeats, ...newSeats].flatMap(({ people }) => people.map(userNameOf)))

  function seatOne(seat: Seat, name: string | null, left: boolean): void {
    const heads = seated.get(seat.reportsTo ?? '') ?? []
    const head = heads.length === 0 ? null : heads[(seated.get(seat.key)?.length ?? 0) % heads.length]
    const country = seat.plant === null ? countryOf(random) : (plants[seat.plant]?.country ?? 'DE')
    const full = name ?? freshName(random, country, names)
    const user = makeUser(random, numbers.next('usr-', 4), seat, full, country, left)
    user.manager_id = head?.id ?? null
    const position = makePosition(numbers.next('pos-', 4), seat, left ? 'CLOSED' : 'FILLED', user.created_at)
    position.reports_to_id = head?.position_id ?? null
    if (left) position.updated_at = user.updated_at
    else seated.set(seat.key, [...(seated.get(seat.key) ?? []), user])
    user.position_id = left ? null : position.id
    users.push(user)
    positions.push(position)
  }

  for (const seat of allSeats) {
    const count = seat.grows ? Math.round(seat.count * factor) : seat.count
    for (let index = 0; index < count; index += 1) seatOne(seat, seat.people[index] ?? null, false)
  }
  const staff = allSeats.filter(({ grows }) => grows)
  // The first who left was of accounting: see the findings.
  const left = staff.toSorted((a, b) => Number(b.key === 'accountant') - Number(a.key === 'accountant'))
  const gone = Math.round((users.length * leavers) / 100)
  for (let index = 0; index < gone; index += 1) {
    const seat = left[(index * 5) % left.length]
    if (seat) seatOne(seat, null, true)
  }
  for (let index = 0; index < openPositions; index += 1) {
    const seat = random.pick(staff)
    const opened = momentOf(workday(random.int(280, 358)), random.int(480, 960))
    const position = makePosition(numbers.next('pos-', 4), seat, 'OPEN', opened)
    position.reports_to_id = seated.get(seat.reportsTo ?? '')?.[0]?.position_id ?? null
    positions.push(position)
  }
  return { users, positions, seated }
}

/** Those who came in the last days; they have no pay yet. */
export function makeNewcomers({ users, positions, seated }: People): Pick<People, 'users' | 'positions'> {
  const random = createRandom(newcomersPart)
  const rows = newSeats.map((seat, index) => {
    const [head] = seated.get(seat.reportsTo ?? '') ?? []
    const id = `usr-${String(users.length + index + 1).padStart(4, '0')}`
    const user = makeUser(random, id, seat, seat.people[0] ?? '', 'DE', false)
    const created = momentOf(workday(lastDay - 5 + index), 420)
    const positionId = `pos-${String(positions.length + index + 1).padStart(4, '0')}`
    const position = makePosition(positionId, seat, 'FILLED', created)
    return {
      user: {
        ...user,
        created_at: created,
        updated_at: created,
        hire_date: dayText(workday(lastDay - 5 + index)),
        manager_id: head?.id ?? null,
        position_id: positionId,
      },
      position: { ...position, reports_to_id: head?.position_id ?? null },
    }
  })
  return { users: rows.map(({ user }) => user), positions: rows.map(({ position }) => position) }
}

function countryOf(random: Random): Country {
  return random.weighted<Country>([
    ['DE', 78],
    ['FR', 12],
    ['GB', 10],
  ])
}

function freshName(random: Random, country: Country, taken: Set<string>): string {
  for (;;) {
    const { firstName, lastName } = random.person(country)
    const name = `${firstName} ${lastName}`
    const userName = userNameOf(name)
    if (taken.has(userName)) continue
    taken.add(userName)
    return name
  }
}

function userNameOf(name: string): string {
  return name.split(' ').map(plainName).join('.')
}

function makeUser(random: Random, id: string, seat: Seat, name: string, country: Country, left: boolean): UserRow {
  const [givenName = '', ...family] = name.split(' ')
  const userName = userNameOf(name)
  // A tenth came during the year; records of the others were moved into the system when it was set up.
  const hired = random.chance(10) && !left && seat.grows ? workday(random.int(20, 330)) : -random.int(30, 5_000)
  const created = momentOf(Math.max(hired, -1), 420)
  const leave = left ? workday(random.int(60, lastDay - 20)) : null
  return {
    id,
    version: left ? 2 : 1,
    created_at: created,
    updated_at: leave === null ? created : momentOf(leave, 960),
    user_name: userName,
    principal: `person:${userName}`,
    display_name: name,
    given_name: givenName,
    family_name: family.join(' '),
    title: seat.title,
    user_type: random.chance(seat.grows ? 6 : 0) ? 'CONTRACTOR' : 'EMPLOYEE',
    email: `${userName}@havelberg-systems.example`,
    phone: random.chance(70) ? mobilePhone(random, country) : null,
    active: !left,
    employee_number: `E${String(10_000 + Number(id.slice(4)))}`,
    department: seat.department,
    cost_center: seat.costCenter,
    manager_id: null,
    position_id: null,
    plant_id: seat.plant === null ? null : (plants[seat.plant]?.id ?? null),
    country_code: country,
    locale: { DE: 'de-DE', FR: 'fr-FR', GB: 'en-GB' }[country],
    hire_date: dayText(hired),
    leave_date: leave === null ? null : dayText(leave),
  }
}

function makePosition(id: string, seat: Seat, status: PositionRow['status'], at: string): PositionRow {
  return {
    id,
    version: status === 'FILLED' ? 1 : status === 'CLOSED' ? 2 : 1,
    created_at: at,
    updated_at: at,
    title: seat.title,
    department: seat.department,
    plant_id: seat.plant === null ? null : (plants[seat.plant]?.id ?? null),
    grade: seat.grade as PositionRow['grade'],
    status,
    reports_to_id: null,
  }
}

/** The principals of those who hold a seat; never empty. */
export function principalsOf(people: People, seat: string): readonly string[] {
  const found = people.seated.get(seat) ?? []
  if (found.length === 0) throw new RangeError(`Nobody holds the seat ${seat}.`)
  return found.map(({ principal }) => principal)
}
