/**
 * The files that the explorer's page loads: a fixed list, read once, so that no path from a request ever reaches the disk.
 * GraphiQL and React come from their installed packages, the rest stands in `browser/`.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export interface StaticFile {
  readonly content: Buffer
  readonly contentType: string
  /** Names this content; a browser that has it gets 304. */
  readonly etag: string
}

const script = 'text/javascript; charset=utf-8'
const style = 'text/css; charset=utf-8'

/** Our own files; their names are the ends of their paths. */
const appFiles = {
  'explorer.js': script,
  'bar.js': script,
  'graphiql.js': script,
  'loading.js': script,
  'sandbox.js': script,
  'session.js': script,
  'explorer.css': style,
} as const

/** Files of packages: the package's own metadata says where it is installed. */
const vendorFiles = {
  'react.js': { package: () => import.meta.resolve('react/package.json'), file: 'umd/react.production.min.js' },
  'react-dom.js': {
    package: () => import.meta.resolve('react-dom/package.json'),
    file: 'umd/react-dom.production.min.js',
  },
  'graphiql.js': { package: () => import.meta.resolve('graphiql/package.json'), file: 'graphiql.min.js' },
  'graphiql.css': { package: () => import.meta.resolve('graphiql/package.json'), file: 'graphiql.min.css' },
} as const

/** Where the page finds one of our own files. */
export function appPath(name: keyof typeof appFiles): string {
  return `/explorer/app/${name}`
}

/** Where the page finds a file of a package. */
export function vendorPath(name: keyof typeof vendorFiles): string {
  return `/explorer/vendor/${name}`
}

/** Reads every file of the list; the keys are the paths that serve them. Throws when a package is not installed. */
export function readStaticFiles(): ReadonlyMap<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  for (const [name, contentType] of Object.entries(appFiles)) {
    files.set(`/explorer/app/${name}`, read(path.join(import.meta.dirname, 'browser', name), contentType))
  }
  for (const [name, { package: manifest, file }] of Object.entries(vendorFiles)) {
    const folder = path.dirname(fileURLToPath(manifest()))
    files.set(`/explorer/vendor/${name}`, read(path.join(folder, file), name.endsWith('.css') ? style : script))
  }
  return files
}

function read(file: string, contentType: string): StaticFile {
  const content = readFileSync(file)
  return { content, contentType, etag: `"${createHash('sha256').update(content).digest('base64url')}"` }
}
