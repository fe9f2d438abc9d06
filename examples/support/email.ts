/** Reads an e-mail as text (RFC 5322): who sent it, what it is about, what it says. Just enough for the demo's. */

export interface Email {
  /** The sender's address, without the name. */
  readonly from: string
  readonly subject: string
  readonly body: string
}

/** Reads the message; throws when there is no sender or no subject. */
export function readEmail(message: string): Email {
  const [head = '', ...rest] = message.split(/\r?\n\r?\n/u)
  const headers = new Map(
    head.split(/\r?\n/u).map((line): [string, string] => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const sender = headers.get('from') ?? ''
  const from = /<([^<>\s]+@[^<>\s]+)>/u.exec(sender)?.[1] ?? sender
  const subject = headers.get('subject') ?? ''
  if (!from.includes('@') || subject === '') throw new Error('The e-mail has no sender or no subject.')
  return { from, subject, body: rest.join('\n\n').trim() }
}
