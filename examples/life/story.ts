/**
 * The life of one agent, over HTTP alone: found at the door, registered, given a role and a key, at work within its limits, denied,
 * granted access, held up and approved, its key replaced, suspended, retired. Everybody in it acts with a token of their own.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Agent } from '../agent.ts'
import { expectData, expectRefusal, type Step, tell, UnexpectedAnswer } from '../step.ts'
import { type AgentKey, makeAgentKey } from './key.ts'
import * as operations from './operations.ts'
import type { OutsideIssuer } from './outsider.ts'

export interface LifeOptions {
  /** The gateway's address; its development issuer is there too. */
  readonly url: string
  readonly outside: OutsideIssuer
  /** Somebody of the demo company, with a fresh token. */
  readonly person: (name: string) => Promise<Agent>
  /** Whoever has this token. */
  readonly bearer: (token: string, purpose?: string) => Agent
  /** A new idempotency key for each act. */
  readonly newId: () => string
}

const id = 'agent:invoice-pilot'
const role = 'finance-agent'
const owner = 'person:beatrice.laurent'

const pilot = z.object({ id: z.string(), version: z.number(), stage: z.string() })
type Pilot = z.infer<typeof pilot>
const discovered = z.object({
  pilots: z.object({ nodes: z.array(pilot.extend({ principal: z.string().nullable() })) }),
})
const agentState = z.object({ id: z.string(), version: z.number(), status: z.string() })
const wholeAgent = z.object({
  agent: agentState.extend({
    ownerId: z.string(),
    assignments: z.array(z.object({ roleKey: z.string(), inForce: z.boolean() })),
    effectiveScopes: z.array(z.string()),
  }),
})
const invoice = z.object({ id: z.string(), version: z.number(), status: z.string() })
const invoices = z.object({
  invoices: z.object({
    nodes: z.array(
      invoice.extend({ grossTotal: z.string(), supplier: z.object({ id: z.string(), name: z.string() }) }),
    ),
  }),
})
type Invoice = z.infer<typeof invoices>['invoices']['nodes'][number]
const request = z.object({ query: z.string(), variables: z.object({ input: z.looseObject({}) }) })
const access = z.object({
  requestAccess: z.object({ requests: z.array(z.looseObject({ id: z.string(), status: z.string() })).min(1) }),
})
const granted = z.object({
  decideAccess: z.object({ grant: z.object({ coordinates: z.array(z.string()), purpose: z.string() }) }),
})
const bank = z.object({ supplier: z.object({ bankDetails: z.object({ iban: z.string() }) }) })
const dryRun = z.object({
  verdict: z.string(),
  cost: z.number(),
  approval: z.object({ approvers: z.array(z.string()) }),
})
const approval = z.object({
  approval: z.object({
    id: z.string(),
    version: z.number(),
    status: z.string(),
    previewHash: z.string(),
    preview: z.object({
      acts: z.array(z.object({ mutation: z.string() })),
      asked: z.array(z.object({ reason: z.string() })),
      readBefore: z.array(z.object({ operation: z.string().nullable() })),
    }),
  }),
})
const settled = z.object({
  approval: z.object({
    status: z.string(),
    execution: z.object({ outcome: z.string(), requestId: z.string() }).nullable(),
  }),
})
const budgetLine = z.object({
  subject: z.string(),
  measure: z.string(),
  limit: z.coerce.string(),
  remaining: z.coerce.string(),
})

/** Tells the life step by step, while it happens. */
export async function* lifeStory(options: LifeOptions): AsyncGenerator<Step> {
  const found = yield* isFound(options)
  yield* isPutIntoService(options, found)
  const key = yield* getsAKey(options)
  const worker = options.bearer(await tokenOf(key, options), 'accounts-payable')
  const large = yield* works(worker, options)
  yield* getsAccess(worker, large.supplier.id, options)
  yield* isAsked(worker, large, options)
  const next = yield* rotates(worker, key, options)
  yield* ends(next, options)
}

/** Somebody runs it under another issuer; the gateway turns it away, and remembers. */
async function* isFound({ url, outside, person, bearer, newId }: LifeOptions): AsyncGenerator<Step, Pilot> {
  const stranger = bearer(await outside.token(id, role, `${url}/graphql`))
  const turnedAway = await stranger.ask(operations.whoAmI)
  const { message } = expectRefusal(turnedAway, 'AGENT_NOT_REGISTERED')
  yield tell('A pilot that nobody knows comes by', 'query WhoAmI', turnedAway, [message])

  const omar = await person('omar.haddad')
  const list = await untilDiscovered(omar)
  const [entry] = expectData(list, discovered).pilots.nodes
  if (entry === undefined) throw new UnexpectedAnswer('The gateway did not enter the pilot that it turned away.')
  yield tell('Security finds it in the inventory', 'query FindDiscovered', list, [
    `${entry.principal ?? ''} is ${entry.stage}, and nobody had entered it`,
  ])

  const facts = {
    discovered: { id: entry.id, expectedVersion: entry.version },
    name: 'Invoice pilot',
    department: 'Finance',
    businessOwner: owner,
    purpose: 'Checks purchase invoices and approves what is in order',
    capabilities: ['Mutation.approveInvoice', 'Query.invoices'],
    systems: ['finance'],
  }
  const registered = await omar.ask(operations.registerPilot, act(newId, facts))
  let at = expectData(registered, z.object({ registerPilot: z.object({ pilot }) })).registerPilot.pilot
  const reviewed = await omar.ask(operations.reviewPilot, act(newId, { id: at.id, expectedVersion: at.version }))
  at = expectData(reviewed, z.object({ startPilotReview: z.object({ pilot }) })).startPilotReview.pilot
  const decision = { id: at.id, expectedVersion: at.version, decision: 'SCALE', reason: 'It saves two days a month.' }
  const decided = await omar.ask(operations.decidePilot, act(newId, decision))
  at = expectData(decided, z.object({ decidePilot: z.object({ pilot }) })).decidePilot.pilot
  yield tell('It is registered, with an owner', 'mutation RegisterPilot', registered, [`${owner} answers for it`])
  yield tell('It is reviewed', 'mutation ReviewPilot', reviewed, [])
  yield tell('It is to become an agent', 'mutation DecidePilot', decided, [`It is at ${at.stage} now`])
  return at
}

/** The ledger writes before the inventory does, so the entry may take a moment. */
async function untilDiscovered(omar: Agent) {
  for (let turn = 0; ; turn += 1) {
    const list = await omar.ask(operations.findDiscovered)
    if (expectData(list, discovered).pilots.nodes.length > 0 || turn === 50) return list
    await delay(100)
  }
}

/** A draft with a role; one person submits it, another one lets it work. */
async function* isPutIntoService({ person, newId }: LifeOptions, found: Pilot): AsyncGenerator<Step> {
  const omar = await person('omar.haddad')
  const place = { id: found.id, expectedVersion: found.version, agentId: id, roleKey: role, environment: 'DEVELOPMENT' }
  const promoted = await omar.ask(operations.promotePilot, act(newId, place))
  expectData(promoted, z.object({ promotePilot: z.object({ pilot }) }))
  yield tell('It gets its role, as a draft', 'mutation PromotePilot', promoted, [`${id} is to be a ${role}`])

  const draft = expectData(await omar.ask(operations.readAgent, { id }), wholeAgent).agent
  const submitted = await omar.ask(operations.submitAgent, act(newId, { agentId: id, expectedVersion: draft.version }))
  const pending = expectData(submitted, z.object({ submitAgent: z.object({ agent: agentState }) })).submitAgent.agent
  yield tell('It is put before somebody else', 'mutation SubmitAgent', submitted, [`It is ${pending.status}`])
  const nina = await person('nina.vogt')
  const let_ = await nina.ask(operations.approveAgent, act(newId, { agentId: id, expectedVersion: pending.version }))
  const active = expectData(let_, z.object({ approveAgent: z.object({ agent: agentState }) })).approveAgent.agent
  const { agent } = expectData(await nina.ask(operations.readAgent, { id }), wholeAgent)
  yield tell('A second person lets it work', 'mutation ApproveAgent', let_, [
    `It is ${active.status}, with ${agent.effectiveScopes.length} scopes of its role`,
  ])
}

/** It makes a key and shows the public half; its owner's department sets a limit of its own. */
async function* getsAKey({ person, newId }: LifeOptions): AsyncGenerator<Step, AgentKey> {
  const key = await makeAgentKey(newId)
  const omar = await person('omar.haddad')
  const added = await omar.ask(operations.addKey, act(newId, { agentId: id, jwk: JSON.stringify(key.publicJwk) }))
  const { kid } = expectData(added, z.object({ addAgentKey: z.object({ key: z.object({ kid: z.string() }) }) }))
    .addAgentKey.key
  yield tell('Its public key is registered', 'mutation AddKey', added, [`${kid}: the private half never left it`])
  const limit = { agentId: id, measure: 'MUTATIONS', per: 'DAY', limit: 20 }
  const limited = await omar.ask(operations.setBudget, act(newId, limit))
  expectData(limited, z.object({ setAgentBudget: z.object({ agent: z.object({ id: z.string() }) }) }))
  yield tell('It gets a limit of its own', 'mutation SetBudget', limited, [
    '20 mutations a day, beside those of its role',
  ])
  return key
}

async function tokenOf(key: AgentKey, { url }: LifeOptions): Promise<string> {
  const answer = await key.requestToken(id, url)
  if (answer.ok) return answer.token
  throw new UnexpectedAnswer(`The issuer refused a token: ${answer.error}, ${answer.description}`)
}

/** What it may do alone. */
async function* works(worker: Agent, { newId }: LifeOptions): AsyncGenerator<Step, Invoice> {
  const small = await worker.ask(operations.findInvoices, { under: '5000' })
  const one = firstOf(expectData(small, invoices))
  yield tell('It signs in with its key, and reads', 'query FindInvoices', small, [
    `${one.id} of ${one.supplier.name}, EUR ${one.grossTotal}, is ${one.status}`,
  ])
  const approved = await worker.ask(operations.approveInvoice, approves(one, newId))
  const after = expectData(approved, z.object({ approveInvoice: z.object({ invoice }) })).approveInvoice.invoice
  const line = z
    .array(budgetLine)
    .parse(approved.extensions['budget'])
    .find(({ subject, limit }) => subject === id && limit === '20')
  yield tell('It approves what is within its limits', 'mutation ApproveInvoice', approved, [
    `${after.id} is ${after.status}; ${line?.remaining ?? '?'} of 20 mutations are left today`,
  ])
  const large = await worker.ask(operations.findInvoices, { over: '5000.01', under: '50000' })
  const other = firstOf(expectData(large, invoices))
  yield tell('It finds one that is larger', 'query FindInvoices', large, [`${other.id}, EUR ${other.grossTotal}`])
  return other
}

/** Denied, it asks whom the refusal names; the owner of the data opens two fields for a purpose and a week. */
async function* getsAccess(worker: Agent, supplier: string, options: LifeOptions): AsyncGenerator<Step> {
  const { person, newId } = options
  const denied = await worker.ask(operations.readBankDetails, { id: supplier })
  const refusal = expectRefusal(denied, 'POLICY_DENIED')
  yield tell('It asks where the supplier is paid', 'query ReadBankDetails', denied, [refusal.message])

  const draft = request.parse(refusal.extensions['request'])
  const reason = 'To compare the account on the invoice with the one on record.'
  const asked = await worker.ask(draft.query, { input: { ...draft.variables.input, reason } })
  const [open] = expectData(asked, access).requestAccess.requests
  if (open === undefined) throw new UnexpectedAnswer('No request for access was made.')
  yield tell('It sends the request in the refusal', 'mutation RequestAccess', asked, [`${open.id}: ${open.status}`])

  const jonas = await person('jonas.weber')
  const decision = { requestId: open.id, expectedVersion: 1, decision: 'APPROVE', reason: 'It is part of the check.' }
  const decided = await jonas.ask(operations.decideAccess, act(newId, decision))
  const { grant } = expectData(decided, granted).decideAccess
  yield tell('The owner of the data grants it', 'mutation DecideAccess', decided, [
    `${grant.coordinates.join(', ')}, for ${grant.purpose} alone`,
  ])
  const again = await untilGranted(worker, supplier)
  const { iban } = expectData(again, bank).supplier.bankDetails
  yield tell('The same question is answered', 'query ReadBankDetails', again, [
    `An account in ${iban.slice(0, 2)}; what it has read is remembered, and may not be written where it does not belong`,
  ])
}

/** Every gateway knows of a grant within a second. */
async function untilGranted(worker: Agent, supplier: string) {
  for (let turn = 0; ; turn += 1) {
    const again = await worker.ask(operations.readBankDetails, { id: supplier })
    if (again.errors.length === 0 || turn === 20) return again
    await delay(100)
  }
}

/** What it may not do alone: predicted, asked, shown, approved, carried out once. */
async function* isAsked(worker: Agent, large: Invoice, { person, newId }: LifeOptions): AsyncGenerator<Step> {
  const variables = approves(large, newId)
  const dry = await worker.ask(operations.approveInvoice, variables, { dryRun: true })
  const { verdict, approval: needed, cost } = dryRun.parse(dry.extensions['dryRun'])
  yield tell('It asks what would happen', 'mutation ApproveInvoice', dry, [
    `dry run, nothing happens: ${verdict} for ${needed.approvers.join(', ')}, at a cost of ${cost} units`,
  ])
  const held = await worker.ask(operations.approveInvoice, variables, {
    justification: 'Quantity and price agree with the order.',
  })
  const refusal = expectRefusal(held, 'APPROVAL_REQUIRED')
  const told = z.object({ id: z.string() }).parse(refusal.extensions['approval'])
  yield tell('It does it, and is held up', 'mutation ApproveInvoice', held, [refusal.message])

  const jonas = await person('jonas.weber')
  const shown = await jonas.ask(operations.readApproval, { id: told.id })
  const { approval: seen } = expectData(shown, approval)
  yield tell('The controller is shown the act', 'query ReadApproval', shown, [
    `${seen.preview.acts.map(({ mutation }) => mutation).join(', ')}: ${seen.preview.asked.map(({ reason }) => reason).join('; ')}`,
    `Before that it had read ${seen.preview.readBefore.map(({ operation }) => operation ?? '?').join(', ')}`,
  ])
  const vote = { id: told.id, expectedVersion: seen.version, expectedPreviewHash: seen.previewHash }
  const approved = await jonas.ask(operations.approveRequest, act(newId, vote))
  expectData(approved, z.object({ approveRequest: z.object({ approval: z.object({ id: z.string() }) }) }))
  yield tell('The controller approves exactly that', 'mutation ApproveRequest', approved, [])
  const waited = await worker.ask(operations.awaitApproval, { id: told.id })
  const { status, execution } = expectData(waited, settled).approval
  if (execution?.outcome !== 'SUCCEEDED') throw new UnexpectedAnswer(`The approved act came to ${status}.`)
  // The request that did it is the gateway's own, in the agent's name: the ledger is asked for that one.
  const { requestId, outcome } = execution
  yield {
    ...tell('The gateway has carried it out', 'query AwaitApproval', waited, [`${status}, ${outcome}`]),
    requestId,
  }

  const twice = await worker.ask(operations.approveInvoice, variables)
  const { message } = expectRefusal(twice, 'APPROVAL_REQUIRED')
  const read = await worker.ask(operations.readInvoice, { id: large.id })
  const now = expectData(read, z.object({ invoice })).invoice
  if (now.version !== large.version + 1) throw new UnexpectedAnswer(`${now.id} is at version ${now.version}.`)
  yield tell('It sends the act once more', 'mutation ApproveInvoice', twice, [message])
  yield tell('It happened once', 'query ReadInvoice', read, [`${now.id} is ${now.status}, version ${now.version}`])
}

/** A new key in the place of the old one, with a token of its own. */
async function* rotates(worker: Agent, old: AgentKey, options: LifeOptions): AsyncGenerator<Step, AgentKey> {
  const next = await makeAgentKey(options.newId)
  const input = { jwk: JSON.stringify(next.publicJwk), overlapSeconds: 0 }
  const rotated = await worker.ask(operations.rotateKey, act(options.newId, input))
  expectData(rotated, z.object({ rotateOwnKey: z.object({ kid: z.string() }) }))
  const late = await old.requestToken(id, options.url)
  if (late.ok) throw new UnexpectedAnswer('The old key still gets a token.')
  await tokenOf(next, options)
  yield tell('It replaces its key', 'mutation RotateKey', rotated, [
    `The old one gets no token any more (${late.error}), the new one does`,
  ])
  return next
}

/** Stopped with its next request, whatever its token says; and then for good. */
async function* ends(key: AgentKey, options: LifeOptions): AsyncGenerator<Step> {
  const { person, newId, bearer } = options
  const worker = bearer(await tokenOf(key, options))
  const nina = await person('nina.vogt')
  const read = await nina.ask(operations.readAgent, { id })
  const { version } = expectData(read, wholeAgent).agent
  const pause = { agentId: id, expectedVersion: version, reason: 'Its owner wants to look at its work first.' }
  const stopped = await nina.ask(operations.suspendAgent, act(newId, pause))
  const after = expectData(stopped, z.object({ suspendAgent: z.object({ agent: agentState }) })).suspendAgent.agent
  yield tell('It is suspended', 'mutation SuspendAgent', stopped, [`It is ${after.status}`])
  const refused = await worker.ask(operations.whoAmI)
  const { message } = expectRefusal(refused, 'AGENT_NOT_ACTIVE')
  yield tell('Its next request is refused', 'query WhoAmI', refused, [message])

  const farewell = { agentId: id, expectedVersion: after.version, reason: 'The work goes to the finance agent.' }
  const retired = await nina.ask(operations.retireAgent, act(newId, farewell))
  const end = expectData(retired, z.object({ retireAgent: z.object({ agent: agentState }) })).retireAgent.agent
  const late = await key.requestToken(id, options.url)
  if (late.ok) throw new UnexpectedAnswer('A retired agent still gets a token.')
  yield tell('It is retired, for good', 'mutation RetireAgent', retired, [`It is ${end.status}; its key gets no token`])
}

function approves({ id: invoiceId, version, grossTotal }: Invoice, newId: () => string) {
  return act(newId, { id: invoiceId, expectedVersion: version, grossTotal })
}

function firstOf({ invoices: { nodes } }: z.infer<typeof invoices>): Invoice {
  const [one] = nodes
  if (one === undefined) throw new UnexpectedAnswer('No invoice waits for approval.')
  return one
}

function act(newId: () => string, input: object): { readonly input: object } {
  return { input: { idempotencyKey: newId(), ...input } }
}
