/** What everybody in the life of an agent sends: whole operations, as they would be pasted into the explorer. */

export const whoAmI = `query WhoAmI { me { id roles } }`

export const findDiscovered = `query FindDiscovered {
  pilots(first: 10, filter: { stages: [DISCOVERED] }) { nodes { id version stage principal issuer } }
}`

export const registerPilot = `mutation RegisterPilot($input: RegisterPilotInput!) {
  registerPilot(input: $input) { pilot { id version stage } }
}`

export const reviewPilot = `mutation ReviewPilot($input: StartPilotReviewInput!) {
  startPilotReview(input: $input) { pilot { id version stage } }
}`

export const decidePilot = `mutation DecidePilot($input: DecidePilotInput!) {
  decidePilot(input: $input) { pilot { id version stage } }
}`

export const promotePilot = `mutation PromotePilot($input: PromotePilotInput!) {
  promotePilot(input: $input) { pilot { id version stage agentId } }
}`

export const readAgent = `query ReadAgent($id: ID!) {
  agent(id: $id) { id version status ownerId assignments { roleKey inForce } effectiveScopes }
}`

export const submitAgent = `mutation SubmitAgent($input: SubmitAgentInput!) {
  submitAgent(input: $input) { agent { id version status } }
}`

export const approveAgent = `mutation ApproveAgent($input: ApproveAgentInput!) {
  approveAgent(input: $input) { agent { id version status } }
}`

export const addKey = `mutation AddKey($input: AddAgentKeyInput!) {
  addAgentKey(input: $input) { key { kid status } }
}`

export const setBudget = `mutation SetBudget($input: SetAgentBudgetInput!) {
  setAgentBudget(input: $input) { agent { id budgets { measure per limit } } }
}`

export const findInvoices = `query FindInvoices($over: Decimal, $under: Decimal) {
  invoices(first: 1, filter: {
    direction: PURCHASE, statuses: [MATCHED], grossTotal: { gte: $over, lte: $under }
  }) {
    nodes { id version status grossTotal supplier { id name } }
  }
}`

export const readInvoice = `query ReadInvoice($id: ID!) { invoice(id: $id) { id version status } }`

export const approveInvoice = `mutation ApproveInvoice($input: ApproveInvoiceInput!) {
  approveInvoice(input: $input) { invoice { id version status } }
}`

export const readBankDetails = `query ReadBankDetails($id: ID!) {
  supplier(id: $id) { id bankDetails { iban bic } }
}`

export const decideAccess = `mutation DecideAccess($input: DecideAccessInput!) {
  decideAccess(input: $input) { request { id status } grant { id coordinates purpose expiresAt } }
}`

export const readApproval = `query ReadApproval($id: ID!) {
  approval(id: $id) {
    id version status previewHash decidable
    stages { role quorum approvals }
    preview { acts { mutation arguments { path value } } asked { reason } readBefore { operation } }
  }
}`

export const approveRequest = `mutation ApproveRequest($input: ApproveRequestInput!) {
  approveRequest(input: $input) { approval { id status } }
}`

export const awaitApproval = `query AwaitApproval($id: ID!) {
  approval(id: $id, wait: "20s") { id status execution { outcome result requestId } }
}`

export const rotateKey = `mutation RotateKey($input: RotateOwnKeyInput!) {
  rotateOwnKey(input: $input) { kid othersUntil }
}`

export const suspendAgent = `mutation SuspendAgent($input: SuspendAgentInput!) {
  suspendAgent(input: $input) { agent { id version status } }
}`

export const retireAgent = `mutation RetireAgent($input: RetireAgentInput!) {
  retireAgent(input: $input) { agent { id version status } }
}`
