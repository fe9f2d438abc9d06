/** `mandate approvals list | show | approve | reject`: what waits for a person, decided from a terminal through the gateway. */
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { z } from 'zod'
import { safeText } from '../gateway/audit/safe-text.ts'
import { askGateway } from './ask-gateway.ts'
import { table } from './table.ts'
import type { TokenIo } from './token.ts'

interface Flags {
  readonly as: string
  readonly url: string
  readonly data: string
  readonly json?: boolean
}

const listed = z.object({
  approvals: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        status: z.string(),
        initiator: z.string(),
        expiresAt: z.string().nullable(),
        decidable: z.boolean(),
        preview: z.object({ acts: z.array(z.object({ mutation: z.string() })) }).nullable(),
      }),
    ),
  }),
})

const shown = z.object({
  approval: z
    .object({
      id: z.string(),
      version: z.number(),
      status: z.string(),
      initiator: z.string(),
      onBehalfOf: z.string().nullable(),
      expiresAt: z.string().nullable(),
      previewHash: z.string(),
      notDecidableBecause: z.string().nullable(),
      reason: z.string().nullable(),
      stages: z.array(z.object({ role: z.string(), quorum: z.number(), approvals: z.number(), current: z.boolean() })),
      preview: z
        .object({
          quotation: z.string().nullable(),
          acts: z.array(
            z.object({
              mutation: z.string(),
              title: z.string(),
              impact: z.string().nullable(),
              reversible: z.boolean().nullable(),
              target: z.object({ type: z.string(), id: z.string(), version: z.number().nullable() }).nullable(),
              arguments: z.array(
                z.object({
                  path: z.string(),
                  value: z.string(),
                  current: z.string().nullable(),
                  change: z.string(),
                }),
              ),
            }),
          ),
          asked: z.array(
            z.object({
              reason: z.string(),
              lineage: z.array(z.object({ coordinate: z.string(), requestId: z.string() })),
            }),
          ),
          readBefore: z.array(
            z.object({ at: z.string(), operation: z.string().nullable(), coordinates: z.array(z.string()) }),
          ),
        })
        .nullable(),
      execution: z.object({ outcome: z.string().nullable() }).nullable(),
    })
    .nullable(),
})
type Shown = NonNullable<z.infer<typeof shown>['approval']>

const listQuery = `query ListApprovals($view: ApprovalView!) { approvals(view: $view, first: 50) { nodes {
  id status initiator expiresAt decidable preview { acts { mutation } } } } }`

const showQuery = `query ShowApproval($id: ID!) { approval(id: $id) {
  id version status initiator onBehalfOf expiresAt previewHash notDecidableBecause reason
  stages { role quorum approvals current }
  preview { quotation acts { mutation title impact reversible target { type id version } arguments { path value current change } }
    asked { reason lineage { coordinate requestId } } readBefore { at operation coordinates } }
  execution { outcome } } }`

const approveMutation = `mutation Approve($input: ApproveRequestInput!) {
  decided: approveRequest(input: $input) { approval { status } } }`
const rejectMutation = `mutation Reject($input: RejectRequestInput!) {
  decided: rejectRequest(input: $input) { approval { status } } }`
const decided = z.object({ decided: z.object({ approval: z.object({ status: z.string() }) }) })

/** Adds `approvals` to the command line. */
export function addApprovalCommands(program: Command, io: TokenIo): void {
  const approvals = program.command('approvals').description('See what waits for people, and decide it.')
  const command = (text: string, description: string) =>
    approvals
      .command(text)
      .description(description)
      .requiredOption('--as <person>', 'who asks or decides: a person of the gateway, such as `jonas.weber`')
      .option('--url <address>', 'where the gateway is', `http://localhost:${io.env['PORT'] ?? '4000'}`)
      .option('--data <folder>', 'the data folder of the gateway', io.env['MANDATE_DATA'] ?? '.mandate')
      .option('--json', 'answer as JSON')
  const ask = <T>(flags: Flags, schema: z.ZodType<T>, query: string, variables: object) =>
    askGateway({ ...flags, dataFolder: flags.data }, { schema, query, variables }, io)
  const find = async (flags: Flags, id: string): Promise<Shown> => {
    const { approval } = await ask(flags, shown, showQuery, { id })
    if (approval === null) throw new Error(`There is no approval \`${id}\` that \`${flags.as}\` made or may decide.`)
    return approval
  }

  command('list', 'What waits for this person.')
    .option('--decided', 'what this person has decided')
    .action(async (flags: Flags & { readonly decided?: boolean }) => {
      const view = flags.decided === true ? 'DECIDED' : 'TO_DECIDE'
      const found = (await ask(flags, listed, listQuery, { view })).approvals.nodes
      if (flags.json === true) {
        io.write(`${JSON.stringify(found)}\n`)
        return
      }
      if (found.length === 0) {
        io.write('Nothing.\n')
        return
      }
      const rows = found.map(({ id, status, initiator, expiresAt, decidable, preview }) => [
        id,
        status,
        initiator,
        preview?.acts.map(({ mutation }) => mutation.replace('Mutation.', '')).join(', ') ?? '',
        expiresAt ?? '',
        decidable ? 'yes' : 'no',
      ])
      io.write(table(['id', 'status', 'asked by', 'act', 'until', 'decidable'], rows))
    })
  command('show', 'One request, as people are shown it.')
    .argument('<id>', 'its id')
    .action(async (id: string, flags: Flags) => {
      const found = await find(flags, id)
      io.write(flags.json === true ? `${JSON.stringify(found)}\n` : render(found))
    })
  command('approve', 'Approve a request as `show` shows it now.')
    .argument('<id>', 'its id')
    .option('--seen <hash>', 'the hash that `show` printed: decide only if it is still the same')
    .option('--comment <text>', 'a word about it')
    .action(async (id: string, flags: Flags & { readonly seen?: string; readonly comment?: string }) => {
      const { version, previewHash } = await find(flags, id)
      const input = {
        ...inputOf(id, version, flags.seen ?? previewHash),
        ...(flags.comment === undefined ? {} : { comment: flags.comment }),
      }
      tell(flags, await ask(flags, decided, approveMutation, { input }))
    })
  command('reject', 'Reject a request.')
    .argument('<id>', 'its id')
    .requiredOption('--reason <text>', 'why, for whoever asked')
    .action(async (id: string, flags: Flags & { readonly reason: string }) => {
      const { version, previewHash } = await find(flags, id)
      const input = { ...inputOf(id, version, previewHash), reason: flags.reason }
      tell(flags, await ask(flags, decided, rejectMutation, { input }))
    })

  function tell({ json }: Flags, { decided: { approval } }: z.infer<typeof decided>): void {
    io.write(json === true ? `${JSON.stringify(approval)}\n` : `The request is ${approval.status}.\n`)
  }
}

function inputOf(id: string, expectedVersion: number, expectedPreviewHash: string) {
  return { idempotencyKey: randomUUID(), id, expectedVersion, expectedPreviewHash }
}

/** The request for a terminal; what came from outside must not steer it. */
function render({ preview, stages, execution, ...found }: Shown): string {
  const line = (label: string, text: string) => `${label.padEnd(12)}${safeText(text, 2_000)}\n`
  const behalf = found.onBehalfOf === null ? '' : ` on behalf of ${found.onBehalfOf}`
  const acts = (preview?.acts ?? []).map(({ mutation, title, impact, reversible, target, arguments: leaves }) => {
    const record =
      target === null ? '' : ` on ${target.type} ${target.id}, version ${String(target.version ?? 'unknown')}`
    const rows = leaves.map(({ path, current, value, change }) => [path, current ?? '', value, change])
    const weight = `${impact ?? 'no stated'} impact, ${reversible === true ? 'reversible' : 'not reversible'}`
    return `\n${safeText(mutation, 200)}${safeText(record, 300)}: ${safeText(title, 500)} (${weight})\n${table(['argument', 'now', 'then', 'change'], rows)}`
  })
  const reads = (preview?.readBefore ?? []).map(({ at, operation, coordinates }) => [
    at,
    operation ?? '',
    coordinates.join(' '),
  ])
  return [
    line('request', found.id),
    line('status', execution?.outcome == null ? found.status : `${found.status}, ${execution.outcome}`),
    line('asked by', `${found.initiator}${behalf}`),
    ...(found.expiresAt === null ? [] : [line('until', found.expiresAt)]),
    ...stages.map(({ role, quorum, approvals, current }) =>
      line(current ? 'decides now' : 'decides', `${role}: ${approvals} of ${quorum}`),
    ),
    ...(found.reason === null ? [] : [line('reason', found.reason)]),
    ...(preview?.asked ?? []).flatMap(({ reason, lineage }) => [
      line('because', reason),
      ...lineage.map(({ coordinate, requestId }) => line('  it read', `${coordinate} in ${requestId}`)),
    ]),
    ...acts,
    ...(reads.length === 0 ? [] : ['\nWhat it had read before\n', table(['at', 'operation', 'fields'], reads)]),
    ...(preview?.quotation == null
      ? []
      : [`\nIt says of itself, and nobody has checked it:\n  “${safeText(preview.quotation, 1_000)}”\n`]),
    ...(found.notDecidableBecause === null ? [] : [`\n${safeText(found.notDecidableBecause, 500)}\n`]),
    `\nhash of what is shown: ${found.previewHash}\n`,
  ].join('')
}
