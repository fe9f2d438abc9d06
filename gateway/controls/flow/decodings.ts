/** What a text means when it is written in one of the codes that a program undoes in one call: percent signs, base64, hex. */

/** Codes within codes are undone so often. */
const mostLayers = 2

/** The readings of a text, without the text itself. Bound its length first: what comes back may be several times as long. */
export function decodings(text: string): readonly string[] {
  const found = new Set<string>()
  let layer: readonly string[] = [text]
  for (let depth = 0; depth < mostLayers; depth += 1) {
    layer = layer.flatMap((each) => [...percent(each), ...base64(each), ...hex(each)])
    for (const reading of layer) if (reading !== text) found.add(reading)
  }
  return [...found]
}

function percent(text: string): readonly string[] {
  if (!/%[0-9a-f]{2}/iu.test(text)) return []
  return [text.replaceAll(/(?:%[0-9a-f]{2})+/giu, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())]
}

/** Where the code begins in a run of its letters is not known, so each of the four places is tried. */
function base64(text: string): readonly string[] {
  const runs = [...text.matchAll(/[A-Za-z0-9+/_-]{8,}/gu), ...joined(text).matchAll(/[A-Za-z0-9+/_-]{8,}/gu)]
  const texts = new Set(runs.map(([run]) => run))
  return [...texts].flatMap((run) =>
    [0, 1, 2, 3].flatMap((from) => readable(Buffer.from(run.slice(from), 'base64').toString())),
  )
}

function hex(text: string): readonly string[] {
  const runs = text.matchAll(/(?:[0-9a-f]{2}[\s:,-]?){6,}/giu)
  return [...runs].flatMap(([run]) => readable(Buffer.from(run.replaceAll(/[^0-9a-f]/giu, ''), 'hex').toString()))
}

/** A code is often broken into lines. */
function joined(text: string): string {
  return text.replaceAll(/\s+/gu, '')
}

/** The parts of a decoded text that are text. */
function readable(decoded: string): readonly string[] {
  return decoded.split('\uFFFD').flatMap((part) => part.match(/[\p{L}\p{N}\p{P}\p{S} \n]{6,}/gu) ?? [])
}
