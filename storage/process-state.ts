/** Which processes live on this machine, and since when: a pid alone is not enough, because pids are reused. */
import { readFile } from 'node:fs/promises'

/** Whether a process with this pid exists, be it ours or not. */
export function processState(pid: number): 'living' | 'gone' {
  try {
    process.kill(pid, 0)
    return 'living'
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'living' : 'gone'
  }
}

/** When the process started, in clock ticks since the boot (proc(5), field 22 of `stat`); null where there is no /proc. */
export async function startTicks(pid: number): Promise<string | null> {
  const stat = await readText(`/proc/${pid}/stat`)
  // Field 2 is the program's name in brackets and may contain blanks and brackets itself.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

/** Names this boot of the machine; null where there is no /proc. */
export async function bootId(): Promise<string | null> {
  return (await readText('/proc/sys/kernel/random/boot_id'))?.trim() ?? null
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}
