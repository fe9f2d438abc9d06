/** Who listens to which channel. A handler that fails is logged and does not keep the others from hearing the message. */
import { type StorageLog, reasonOf } from './storage-log.ts'

export type MessageHandler = (message: string) => void

export class ChannelHandlers {
  readonly #handlers = new Map<string, Set<{ readonly handler: MessageHandler }>>()
  readonly #log: StorageLog

  constructor(log: StorageLog) {
    this.#log = log
  }

  /** Channels that somebody listens to. */
  get channels(): readonly string[] {
    return [...this.#handlers.keys()]
  }

  /** Adds a handler; the returned function takes it away and answers how many of the channel are left. */
  add(channel: string, handler: MessageHandler): () => number {
    // One entry for each subscription: the same function may subscribe twice.
    const entry = { handler }
    const entries = this.#handlers.get(channel) ?? new Set()
    this.#handlers.set(channel, entries.add(entry))
    return () => {
      entries.delete(entry)
      if (entries.size === 0 && this.#handlers.get(channel) === entries) this.#handlers.delete(channel)
      return entries.size
    }
  }

  deliver(channel: string, message: string): void {
    for (const { handler } of this.#handlers.get(channel) ?? []) {
      try {
        handler(message)
      } catch (error) {
        this.#log.error({ channel, reason: reasonOf(error) }, 'A subscriber failed on a message')
      }
    }
  }

  clear(): void {
    this.#handlers.clear()
  }
}
