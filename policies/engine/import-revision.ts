/**
 * Imports the policies of one snapshot beside those of every other: each revision is a module graph of its own, so that an edit
 * of the vocabulary, a scope or a role takes effect together with the tables that use it.
 */
import { registerHooks } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { PolicyFiles } from './policy-files.ts'

/** How long the policies may take to load, in milliseconds. */
const importBudgetMs = 5000

const engineFolder = import.meta.dirname
const ownPolicies = path.resolve(engineFolder, '..')

/** What a policies folder elsewhere imports the vocabulary as. */
const publicName = 'mandate/policies'
const publicModule = pathToFileURL(path.join(ownPolicies, 'public.ts')).href

/** Imports `index.ts` of the snapshot. Rejects with what the module system says. */
export async function importRevision({ folder, revision, texts }: PolicyFiles): Promise<unknown> {
  const query = `?revision=${revision}`
  const isOurs = (url: string | undefined): boolean => url?.endsWith(query) === true
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const ours = isOurs(context.parentURL) || isOurs(specifier)
      if (ours && specifier === publicName) return nextResolve(publicModule, context)
      if (!ours || !/^(?:\.{0,2}\/|file:)/u.test(specifier)) return nextResolve(specifier, context)
      const file = fileURLToPath(withoutQuery(new URL(specifier, context.parentURL).href))
      const engine = within(path.join(folder, 'engine'), file)
      // One engine for all revisions, also for a policies folder elsewhere: rules of another one would be strangers.
      if (engine !== null) return nextResolve(pathToFileURL(path.join(engineFolder, engine)).href, context)
      if (!texts.has(file)) return nextResolve(specifier, context)
      return { url: `${pathToFileURL(file).href}${query}`, format: 'module-typescript', shortCircuit: true }
    },
    load(url, context, nextLoad) {
      const text = isOurs(url) ? texts.get(fileURLToPath(withoutQuery(url))) : undefined
      if (text === undefined) return nextLoad(url, context)
      return { format: 'module-typescript', source: text, shortCircuit: true }
    },
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The policies took longer than ${String(importBudgetMs)} ms to load.`))
    }, importBudgetMs)
  })
  try {
    return await Promise.race([import(`${pathToFileURL(path.join(folder, 'index.ts')).href}${query}`), late])
  } finally {
    clearTimeout(timer)
    hooks.deregister()
  }
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/u, '')
}

/** The path of `file` inside `folder`, or null. */
function within(folder: string, file: string): string | null {
  const relative = path.relative(folder, file)
  return relative.startsWith('..') || path.isAbsolute(relative) ? null : relative
}
