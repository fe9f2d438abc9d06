/** What the support agent sends: each operation as text, as any GraphQL client would send it. */

/** The person behind an address, with what three systems know of the company. */
export const findSender = `query FindSender($email: String!) {
  contactByEmail(email: $email) {
    id name title
    account {
      id name tier ownerId openBalance
      cases(first: 20, statuses: [NEW, WORKING, ESCALATED]) { id version subject status contact { id } }
      incidents(first: 20, states: [NEW, IN_PROGRESS, ON_HOLD]) { number }
      configurationItems(first: 10) { id name class }
    }
  }
}`

export const createCase = `mutation OpenCase($input: CreateCaseInput!) {
  createCase(input: $input) { case { id version subject status contact { id } } }
}`

export const takeCase = `mutation TakeCase($input: TransitionCaseInput!) {
  transitionCase(input: $input) { case { id version status priority } }
}`

export const openIncident = `mutation OpenIncident($input: CreateIncidentInput!) {
  createIncident(input: $input) { incident { number priority state assignmentGroup } }
}`

export const linkIncident = `mutation LinkIncident($input: UpdateCaseInput!) {
  updateCase(input: $input) { case { id incident { number state account { name } } } }
}`

export const notifyManager = `mutation NotifyManager($input: CreateActivityInput!) {
  createActivity(input: $input) { activity { id notifyUserId notifiedAt } }
}`

export const readBankDetails = `query ReadBankDetails($name: String!) {
  supplierByName(name: $name) { bankDetails { iban } }
}`

/** A mutation of this name, which the agent has heard of somewhere. */
export function post(field: string): string {
  return `mutation Post {
  ${field}(input: { description: "Credit note for the trouble", amount: "250.00" }) { id }
}`
}
