/** Definitions that cannot run, by the check that refuses them, with everything that is said about them. */

export interface RefusedCase {
  readonly title: string
  /** The file of the check. */
  readonly check: string
  /** Below the header, from line 5 on. */
  readonly lines: string
  /** `line node: message mend`, in the order of the file. */
  readonly problems: readonly string[]
}

export const refusedCases: readonly RefusedCase[] = [
  {
    check: 'nodes-exist',
    title: 'a start that is no node',
    lines: `
nodes:
  first: { type: milestone, title: M, next: done }
  done: { type: end }`,
    problems: ['4 -: There is no node `begin`. Name one that is under `nodes`, or add it there.'],
  },
  {
    check: 'nodes-exist',
    title: 'ways to nodes that are not there',
    lines: `
nodes:
  begin:
    type: approval
    title: May it be paid?
    candidates: [clerk]
    next: payed
    rejected: told
    atMost: { times: 2, then: enough }`,
    problems: [
      '10 begin: There is no node `payed`. Name one that is under `nodes`, or add it there.',
      '11 begin: There is no node `told`. Name one that is under `nodes`, or add it there.',
      '12 begin: There is no node `enough`. Name one that is under `nodes`, or add it there.',
    ],
  },
  {
    check: 'nodes-are-reached',
    title: 'a node that nothing leads to',
    lines: `
nodes:
  begin: { type: milestone, title: Begun, next: done }
  lost: { type: milestone, title: Lost, next: done }
  done: { type: end }`,
    problems: [
      '7 lost: No way from the start leads to `lost`. Name it as the `next` of a node that is reached, or remove it.',
    ],
  },
  {
    check: 'ways-end',
    title: 'a part that leads to no end, told where a run walks into it',
    lines: `
nodes:
  begin:
    type: decision
    choices: [{ when: = true, next: done }]
    otherwise: left
  left: { type: milestone, title: Left, next: right }
  right: { type: milestone, title: Right, next: left }
  done: { type: end }`,
    problems: ['10 left: No way from `left` leads to an `end`. Let one of the nodes after it go on to an `end`.'],
  },
  {
    check: 'cycles-are-bounded',
    title: 'a cycle without a bound',
    lines: `
nodes:
  begin: { type: timer, for: PT1H, next: asked }
  asked:
    type: approval
    title: May it be paid?
    candidates: [clerk]
    next: done
    rejected: begin
  done: { type: end }`,
    problems: [
      '6 begin: The cycle `begin` → `asked` → `begin` can be gone round for ever. Give one of its nodes `atMost`, with a `then` that leads out of the cycle.',
    ],
  },
  {
    check: 'cycles-are-bounded',
    title: 'a bound that leads back into its own cycle',
    lines: `
nodes:
  begin: { type: milestone, title: Begun, next: asked, atMost: { times: 3, then: asked } }
  asked:
    type: decision
    choices: [{ when: = false, next: done }]
    otherwise: begin
  done: { type: end }`,
    problems: [
      '6 begin: The cycle `begin` → `asked` → `begin` can be gone round for ever. Give one of its nodes `atMost`, with a `then` that leads out of the cycle.',
    ],
  },
  {
    check: 'forks-have-joins',
    title: 'a fork whose join is missing',
    lines: `
nodes:
  begin: { type: parallel, branches: [left, right], join: both }
  left: { type: timer, for: PT1H, next: done }
  right: { type: timer, for: PT1H, next: done }
  done: { type: end }`,
    problems: ['6 begin: There is no join `both`. Add it, as a node of the type `join`.'],
  },
  {
    check: 'forks-have-joins',
    title: 'a fork whose join is another kind of node',
    lines: `
nodes:
  begin: { type: parallel, branches: [left, right], join: both }
  left: { type: timer, for: PT1H, next: both }
  right: { type: timer, for: PT1H, next: both }
  both: { type: milestone, title: Both, next: done }
  done: { type: end }`,
    problems: [
      '6 begin: `both` is no `join`, but of the type `milestone`. Put a node of the type `join` before it, and name that.',
    ],
  },
  {
    check: 'forks-have-joins',
    title: 'a join without a fork',
    lines: `
nodes:
  begin: { type: milestone, title: Begun, next: both }
  both: { type: join, next: done }
  done: { type: end }`,
    problems: ['7 both: No `parallel` has the join `both`. Name it as the `join` of a `parallel`, or remove it.'],
  },
  {
    check: 'forks-have-joins',
    title: 'two forks that share a join',
    lines: `
nodes:
  begin: { type: parallel, branches: [left, inner], join: both }
  left: { type: timer, for: PT1H, next: both }
  inner: { type: parallel, branches: [one, two], join: both }
  one: { type: timer, for: PT1H, next: both }
  two: { type: timer, for: PT1H, next: both }
  both: { type: join, next: done }
  done: { type: end }`,
    problems: [
      '8 inner: `both` is the join of `begin` already. Give each `parallel` a join of its own; joins may follow each other.',
    ],
  },
  {
    check: 'joins-can-be-met',
    title: 'a join that waits for more branches than there are',
    lines: `
nodes:
  begin: { type: parallel, branches: [left, right], join: both }
  left: { type: timer, for: PT1H, next: both }
  right: { type: timer, for: PT1H, next: both }
  both: { type: join, when: { atLeast: 3 }, next: done }
  done: { type: end }`,
    problems: ['9 both: The join waits for 3 branches, and `begin` has 2. Wait for at most 2, or for `all`.'],
  },
  {
    check: 'branches-stay-inside',
    title: 'an end inside a branch',
    lines: `
nodes:
  begin: { type: parallel, branches: [left, right], join: both }
  left:
    type: decision
    choices: [{ when: = input.urgent, next: both }]
    otherwise: stop
  right: { type: timer, for: PT1H, next: both }
  stop: { type: end, outcome: failed }
  both: { type: join, next: done }
  done: { type: end }`,
    problems: [
      '10 left: A branch of `begin` ends in `stop`, after `left`. Go on to the join `both`; what follows the join may decide to end.',
    ],
  },
  {
    check: 'branches-stay-inside',
    title: 'a branch that goes on behind the join',
    lines: `
nodes:
  begin: { type: parallel, branches: [left, right], join: both }
  left: { type: timer, for: PT1H, next: after }
  right: { type: timer, for: PT1H, next: both }
  both: { type: join, next: after }
  after: { type: milestone, title: After, next: done }
  done: { type: end }`,
    problems: [
      '7 left: A branch of `begin` goes on to `after`, outside of the fork, without its join `both`. Go on to `both`; what follows the join may decide where to go.',
    ],
  },
  {
    check: 'branches-stay-inside',
    title: 'a branch that goes back before the fork',
    lines: `
nodes:
  begin: { type: milestone, title: Begun, next: fork, atMost: { times: 3, then: done } }
  fork: { type: parallel, branches: [left, right], join: both }
  left:
    type: decision
    choices: [{ when: = input.again, next: begin }]
    otherwise: both
  right: { type: timer, for: PT1H, next: both }
  both: { type: join, next: done }
  done: { type: end }`,
    problems: [
      '10 left: A branch of `fork` goes on to `begin`, outside of the fork, without its join `both`. Go on to `both`; what follows the join may decide where to go.',
    ],
  },
  {
    check: 'branches-stay-inside',
    title: 'a way into a branch from outside',
    lines: `
nodes:
  begin:
    type: decision
    choices: [{ when: = input.short, next: right }]
    otherwise: fork
  fork: { type: parallel, branches: [left, right], join: both }
  left: { type: timer, for: PT1H, next: both }
  right: { type: timer, for: PT1H, next: both }
  both: { type: join, next: done }
  done: { type: end }`,
    problems: [
      '8 begin: `begin` goes into the fork `fork` from outside, at `right`. Go to `fork`, or to a node after its join.',
    ],
  },
  {
    check: 'branches-stay-inside',
    title: 'a way to a join around its fork',
    lines: `
nodes:
  begin:
    type: decision
    choices: [{ when: = input.short, next: both }]
    otherwise: fork
  fork: { type: parallel, branches: [left, right], join: both }
  left: { type: timer, for: PT1H, next: both }
  right: { type: timer, for: PT1H, next: both }
  both: { type: join, next: done }
  done: { type: end }`,
    problems: [
      '8 begin: `begin` goes into the fork `fork` from outside, at `both`. Go to `fork`, or to a node after its join.',
    ],
  },
  {
    check: 'branches-stay-inside',
    title: 'an inner branch that goes to the outer join',
    lines: `
nodes:
  begin: { type: parallel, branches: [left, inner], join: both }
  left: { type: timer, for: PT1H, next: both }
  inner: { type: parallel, branches: [one, two], join: pair }
  one: { type: timer, for: PT1H, next: both }
  two: { type: timer, for: PT1H, next: pair }
  pair: { type: join, next: both }
  both: { type: join, next: done }
  done: { type: end }`,
    problems: [
      '9 one: A branch of `inner` goes on to `both`, outside of the fork, without its join `pair`. Go on to `pair`; what follows the join may decide where to go.',
    ],
  },
  {
    check: 'timers-say-when',
    title: 'a timer without a time',
    lines: `
nodes:
  begin: { type: timer, next: done }
  done: { type: end }`,
    problems: ['6 begin: The timer does not say when. Give it `for` or `until`.'],
  },
  {
    check: 'timers-say-when',
    title: 'a timer with two times',
    lines: `
nodes:
  begin: { type: timer, for: PT1H, until: = input.due, next: done }
  done: { type: end }`,
    problems: ['6 begin: The timer has both `for` and `until`. Give it `for` or `until`.'],
  },
  {
    check: 'lists-fit',
    title: 'a list that is longer than its limit',
    lines: `
nodes:
  begin:
    type: forEach
    title: Ask each
    items: = ["a", "b", "c"]
    limit: 2
    do: { type: agentTask, title: Ask, role: invoice-agent }
    next: done
  done: { type: end }`,
    problems: ['10 begin: `items` lists 3, and `limit` allows 2. Raise `limit`, or list less.'],
  },
  {
    check: 'quorums-can-be-met',
    title: 'more approvals than people',
    lines: `
nodes:
  begin:
    type: approval
    title: May it be paid?
    candidates: [clerk, controller, clerk]
    quorum: 4
    next: done
    rejected: done
  done: { type: end }`,
    problems: [
      '10 begin: 4 people must approve, and at most 3 can. Ask for fewer, or name a further role under `candidates`.',
    ],
  },
  {
    check: 'compensations-fit',
    title: 'a compensation that is not there, and one that nothing names',
    lines: `
nodes:
  begin: { type: agentTask, title: Book, role: invoice-agent, compensate: unbook, next: done }
  done: { type: end }
compensations:
  reopen:
    type: operation
    title: Reopen
    role: invoice-agent
    document: "query ($id: ID!) { invoice(id: $id) { id } }"
    input: { id: = input.id }`,
    problems: [
      '6 begin: There is no compensation `unbook`. Add it under `compensations`.',
      '9 reopen: No node is undone by `reopen`. Name it as the `compensate` of the node that it undoes, or remove it.',
    ],
  },
  {
    check: 'calendar-exists',
    title: 'a calendar that is not there',
    lines: `
calendar: mars
nodes:
  begin: { type: timer, for: PT1H, next: done }
  done: { type: end }`,
    problems: ['5 -: There is no calendar `mars`. Name one of `always`, `eu-business`.'],
  },
  {
    check: 'schemas-compile',
    title: 'schemas that are none',
    lines: `
input: { type: object, properties: { id: { type: text } } }
nodes:
  begin:
    type: agentTask
    title: Read
    role: invoice-agent
    result: { type: object, requires: [total] }
    next: done
  done: { type: end }`,
    problems: [
      '5 -: The JSON Schema cannot be used: schema is invalid: data/properties/id/type must be equal to one of the allowed values, data/properties/id/type must be array, data/properties/id/type must match a schema in anyOf. Correct it; schemas are JSON Schema, draft 2020-12.',
      '11 begin: The JSON Schema cannot be used: strict mode: unknown keyword: "requires". Correct it; schemas are JSON Schema, draft 2020-12.',
    ],
  },
  {
    check: 'expressions-hold',
    title: 'an expression that does not parse',
    lines: `
nodes:
  begin:
    type: decision
    choices: [{ when: = input.total >, next: done }]
    otherwise: done
  done: { type: end }`,
    problems: [
      '8 begin: The expression `= input.total >` cannot be used: unexpected token: EOF. Correct it; expressions are in the Common Expression Language.',
    ],
  },
  {
    check: 'expressions-hold',
    title: 'an expression that does not type-check',
    lines: `
nodes:
  begin: { type: timer, for: PT1H, next: done }
  done: { type: end, output: { text: '= "total" + 1' } }`,
    problems: [
      '7 done: The expression `= "total" + 1` cannot be used: it cannot work out text + number (`"total" + 1`). Correct it; expressions are in the Common Expression Language.',
    ],
  },
  {
    check: 'expressions-hold',
    title: 'a function that there is not',
    lines: `
nodes:
  begin: { type: timer, until: = now(), next: done }
  done: { type: end }`,
    problems: [
      '6 begin: The expression `= now()` cannot be used: there is no function `now`. Correct it; expressions are in the Common Expression Language.',
    ],
  },
  {
    check: 'expressions-hold',
    title: 'variables that are not there at that place',
    lines: `
businessKey: = context.id
nodes:
  begin:
    type: agentTask
    title: Read
    role: invoice-agent
    input: { early: = result.total, item: = item }
    next: each
  each:
    type: forEach
    title: Each
    items: = input.lines
    limit: 10
    until: = item.done
    do: { type: agentTask, title: Book, role: invoice-agent, input: { line: = item, all: = results } }
    output: { booked: = completed }
    next: done
  done: { type: end, output: { total: '= result.total', far: ['= event.id'] } }`,
    problems: [
      '5 -: The expression `= context.id` cannot be used: there is no `context` here, only `input`. Correct it; expressions are in the Common Expression Language.',
      '11 begin: The expression `= result.total` cannot be used: there is no `result` here, only `input`, `context`, `run`, `step`. Correct it; expressions are in the Common Expression Language.',
      '11 begin: The expression `= item` cannot be used: there is no `item` here, only `input`, `context`, `run`, `step`. Correct it; expressions are in the Common Expression Language.',
      '18 each: The expression `= item.done` cannot be used: there is no `item` here, only `input`, `context`, `run`, `step`, `completed`, `results`. Correct it; expressions are in the Common Expression Language.',
      '19 each: The expression `= results` cannot be used: there is no `results` here, only `input`, `context`, `run`, `step`, `item`, `index`. Correct it; expressions are in the Common Expression Language.',
      '20 each: The expression `= completed` cannot be used: there is no `completed` here, only `input`, `context`, `run`, `step`, `results`. Correct it; expressions are in the Common Expression Language.',
      '22 done: The expression `= result.total` cannot be used: there is no `result` here, only `input`, `context`, `run`, `step`. Correct it; expressions are in the Common Expression Language.',
      '22 done: The expression `= event.id` cannot be used: there is no `event` here, only `input`, `context`, `run`, `step`. Correct it; expressions are in the Common Expression Language.',
    ],
  },
  {
    check: 'expressions-hold',
    title: 'values that no place can use',
    lines: `
businessKey: = [input.id]
nodes:
  begin:
    type: forEach
    title: Each
    items: = "a,b"
    limit: 10
    do:
      type: agentTask
      title: Book
      role: invoice-agent
      checks: [{ expect: = size(result.lines), message: There are lines. }]
    next: wait
  wait: { type: timer, until: = duration("1h"), next: choice }
  choice:
    type: decision
    choices: [{ when: = "yes", next: done }]
    otherwise: done
  done: { type: end }`,
    problems: [
      '5 -: The expression `= [input.id]` never gives a text. Write one that gives a text.',
      '10 begin: The expression `= "a,b"` never gives a list. Write one that gives a list.',
      '16 begin: The expression `= size(result.lines)` never gives true or false. Write one that gives true or false.',
      '18 wait: The expression `= duration("1h")` never gives a timestamp. Write one that gives a timestamp.',
      '21 choice: The expression `= "yes"` never gives true or false. Write one that gives true or false.',
    ],
  },
  {
    check: 'context-paths-are-clear',
    title: 'paths of the context that are none',
    lines: `
merge: { lines..total: max }
nodes:
  begin:
    type: agentTask
    title: Read
    role: invoice-agent
    output: { '.total': = result.total, 'lines[0]': = result.line, '1st': 1 }
    next: done
  done: { type: end }`,
    problems: [
      '5 -: `lines..total` is no path of the context. Write names with dots between them, like `invoice.total`.',
      '11 begin: `.total` is no path of the context. Write names with dots between them, like `invoice.total`.',
      '11 begin: `lines[0]` is no path of the context. Write names with dots between them, like `invoice.total`.',
      '11 begin: `1st` is no path of the context. Write names with dots between them, like `invoice.total`.',
    ],
  },
  {
    check: 'context-paths-are-clear',
    title: 'a node that writes a value and a part of it',
    lines: `
nodes:
  begin:
    type: agentTask
    title: Read
    role: invoice-agent
    output: { invoice: = result, invoice.total: = result.total }
    next: done
  done: { type: end }`,
    problems: [
      '10 begin: `begin` writes both `invoice` and `invoice.total`, which is a part of it. Write the one or the other.',
    ],
  },
  {
    check: 'context-is-written',
    title: 'what nobody writes',
    lines: `
nodes:
  begin:
    type: decision
    choices: [{ when: = context.invoice.total > 1000, next: done }]
    otherwise: done
  done: { type: end }`,
    problems: [
      '8 begin: `= context.invoice.total > 1000` reads `context.invoice`, which no node before it writes. Write it in the `output` of a node before, name it under `merge` when agents write it, or ask `has(context.invoice)`.',
    ],
  },
  {
    check: 'context-is-written',
    title: 'what is written behind',
    lines: `
nodes:
  begin: { type: agentTask, title: Book, role: invoice-agent, input: { total: = context.total }, next: read }
  read: { type: agentTask, title: Read, role: invoice-agent, output: { total: = result.total }, next: done }
  done: { type: end }`,
    problems: [
      '6 begin: `= context.total` reads `context.total`, which no node before it writes; only `read` does. Write it in the `output` of a node before, name it under `merge` when agents write it, or ask `has(context.total)`.',
    ],
  },
  {
    check: 'context-is-written',
    title: 'what only the other branch writes',
    lines: `
nodes:
  begin: { type: parallel, branches: [left, right], join: both }
  left: { type: agentTask, title: L, role: invoice-agent, output: { left: = result }, next: both }
  right: { type: agentTask, title: R, role: invoice-agent, input: { left: '= context.left' }, next: both }
  both: { type: join, next: done }
  done: { type: end, output: { left: = context.left } }`,
    problems: [
      '8 right: `= context.left` reads `context.left`, which no node before it writes; only `left` does. Write it in the `output` of a node before, name it under `merge` when agents write it, or ask `has(context.left)`.',
    ],
  },
  {
    check: 'context-is-written',
    title: 'what an event would have brought that did not come',
    lines: `
nodes:
  begin:
    type: awaitEvent
    event: paid
    output: { payment: = event }
    timeout: { after: P2D, next: late }
    next: done
  late: { type: agentTask, title: Remind, role: invoice-agent, input: { payment: = context.payment }, next: done }
  done: { type: end }`,
    problems: [
      '12 late: `= context.payment` reads `context.payment`, which no node before it writes; only `begin` does. Write it in the `output` of a node before, name it under `merge` when agents write it, or ask `has(context.payment)`.',
    ],
  },
  {
    check: 'context-is-written',
    title: 'what a compensation reads and nobody writes',
    lines: `
nodes:
  begin: { type: agentTask, title: Book, role: invoice-agent, compensate: undo, output: { booked: = result.id }, next: done }
  done: { type: end }
compensations:
  undo:
    type: operation
    title: Undo
    role: invoice-agent
    document: "query ($id: ID!, $b: ID!) { invoice(id: $id) { id } b: invoice(id: $b) { id } }"
    input: { id: = context.booking, b: = context.booked }`,
    problems: [
      '14 undo: `= context.booking` reads `context.booking`, which no node before it writes. Write it in the `output` of a node before, name it under `merge` when agents write it, or ask `has(context.booking)`.',
    ],
  },
  {
    check: 'paths-exist',
    title: 'a member that the schema of the result does not have',
    lines: `
nodes:
  begin:
    type: agentTask
    title: Read
    role: invoice-agent
    result: { type: object, properties: { total: { type: number }, lines: { type: array } } }
    checks: [{ expect: = result.sum > 0, message: It has a sum. }]
    output: { total: = result.total, name: = result.supplier.name, deep: = result.total.net }
    next: done
  done: { type: end }`,
    problems: [
      '11 begin: `= result.sum > 0` reads `result.sum`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
      '12 begin: `= result.supplier.name` reads `result.supplier.name`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
      '12 begin: `= result.total.net` reads `result.total.net`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
    ],
  },
  {
    check: 'paths-exist',
    title: 'a member that the input of the run does not have',
    lines: `
input:
  type: object
  properties: { invoice: { $ref: '#/$defs/invoice' } }
  $defs: { invoice: { type: object, properties: { id: { type: string } } } }
nodes:
  begin: { type: timer, until: = input.invoice.due, next: done }
  done: { type: end, output: { id: = input.invoice.id, run: = run.key, step: = step.name } }`,
    problems: [
      '10 begin: `= input.invoice.due` reads `input.invoice.due`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
      '11 done: `= run.key` reads `run.key`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
      '11 done: `= step.name` reads `step.name`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
    ],
  },
  {
    check: 'paths-exist',
    title: 'a part of the context that no write can bring',
    lines: `
nodes:
  begin:
    type: agentTask
    title: Read
    role: invoice-agent
    input: { id: = input.id }
    result: { type: object, properties: { invoice: { type: object, properties: { total: { type: number } } } } }
    checks: [{ expect: = task.number == "1", message: The same. }]
    output: { invoice: = result.invoice, supplier.name: = input.name }
    next: done
  done: { type: end, output: { a: = context.invoice.total, b: = context.invoice.sum, c: = context.supplier.id } }`,
    problems: [
      '12 begin: `= task.number == "1"` reads `task.number`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
      '15 done: `= context.invoice.sum` reads `context.invoice.sum`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
      '15 done: `= context.supplier.id` reads `context.supplier.id`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
    ],
  },
  {
    check: 'roles-exist',
    title: 'roles that are not there',
    lines: `
nodes:
  begin:
    type: humanTask
    title: Look
    candidates: [clerk, nobody]
    escalation: [{ to: { role: no-chief } }]
    next: read
  read: { type: agentTask, title: Read, role: no-agent, next: done }
  done: { type: end }`,
    problems: [
      '9 begin: There is no role `nobody`. Name one of the roles that are published, or publish it first.',
      '10 begin: There is no role `no-chief`. Name one of the roles that are published, or publish it first.',
      '12 read: There is no role `no-agent`. Name one of the roles that are published, or publish it first.',
    ],
  },
  {
    check: 'roles-fit',
    title: 'agents where people are asked, and people where agents work',
    lines: `
nodes:
  begin:
    type: humanTask
    title: Look
    candidates: [invoice-agent]
    escalation: [{ to: another-agent }, { to: { role: invoice-agent } }]
    next: read
  read:
    type: agentTask
    title: Read
    role: clerk
    escalation: [{ to: { role: importer } }, { to: another-agent }, { to: { role: controller } }]
    next: done
  done: { type: end }`,
    problems: [
      '9 begin: `invoice-agent` is a role of agents, and this is for people. Name a role of people.',
      '10 begin: `invoice-agent` is a role of agents, and this is for people. Name a role of people.',
      '10 begin: What people are asked cannot go to another agent. Name a role of people.',
      '15 read: `clerk` is a role of people, and this is for agents. Name a role of agents.',
      '16 read: `importer` is a role of services, and this is for agents or people. Name a role of agents or people.',
    ],
  },
  {
    check: 'roles-are-held',
    title: 'roles that nobody holds',
    lines: `
nodes:
  begin: { type: agentTask, title: Read, role: sleeping-agent, escalation: [{ to: { role: auditor } }], next: done }
  done: { type: end }`,
    problems: [
      '6 begin: Nobody who is active holds the role `sleeping-agent`. Assign it to an active agent or person, or name another role.',
      '6 begin: Nobody who is active holds the role `auditor`. Assign it to an active agent or person, or name another role.',
    ],
  },
  {
    check: 'operations-are-valid',
    title: 'operations that are not valid',
    lines: `
nodes:
  begin:
    type: operation
    title: Look
    role: invoice-agent
    document: "{ supplier(id: 1) { nam } }"
    next: two
  two:
    type: operation
    title: Look
    role: invoice-agent
    document: "query A { supplier(id: 1) { name } } query B { supplier(id: 1) { name } }"
    next: three
  three:
    type: operation
    title: Look
    role: invoice-agent
    document: "subscription { paid { id } }"
    next: four
  four:
    type: operation
    title: Look
    role: invoice-agent
    document: "{ supplier(id: 1) {"
    next: done
  done: { type: end }`,
    problems: [
      '10 begin: The operation cannot be used: Cannot query field "nam" on type "Supplier". Did you mean "name"? Correct it; the explorer says what there is.',
      '16 two: The operation cannot be used: It has to have exactly one operation. Correct it; the explorer says what there is.',
      '22 three: The operation cannot be used: A subscription has no end, so no step can wait for it. Correct it; the explorer says what there is.',
      '28 four: The operation cannot be used: Syntax Error: Expected Name, found <EOF>. Correct it; the explorer says what there is.',
    ],
  },
  {
    check: 'operations-get-their-variables',
    title: 'variables that are not given, and others that are not declared',
    lines: `
nodes:
  begin:
    type: operation
    title: Look
    role: invoice-agent
    document: "query ($id: ID!, $skip: Boolean = false) { supplier(id: $id) { name @skip(if: $skip) } }"
    input: { number: = input.id }
    next: done
  done: { type: end }`,
    problems: [
      '11 begin: The operation has no variable `$number`. Declare it in the operation, or remove it from `input`.',
      '11 begin: The variable `$id` of the operation is not given. Add `id` to `input`.',
    ],
  },
  {
    check: 'operations-get-their-variables',
    title: 'values that can never be what they have to be',
    lines: `
nodes:
  begin:
    type: operation
    title: Pay
    role: invoice-agent
    document: "mutation ($input: PayInvoiceInput!) { payInvoice(input: $input) { id } }"
    input:
      input: { id: = input.id, method: CASH, remark: hello, note: 5, idempotencyKey: = step.key }
    next: done
  done: { type: end }`,
    problems: [
      '12 begin: The variable `$input.remark` is no field of `PayInvoiceInput`. Correct it in `input`.',
      '12 begin: The variable `$input.amount` is missing. Correct it in `input`.',
      '12 begin: The variable `$input.method` is `"CASH"` and must be one of `TRANSFER`, `DIRECT_DEBIT`. Correct it in `input`.',
      '12 begin: The variable `$input.note` is `5` and must be String. Correct it in `input`.',
    ],
  },
  {
    check: 'mutations-are-named',
    title: 'a key that is not that of the step',
    lines: `
nodes:
  begin:
    type: operation
    title: Pay
    role: invoice-agent
    document: "mutation ($input: PayInvoiceInput!) { payInvoice(input: $input) { id } }"
    input:
      input: { id: = input.id, amount: "1.00", idempotencyKey: = run.id }
    next: again
  again:
    type: operation
    title: Pay
    role: invoice-agent
    document: "mutation ($id: ID!, $key: String!) { payInvoice(input: { id: $id, amount: 1, idempotencyKey: $key }) { id } }"
    input: { id: = input.id, key: '= step.key + "x"' }
    next: more
  more:
    type: operation
    title: Reopen
    role: invoice-agent
    document: "mutation ($id: ID!) { reopenInvoice(id: $id, idempotencyKey: \\"1\\") { id } book(input: { id: $id }) }"
    input: { id: = input.id }
    next: whole
  whole:
    type: operation
    title: Pay
    role: invoice-agent
    document: "mutation ($input: PayInvoiceInput!) { payInvoice(input: $input) { id } }"
    input: { input: = input.payment }
    next: done
  done: { type: end }`,
    problems: [
      '12 begin: The mutation is not given `idempotencyKey` as `= step.key`, so that a repetition would do it twice. Write `input.idempotencyKey: = step.key` under `input`.',
      '19 again: The mutation is not given `idempotencyKey` as `= step.key`, so that a repetition would do it twice. Write `key: = step.key` under `input`.',
      '25 more: The mutation is not given `idempotencyKey` as `= step.key`, so that a repetition would do it twice. Give `idempotencyKey` in the operation as a variable, and that under `input` as `= step.key`.',
      '33 whole: The mutation is not given `idempotencyKey` as `= step.key`, so that a repetition would do it twice. Write `input.idempotencyKey: = step.key` under `input`.',
    ],
  },
  {
    check: 'roles-may-run-operations',
    title: 'a field that the role may not read',
    lines: `
nodes:
  begin:
    type: operation
    title: Look
    role: invoice-agent
    document: "query ($id: ID!) { supplier(id: $id) { name iban } }"
    input: { id: = input.id }
    next: done
  done: { type: end }`,
    problems: [
      '10 begin: The role `invoice-agent` may not use `Supplier.iban`. Leave it out, or let a role run the operation that may.',
    ],
  },
  {
    check: 'subprocesses-exist',
    title: 'a workflow that is not there',
    lines: `
nodes:
  begin: { type: subprocess, title: Archive, workflow: attic, next: done }
  done: { type: end }`,
    problems: ['6 begin: There is no published workflow `attic`. Publish it first, or name one that is.'],
  },
  {
    check: 'subprocesses-end',
    title: 'a workflow that starts itself, and one that does so through another',
    lines: `
nodes:
  begin: { type: subprocess, title: Again, workflow: invoice, next: other }
  other: { type: subprocess, title: Round, workflow: ring, next: done }
  done: { type: end }`,
    problems: [
      '6 begin: The workflow starts itself: `invoice` → `invoice`. Let one of them do its part without the next.',
      '7 other: The workflow starts itself: `invoice` → `ring` → `invoice`. Let one of them do its part without the next.',
    ],
  },
  {
    check: 'subprocesses-get-their-input',
    title: 'input that the workflow needs, and input that it does not take',
    lines: `
nodes:
  begin: { type: subprocess, title: Archive, workflow: archive, input: { number: = input.id }, next: done }
  done: { type: end }`,
    problems: [
      '6 begin: The workflow `archive` needs the input `id`. Add `id` to `input`.',
      '6 begin: The workflow `archive` takes no input `number`. Remove it from `input`.',
    ],
  },
  {
    check: 'compensations-fit',
    title: 'a compensation with the name of a node, and one that is undone itself',
    lines: `
nodes:
  begin: { type: agentTask, title: Book, role: invoice-agent, compensate: begin, next: done }
  done: { type: end }
compensations:
  begin:
    type: operation
    title: Reopen
    role: invoice-agent
    document: "query ($id: ID!) { invoice(id: $id) { id } }"
    input: { id: = input.id }
    compensate: begin`,
    problems: [
      '9 begin: `begin` is the name of a node, too. Give each a name of its own.',
      '15 begin: `begin` undoes something, and cannot be undone itself. Remove its `compensate`.',
    ],
  },
  {
    check: 'nodes-exist',
    title: 'a name that is also that of something every object has',
    lines: `
nodes:
  begin: { type: milestone, title: Begun, next: constructor }
  done: { type: end }`,
    problems: ['6 begin: There is no node `constructor`. Name one that is under `nodes`, or add it there.'],
  },
  {
    check: 'paths-exist',
    title: 'what a compensation reads of that which it undoes, and of its own',
    lines: `
nodes:
  begin:
    type: agentTask
    title: Book
    role: invoice-agent
    input: { id: = input.id }
    result: { type: object, properties: { booking: { type: string } } }
    compensate: undo
    next: done
  done: { type: end }
compensations:
  undo:
    type: operation
    title: Undo
    role: invoice-agent
    document: "query ($a: ID!, $b: ID!) { a: invoice(id: $a) { id } b: invoice(id: $b) { id } }"
    input: { a: = result.booking, b: = task.number }
    result: { type: object, properties: { a: { type: object } } }
    checks: [{ expect: = task.a == result.booking, message: It is the same. }]`,
    problems: [
      '21 undo: `= task.number` reads `task.number`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
      '23 undo: `= task.a == result.booking` reads `result.booking`, which what is declared does not have. Read what the schema or mapping it comes from declares, or declare it there.',
    ],
  },
]
