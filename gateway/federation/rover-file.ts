/** Reads a `supergraph.yaml` as Rover has it: a list of subgraphs, each with the file of its SDL and where it listens. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { StartError } from '../start-error.ts'

export interface ListedSubgraph {
  readonly name: string
  readonly sdl: string
  readonly url: string
}

const subgraph = z.strictObject({
  routing_url: z.string().optional(),
  schema: z.union([
    z.strictObject({ file: z.string() }),
    z.strictObject({ sdl: z.string() }),
    z.strictObject({
      subgraph_url: z.string(),
      introspection_headers: z.record(z.string(), z.string()).optional(),
    }),
    z.strictObject({ graphref: z.string(), subgraph: z.string() }),
  ]),
})

const roverFile = z.strictObject({
  federation_version: z.union([z.string(), z.number()]).optional(),
  subgraphs: z.record(z.string(), subgraph),
})

/** Reads the list with the SDL of each. @throws a StartError that names what cannot be used. */
export function readRoverFile(file: string): readonly ListedSubgraph[] {
  const parsed = roverFile.safeParse(readYaml(file))
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path: at, message }) => `  - \`${at.join('.') || 'the top level'}\`: ${message}`,
    )
    throw new StartError(`${file} is not a list of subgraphs as Rover reads it:\n${problems.join('\n')}`)
  }
  const { federation_version: version, subgraphs } = parsed.data
  if (version !== undefined && !/^=?(?:2(?:\.\d+)*|latest-2)$/u.test(String(version))) {
    throw new StartError(
      `${file} asks for federation_version \`${String(version)}\`; this gateway composes Federation 2.`,
    )
  }
  return Object.entries(subgraphs).map(([name, { routing_url: url = '', schema }]) => ({
    name,
    url,
    sdl: sdlOf(name, schema, file),
  }))
}

function sdlOf(name: string, schema: z.infer<typeof subgraph>['schema'], file: string): string {
  if ('sdl' in schema) return schema.sdl
  if (!('file' in schema)) {
    // What a subgraph says of itself when the gateway starts is not what somebody has reviewed.
    throw new StartError(
      `${file}: the SDL of \`${name}\` is to be fetched, which this gateway does not do. Save it (\`rover subgraph introspect\`, \`rover subgraph fetch\`) and name the file: \`schema: { file: ./${name}.graphql }\`.`,
    )
  }
  const sdlFile = path.resolve(path.dirname(file), schema.file)
  try {
    return readFileSync(sdlFile, 'utf8')
  } catch (cause) {
    throw new StartError(`${file}: the SDL of \`${name}\` is not at ${sdlFile}.`, { cause })
  }
}

function readYaml(file: string): unknown {
  try {
    return parseYaml(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new StartError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}
