/** The difference between two texts, line by line, as `diff -u` shows it: what is added, what is taken away, a little around it. */

const around = 2

interface Line {
  readonly mark: ' ' | '+' | '-'
  readonly text: string
}

/** The changed places of a file, each with the lines around it. */
export function lineDiff(before: string, after: string): string {
  const lines = compare(before.split('\n'), after.split('\n'))
  const shown = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some(({ mark }) => mark !== ' '),
  )
  return lines
    .flatMap(({ mark, text }, index) => {
      if (!shown[index]) return []
      // A gap since the last line that is shown.
      const gap = index > 0 && !shown[index - 1] ? ['@@'] : []
      return [...gap, `${mark}${text}`]
    })
    .join('\n')
}

/** All lines of both texts in order, by their longest common sequence. */
function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  // lengths[i][j]: how many lines the rests from i and from j have in common.
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  const common = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = before.length - 1; i >= 0; i--) {
    const row = lengths[i] ?? []
    for (let j = after.length - 1; j >= 0; j--) {
      row[j] = before[i] === after[j] ? common(i + 1, j + 1) + 1 : Math.max(common(i + 1, j), common(i, j + 1))
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < before.length || j < after.length) {
    const [old, added] = [before[i], after[j]]
    if (old !== undefined && old === added) {
      lines.push({ mark: ' ', text: old })
      i++
      j++
    } else if (added !== undefined && (old === undefined || common(i, j + 1) >= common(i + 1, j))) {
      lines.push({ mark: '+', text: added })
      j++
    } else {
      lines.push({ mark: '-', text: old ?? '' })
      i++
    }
  }
  return lines
}
