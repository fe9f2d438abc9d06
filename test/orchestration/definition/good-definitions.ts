/** Definitions of realistic size that can be published as they are. */

/** An invoice from its arrival to its payment: a fork, a list, two approvals, a timer and a compensation. */
export const invoice = `
description: Checks an incoming invoice, has it approved, and pays it.
input:
  type: object
  required: [invoiceId, supplierId]
  properties:
    invoiceId: { type: string }
    supplierId: { type: string }
    lines: { type: array, items: { type: object } }
businessKey: = input.invoiceId
calendar: eu-business
deadline: P5D
merge:
  notes: append
nodes:
  begin:
    type: parallel
    branches: [read, supplier]
    join: known
  read:
    type: agentTask
    title: Read the invoice
    role: invoice-agent
    input:
      id: = input.invoiceId
      hint: '== is written before a formula'
    result:
      type: object
      required: [invoice]
      properties:
        invoice: { $ref: '#/$defs/invoice' }
        confidence: { type: number }
      $defs:
        invoice:
          type: object
          required: [total, currency]
          properties:
            total: { type: number, minimum: 0 }
            currency: { enum: [EUR, USD] }
            due: { type: string, format: date-time }
    checks:
      - { expect: '= result.invoice.total > 0', message: The total has to be read. }
      - { expect: = task.id == input.invoiceId, message: It has to be the same invoice. }
    output:
      invoice: = result.invoice
      confidence: '= has(result.confidence) ? result.confidence : 0.0'
    escalation: [{ to: another-agent }, { to: { role: clerk } }]
    deadlines: { completion: { within: PT4H } }
    next: known
  supplier:
    type: operation
    title: Look the supplier up
    role: invoice-agent
    document: |
      query Supplier($id: ID!) { supplier(id: $id) { id name } }
    input: { id: = input.supplierId }
    output: { supplier.name: = result.supplier.name }
    next: known
  known:
    type: join
    next: lines
  lines:
    type: forEach
    title: Check each line
    items: '= has(input.lines) ? input.lines : []'
    limit: 200
    parallel: 5
    until: = results.exists(line, line != null && line.stop == true)
    do:
      type: agentTask
      title: Check a line
      role: invoice-agent
      input: { line: = item, place: = index + 1, supplier: = context.supplier.name }
      output: { lastLine: = index }
    output: { checked: = results, count: = size(results), last: = context.lastLine }
    next: choice
  choice:
    type: decision
    choices:
      - { when: = context.invoice.total > 10000, next: twoPeople }
      - { when: = context.confidence < 0.5 || size(context.notes) > 3, next: onePerson }
    otherwise: wait
  onePerson:
    type: approval
    title: May it be paid?
    candidates: [clerk, controller]
    input: { total: = context.invoice.total, supplier: = context.supplier.name }
    next: wait
    rejected: question
  twoPeople:
    type: approval
    title: May it be paid, by two people?
    candidates: [clerk, controller]
    quorum: 2
    input: { total: = context.invoice.total }
    escalation: [{ to: { role: controller } }]
    next: wait
    rejected: question
  question:
    type: humanTask
    title: Ask the supplier
    candidates: [clerk]
    output: { answer: = result.text }
    next: choice
    atMost: { times: 3, then: refused }
  wait:
    type: timer
    until: = context.invoice.due
    next: pay
  pay:
    type: operation
    title: Pay
    role: invoice-agent
    document: |
      mutation Pay($input: PayInvoiceInput!) { payInvoice(input: $input) { id total } }
    input:
      input:
        id: = input.invoiceId
        amount: = context.invoice.total
        method: TRANSFER
        note: '= has(context.answer) ? context.answer : "none"'
        idempotencyKey: = step.key
    compensate: reopen
    output: { payment: = result.payInvoice.id }
    next: paid
  paid:
    type: awaitEvent
    event: paymentBooked
    key: = context.payment
    output: { bookedAt: = event.at }
    timeout: { after: P3D, next: late }
    next: archive
  late: { type: milestone, title: The booking is late, next: archive }
  archive:
    type: subprocess
    title: Archive
    workflow: archive
    input: { id: = input.invoiceId }
    next: done
  refused: { type: end, outcome: business_rejected, output: { reason: = context.answer } }
  done: { type: end, output: { payment: = context.payment, started: = run.startedAt } }
compensations:
  reopen:
    type: operation
    title: Reopen the invoice
    role: invoice-agent
    document: |
      mutation Reopen($id: ID!, $key: String!) { reopenInvoice(id: $id, idempotencyKey: $key) { id } }
    input: { id: = result.payInvoice.id, key: = step.key }
`

/** Forks in forks, a join of the first, a cycle inside a branch, and one around the whole. */
export const forks = `
nodes:
  begin: { type: milestone, title: Begun, next: outer, atMost: { times: 3, then: given-up } }
  outer: { type: parallel, branches: [inner, ask], join: both }
  inner: { type: parallel, branches: [one, two, three], join: some }
  one: { type: agentTask, title: One, role: invoice-agent, output: { one: = result }, next: some }
  two: { type: timer, for: PT2H, next: some }
  three:
    type: decision
    choices: [{ when: = step.attempt > 2, next: some }]
    otherwise: three-more
  three-more: { type: agentTask, title: More, role: invoice-agent, next: three, atMost: { times: 4, then: some } }
  some: { type: join, when: { atLeast: 2 }, next: fast }
  fast: { type: parallel, branches: [left, right], join: first }
  left: { type: timer, for: PT1H, next: first }
  right: { type: agentTask, title: Right, role: invoice-agent, next: first }
  first: { type: join, when: first, next: both }
  ask:
    type: approval
    title: May we?
    candidates: [clerk]
    next: both
    rejected: ask-again
  ask-again: { type: humanTask, title: Better it, candidates: [clerk], next: ask, atMost: { times: 2, then: both } }
  both: { type: join, next: well }
  well:
    type: decision
    choices: [{ when: '= "one" in context && context.one.good == true', next: done }]
    otherwise: begin
  given-up: { type: end, outcome: failed }
  done: { type: end }
`
