/**
 * The lock on a data folder: a file in it that names the process which holds it. Two processes on one PGlite folder corrupt
 * it, and PGlite has no lock of its own. A lock is never taken from a living process, however old it is.
 */
import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { bootId, processState, startTicks } from './process-state.ts'

const holderSchema = z.strictObject({
  pid: z.number().int().positive(),
  hostname: z.string(),
  /** When the process started, ISO 8601. */
  startedAt: z.iso.datetime(),
  /** Where the gateway listens; null for a process that does not (a command). */
  address: z.string().nullable(),
  /** `/proc/<pid>/stat`'s start time and the boot it counts from, where there is one: they tell a reused pid. */
  startTicks: z.string().nullable(),
  bootId: z.string().nullable(),
  /** Unlike any other lock. */
  nonce: z.string(),
})

/** The process that holds a data folder. */
export type LockHolder = Readonly<z.infer<typeof holderSchema>>

export interface FolderLock {
  readonly holder: LockHolder
  /** Gives the folder free. */
  release(): Promise<void>
}

/** A second process asked for a folder that a living one holds. */
export class FolderInUseError extends Error {
  readonly holder: LockHolder
  constructor(folder: string, holder: LockHolder) {
    super(describe(folder, holder))
    this.name = 'FolderInUseError'
    this.holder = holder
  }
}

function describe(folder: string, holder: LockHolder): string {
  const started = new Date(holder.startedAt)
  const time = started.toTimeString().slice(0, 5)
  const when = Date.now() - started.getTime() < 86_400_000 ? time : `${started.toDateString()} ${time}`
  const facts = [`started ${when}`, ...(holder.address === null ? [] : [holder.address])].join(', ')
  if (holder.hostname === hostname()) {
    return `The folder \`${folder}\` is in use by process ${holder.pid} (${facts}). Stop it, or set MANDATE_DATA to another folder.`
  }
  return (
    `The folder \`${folder}\` is in use by process ${holder.pid} on \`${holder.hostname}\` (${facts}). ` +
    `Stop it, or set MANDATE_DATA to another folder; if that machine is gone, delete \`${lockPath(folder)}\`.`
  )
}

const lockPath = (folder: string) => join(folder, 'lock')

/** The living process that holds `folder`, or null: how a command finds the running gateway. */
export async function readLockHolder(folder: string): Promise<LockHolder | null> {
  const lock = await readLock(lockPath(folder))
  return lock !== null && (await isAlive(lock)) ? lock : null
}

/** Locks `folder` for this process, or rejects with {@link FolderInUseError}. Makes the folder when there is none. */
export async function lockFolder(folder: string, address: string | null): Promise<FolderLock> {
  await mkdir(folder, { recursive: true })
  const path = lockPath(folder)
  const holder: LockHolder = {
    pid: process.pid,
    hostname: hostname(),
    startedAt: new Date(performance.timeOrigin).toISOString(),
    address,
    startTicks: await startTicks(process.pid),
    bootId: await bootId(),
    nonce: randomUUID(),
  }
  await place(folder, holder)
  return {
    holder,
    async release() {
      if ((await readLock(path))?.nonce === holder.nonce) await unlink(path)
    },
  }
}

/** Puts the lock in its place: when there is none, or when the one that stands there is of a dead process. */
async function place(folder: string, holder: LockHolder): Promise<void> {
  const path = lockPath(folder)
  const draft = `${path}.${holder.nonce}`
  await writeFile(draft, `${JSON.stringify(holder)}\n`, { flag: 'wx' })
  try {
    while (!(await linkNew(draft, path))) {
      const found = await readLock(path)
      if (found === null) continue
      if (await isAlive(found)) throw new FolderInUseError(folder, found)
      if (await replaceDead(path, found, draft)) return
    }
  } finally {
    await rm(draft, { force: true })
  }
}

/** Exclusive create with the whole content at once (`link` fails when the name exists), so nobody reads half a lock. */
async function linkNew(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  }
}

/**
 * Puts `draft` in the place of a dead process's lock; false when somebody else was faster.
 *
 * INVARIANT: a lock that stands is replaced under the guard only, after a look that it is still the dead one. Without it, the
 * slower of two starters would replace the fresh lock of the faster one. A guard whose process died within these few lines is
 * left to a person, for the same reason.
 */
async function replaceDead(path: string, dead: LockHolder, draft: string): Promise<boolean> {
  const guard = `${path}.takeover`
  if (!(await linkNew(draft, guard))) {
    const other = await readLock(guard)
    if (other !== null && !(await isAlive(other))) {
      throw new Error(
        `Process ${other.pid} died while it took over the lock \`${path}\`. Delete \`${guard}\`, then start again.`,
      )
    }
    await delay(10)
    return false
  }
  try {
    if ((await readLock(path))?.nonce !== dead.nonce) return false
    await rename(draft, path)
    return true
  } finally {
    await unlink(guard)
  }
}

async function readLock(path: string): Promise<LockHolder | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
  const parsed = holderSchema.safeParse(parseJson(text))
  if (parsed.success) return Object.freeze(parsed.data)
  throw new Error(`The lock \`${path}\` is not one of ours. If no gateway uses this folder, delete it.`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Unknown counts as alive: another machine's processes cannot be seen from here. */
async function isAlive(lock: LockHolder): Promise<boolean> {
  if (lock.hostname !== hostname()) return true
  if (processState(lock.pid) === 'gone') return false
  if (lock.startTicks !== null && lock.bootId !== null) {
    const [ticks, boot] = await Promise.all([startTicks(lock.pid), bootId()])
    if (ticks !== null && boot !== null) return ticks === lock.startTicks && boot === lock.bootId
  }
  // Without /proc: our own pid with an earlier start is a process that had this pid before us.
  if (lock.pid === process.pid) return Date.parse(lock.startedAt) >= Math.floor(performance.timeOrigin)
  return true
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
