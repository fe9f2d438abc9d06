/** A limit on waiting for something that lies outside this process. */

/** Resolves as `work` does, or rejects after `timeoutMs`; what `work` does later is then nobody's concern. */
export async function within<T>(timeoutMs: number, message: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`${message} within ${timeoutMs} ms.`)), timeoutMs)
  work.catch(() => undefined)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
