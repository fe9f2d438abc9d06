/** Draws pictures in place: only the lines that changed are written, in one go, so that nothing flickers. */
import type { Screen } from '../screen.ts'

export type LiveTerminal = Screen & Pick<NodeJS.WriteStream, 'columns' | 'rows'>

export interface LiveArea extends Disposable {
  /** Takes a new picture and shows it at once; it stays when the area is left. */
  finish(): void
}

export interface LiveOptions {
  readonly terminal: LiveTerminal
  readonly picture: (size: { readonly width: number; readonly height: number }) => readonly string[]
  /** The picture that stays. */
  readonly last: LiveOptions['picture']
}

const everyMs = 200
const hideCursor = '\u001b[?25l'
const showCursor = '\u001b[?25h'
// A terminal that knows it shows what stands between the two at once; others pass over it.
const beginUpdate = '\u001b[?2026h'
const endUpdate = '\u001b[?2026l'

/** Begins to draw below what stands on the terminal. */
export function openLiveArea({ terminal, picture, last }: LiveOptions): LiveArea {
  let shown: readonly string[] = []
  let isOpen = true
  const size = () => ({ width: terminal.columns, height: terminal.rows })

  function draw(lines: readonly string[]): void {
    const up = shown.length === 0 ? '' : `\u001b[${shown.length}A`
    const changed = lines.map((line, index) => (line === shown[index] ? '\n' : `\r${line}\u001b[0m\u001b[K\n`))
    if (lines.length === shown.length && changed.every((each) => each === '\n')) return
    const clear = lines.length < shown.length ? '\u001b[J' : ''
    terminal.write(`${beginUpdate}${up}${changed.join('')}${clear}${endUpdate}`)
    shown = lines
  }

  /** What a terminal of another width has made of the lines is not known: all of it is drawn anew. */
  function redraw(): void {
    terminal.write('\u001b[H\u001b[J')
    shown = []
    draw(picture(size()))
  }

  function close(): void {
    if (!isOpen) return
    isOpen = false
    clearInterval(timer)
    terminal.off('resize', redraw)
    terminal.write(showCursor)
  }

  terminal.write(hideCursor)
  terminal.on('resize', redraw)
  draw(picture(size()))
  const timer = setInterval(() => {
    draw(picture(size()))
  }, everyMs)
  return {
    finish() {
      draw(last(size()))
      close()
    },
    [Symbol.dispose]: close,
  }
}
