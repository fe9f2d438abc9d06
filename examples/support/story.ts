/**
 * The story: a support agent handles one e-mail with five operations that its mandate allows, then tries two that it does not.
 * Each step says what was asked and what came back; an answer that is not as expected ends the story.
 */
import { z } from 'zod'
import type { Agent } from '../agent.ts'
import type { Email } from './email.ts'
import { expectData, expectRefusal, type Step, tell, UnexpectedAnswer } from '../step.ts'
import * as operations from './operations.ts'

export interface StoryOptions {
  readonly agent: Agent
  readonly email: Email
  /** A new idempotency key for each act. */
  readonly newId: () => string
}

const openCase = z.object({
  id: z.string(),
  version: z.number(),
  subject: z.string(),
  status: z.string(),
  contact: z.object({ id: z.string() }).nullable(),
})
type OpenCase = z.infer<typeof openCase>

const found = z.object({
  contactByEmail: z.object({
    id: z.string(),
    name: z.string(),
    title: z.string().nullable(),
    account: z.object({
      id: z.string(),
      name: z.string(),
      tier: z.string(),
      ownerId: z.string(),
      openBalance: z.string(),
      cases: z.array(openCase),
      incidents: z.array(z.object({ number: z.string() })),
      configurationItems: z.array(z.object({ id: z.string(), name: z.string(), class: z.string() })),
    }),
  }),
})
type Sender = z.infer<typeof found>['contactByEmail']

const caseOf = z.object({ id: z.string(), version: z.number(), status: z.string(), priority: z.string() })
const created = z.object({ createCase: z.object({ case: openCase }) })
const taken = z.object({ transitionCase: z.object({ case: caseOf }) })
const opened = z.object({
  createIncident: z.object({
    incident: z.object({
      number: z.string(),
      priority: z.string(),
      state: z.string(),
      assignmentGroup: z.string().nullable(),
    }),
  }),
})
const linked = z.object({
  updateCase: z.object({
    case: z.object({
      id: z.string(),
      incident: z.object({ number: z.string(), state: z.string(), account: z.object({ name: z.string() }) }),
    }),
  }),
})
const notified = z.object({
  createActivity: z.object({
    activity: z.object({ id: z.string(), notifyUserId: z.string(), notifiedAt: z.string() }),
  }),
})
const missing = z.object({
  missingScopes: z.array(z.object({ scope: z.string(), owner: z.string(), requestable: z.boolean() })).min(1),
})

/** Tells the story step by step, while it happens. */
export async function* supportStory(options: StoryOptions): AsyncGenerator<Step> {
  const { agent, email } = options

  const asked = await agent.ask(operations.findSender, { email: email.from })
  const sender = expectData(asked, found).contactByEmail
  yield tell('Find out who writes', 'query FindSender', asked, describeSender(sender))

  const openCases = sender.account.cases
  const fresh = openCases.find(
    ({ status, subject, contact }) => status === 'NEW' && subject === email.subject && contact?.id === sender.id,
  )
  const { current, from } = fresh ? { current: fresh, from: 'waited in NEW' } : yield* openACase(options, sender)
  const step = await agent.ask(
    operations.takeCase,
    act(options, { id: current.id, expectedVersion: current.version, status: 'WORKING' }),
  )
  const working = expectData(step, taken).transitionCase.case
  yield tell('Take up the case in the CRM', 'mutation TakeCase', step, [
    `${working.id} ${from}, is ${working.status} now, priority ${working.priority}, version ${working.version}`,
  ])

  const device = sender.account.configurationItems.find((item) => item.class === 'HANDHELD')
  const incident = await agent.ask(
    operations.openIncident,
    act(options, {
      shortDescription: email.subject,
      description: email.body,
      category: 'NETWORK',
      impact: 'HIGH',
      urgency: 'MEDIUM',
      accountId: sender.account.id,
      callerId: sender.id,
      caseId: working.id,
      configurationItemId: device?.id ?? null,
    }),
  )
  const { number, priority, assignmentGroup } = expectData(incident, opened).createIncident.incident
  yield tell('Open an incident for it', 'mutation OpenIncident', incident, [
    `${number} ${priority} with ${assignmentGroup ?? 'nobody yet'}, for ${device?.name ?? sender.account.name}`,
  ])

  const link = await agent.ask(
    operations.linkIncident,
    act(options, { id: working.id, expectedVersion: working.version, incidentId: number }),
  )
  const both = expectData(link, linked).updateCase.case
  yield tell('Link the two, across systems', 'mutation LinkIncident', link, [
    `${both.id} (crm) → ${both.incident.number}, ${both.incident.state} (itsm) → ${both.incident.account.name} (crm)`,
  ])

  const notice = await agent.ask(
    operations.notifyManager,
    act(options, {
      type: 'TASK',
      subject: `${number}: ${email.subject}`,
      priority: 'HIGH',
      whoId: sender.id,
      whatId: working.id,
      notifyUserId: sender.account.ownerId,
    }),
  )
  const { activity } = expectData(notice, notified).createActivity
  yield tell('Tell the account manager', 'mutation NotifyManager', notice, [
    `${activity.id}: ${activity.notifyUserId} was notified at ${activity.notifiedAt.slice(11, 19)}Z`,
  ])

  yield await readBankDetails(agent)
  yield await postToTheBooks(agent)
}

/** The customer writes again about something that is in work already. */
async function* openACase(
  options: StoryOptions,
  sender: Sender,
): AsyncGenerator<Step, { readonly current: OpenCase; readonly from: string }> {
  const { agent, email } = options
  const reply = await agent.ask(
    operations.createCase,
    act(options, {
      accountId: sender.account.id,
      contactId: sender.id,
      subject: email.subject,
      description: email.body,
      priority: 'HIGH',
      origin: 'EMAIL',
      reason: 'MALFUNCTION',
    }),
  )
  const current = expectData(reply, created).createCase.case
  yield tell('Open a case, since none of hers is new', 'mutation OpenCase', reply, [`${current.id} ${current.status}`])
  return { current, from: 'was just opened' }
}

/** It may know that they exist, and is told whom to ask. */
async function readBankDetails(agent: Agent): Promise<Step> {
  const reply = await agent.ask(operations.readBankDetails, { name: 'Kestrel Scanner Supply GmbH' })
  const error = expectRefusal(reply, 'POLICY_DENIED')
  const { missingScopes } = missing.parse(error.extensions)
  const ways = missingScopes.map(({ scope, owner, requestable }) =>
    requestable
      ? `To read them, ask ${owner} for the scope ${scope}: an agent may ask for it.`
      : `The scope ${scope} of ${owner} is not for agents.`,
  )
  return tell('Try to read where a supplier is paid', 'query ReadBankDetails', reply, [error.message, ...ways])
}

/** It may not even know that there is such a thing: the answer is the one for a field that nobody has ever thought of. */
async function postToTheBooks(agent: Agent): Promise<Step> {
  const [real, invented] = ['postJournalEntry', 'postUnicornEntry'] as const
  const reply = await agent.ask(operations.post(real))
  const error = expectRefusal(reply, 'GRAPHQL_VALIDATION_FAILED')
  const control = await agent.ask(operations.post(invented))
  if (control.status !== reply.status || control.text.replaceAll(invented, real) !== reply.text) {
    throw new UnexpectedAnswer('A field that is hidden answers otherwise than one that does not exist.')
  }
  return tell('Try to post to the general ledger', 'mutation Post', reply, [
    error.message,
    `Byte for byte what \`${invented}\` gets, which nobody has ever thought of.`,
  ])
}

function describeSender({ name, title, account }: Sender): string[] {
  const count = (items: readonly unknown[], word: string) =>
    `${items.length} open ${word}${items.length === 1 ? '' : 's'}`
  const balance = Number(account.openBalance).toLocaleString('en', { minimumFractionDigits: 2 })
  return [
    `${name}, ${title ?? 'no title'} at ${account.name} (${account.tier}, ${account.ownerId})`,
    `${count(account.cases, 'case')} (crm), ${count(account.incidents, 'incident')} (itsm), EUR ${balance} to pay (finance): one request`,
  ]
}

function act({ newId }: StoryOptions, input: Readonly<Record<string, unknown>>): { readonly input: object } {
  return { input: { idempotencyKey: newId(), ...input } }
}
