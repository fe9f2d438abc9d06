/** Writes `docs/config.md` from the settings' schema, so that the page cannot say anything else than the code. */
import { z } from 'zod'
import { environmentVariables, settingsSchema } from '../../gateway/config.ts'

interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly additionalProperties?: JsonSchema | boolean
  readonly items?: JsonSchema
}

/** The page as Markdown. */
export function configDoc(): string {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input' }) as JsonSchema
  const variables = new Map(Object.entries(environmentVariables).map(([name, keys]) => [keys.join('.'), name]))
  const rows = [...settings(schema, '')].map(([key, setting]) => {
    const variable = variables.get(key)
    return `| \`${key}\` | ${variable ? `\`${variable}\`` : ''} | ${typeOf(setting)} | ${defaultOf(setting)} | ${setting.description ?? ''} |`
  })
  return [
    '# Settings',
    '',
    '<!-- Generated from gateway/config.ts by `npm run generate`. -->',
    '',
    'Settings come from `mandate.yaml` in the folder the gateway is started in (or the file that `MANDATE_CONFIG` names); the environment wins over',
    'the file. An unknown setting is refused with the list of those that exist. All are optional.',
    '',
    'Secrets are never in the file: `MANDATE_LEDGER_KEY` (at least 32 random bytes in base64; the same for all gateways of one ledger) is read from the',
    'environment only, and made once in the data folder when it is not set.',
    '',
    '| setting | variable | value | default | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

function* settings(schema: JsonSchema, prefix: string): Generator<[string, JsonSchema]> {
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    const key = `${prefix}${name}`
    if (child.properties) yield* settings(child, `${key}.`)
    else if (child.items?.properties) yield* settings(child.items, `${key}[].`)
    else if (typeof child.additionalProperties === 'object')
      yield* settings(child.additionalProperties, `${key}.<name>.`)
    else yield [key, child]
  }
}

function typeOf({ type, enum: values, items }: JsonSchema): string {
  if (values) return values.map((value) => `\`${String(value)}\``).join(', ')
  if (items?.enum) return `list of ${typeOf(items)}`
  return type === 'integer' ? 'number' : (type ?? '')
}

function defaultOf({ default: value }: JsonSchema): string {
  return value === undefined ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}
