/**
 * Budgets: what an operation may use is taken from every budget that it draws on before anything runs, and put right afterwards.
 * The database counts, so that any number of gateways spend one budget exactly. Whoever has no budget costs no query.
 */
import { refusal } from '../../../lib/errors.ts'
import type { World } from '../../../lib/world.ts'
import type { BudgetStanding, BudgetStore } from '../../../storage/stores/budgets.ts'
import { within } from '../../../storage/within.ts'
import { isBrake } from '../../checks/brakes.ts'
import type { Exchange } from '../../exchange.ts'
import type { Log } from '../../log.ts'
import type { Budgets } from '../controls.ts'
import { type DescribedExchange, requireDescribed } from '../decided.ts'
import { type Breach, budgetExceeded, previewOf, reportOf } from './exceeded.ts'
import { type AgentBudgets, type BudgetLine, lineOf, linesOf } from './lines.ts'
import { type ExecutedResult, type Usage, actualUsage, amountOf, expectedUsage } from './usage.ts'

export interface BudgetOptions {
  readonly store: BudgetStore
  readonly agents: AgentBudgets
  /** Acts on a breach of a budget that asks for more than a refusal; rejects when it could not. */
  readonly onBreach: (breach: Breach, exchange: Exchange) => Promise<void>
  readonly world: Pick<World, 'now'>
  readonly log: Pick<Log, 'error'>
  /** How long the counters may take. Default 3 seconds. */
  readonly timeoutMs?: number
}

/** A line with what the operation wants of it. */
interface Draw {
  readonly line: BudgetLine
  readonly amount: string
}

/** What an exchange has taken. */
interface Held {
  readonly draws: readonly Draw[]
  readonly standings: readonly BudgetStanding[]
  /** Null where nothing was taken, because something did not fit. */
  readonly expected: Usage | null
}

/** Makes the control. */
export function createBudgets({ agents, onBreach, world, log, timeoutMs = 3_000, ...options }: BudgetOptions): Budgets {
  const store = inTime(options.store, timeoutMs)
  const holdings = new WeakMap<Exchange, Held>()

  /** What the operation draws on. Only where somebody has a budget is it looked at more closely. */
  function expect(exchange: DescribedExchange): { readonly draws: readonly Draw[]; readonly expected: Usage } | null {
    const now = world.now()
    const lines = linesOf(exchange, agents, now)
    if (lines.length === 0) return null
    const expected = expectedUsage(exchange)
    const closed = closedCurrencies(lines, expected, now)
    return { draws: [...lines, ...closed].map((line) => ({ line, amount: amountOf(line.limit, expected) })), expected }
  }

  /** What a breach does beside the refusal. That it failed is no reason to let the operation through. */
  async function actOn(breaches: readonly Breach[], exchange: Exchange): Promise<void> {
    for (const breach of breaches.filter(({ line }) => line.limit.onBreach !== undefined)) {
      try {
        await onBreach(breach, exchange)
      } catch (error) {
        log.error({ err: error, subject: breach.line.subject }, 'a breach of a budget could not be acted upon')
      }
    }
  }

  async function putRight(exchange: DescribedExchange, held: Held, result: ExecutedResult) {
    if (held.expected === null) return held.standings
    const actual = actualUsage(exchange, held.expected, result)
    const settlements = held.draws.map(({ line: { counter, window, limit }, amount: taken }) => {
      const collects = limit.measure === 'distinct-entities' && actual.rows.entities.length > 0
      const counted = collects ? String(actual.rows.unnamed) : amountOf(limit, actual)
      return { counter, windowStart: window.start, quota: String(limit.limit), taken, counted, collects }
    })
    const isRight = settlements.every(({ taken, counted, collects }) => taken === counted && !collects)
    return isRight ? held.standings : await store.settle(settlements, actual.rows.entities)
  }

  async function standingOf(exchange: DescribedExchange): Promise<Held | null> {
    const draws = linesOf(exchange, agents, world.now()).map((line) => ({ line, amount: '0' }))
    return draws.length === 0 ? null : { draws, standings: await store.look(draws.map(takeOf)), expected: null }
  }

  return {
    async preview(exchange) {
      const found = isBrake(exchange.operation) ? null : expect(exchange)
      if (found === null) return { fits: true, lines: [] }
      const verdicts = await counted(store.look(found.draws.map(takeOf)))
      return {
        fits: verdicts.every(({ fits }) => fits),
        lines: joined(found.draws, verdicts).map(({ line, amount, standing }) => previewOf(line, standing, amount)),
      }
    },

    async reserve(exchange) {
      const found = isBrake(exchange.operation) ? null : expect(exchange)
      if (found === null || found.draws.every(({ amount }) => Number(amount) === 0)) return
      const { draws, expected } = found
      const verdicts = await counted(store.take(draws.map(takeOf)))
      const [first, ...others] = joined(draws, verdicts).filter(({ standing }) => !standing.fits)
      holdings.set(exchange, { draws, standings: verdicts, expected: first === undefined ? expected : null })
      if (first === undefined) return
      await actOn([first, ...others], exchange)
      throw budgetExceeded([first, ...others], world.now())
    },

    async settle(exchange, result) {
      if (exchange.operation === null || exchange.wishes.dryRun || isBrake(exchange.operation)) return
      try {
        const described = requireDescribed(exchange)
        const held = holdings.get(exchange) ?? (await standingOf(described))
        if (held === null) return
        const standings = await putRight(described, held, result)
        const lines = joined(held.draws, standings).map(({ line, standing }) => reportOf(line, standing))
        exchange.extensions.set('budget', lines)
      } catch (error) {
        // What was taken stays taken until its window ends: an agent may then use less than its budget, never more.
        log.error({ requestId: exchange.requestId, err: error }, 'the budgets of a request could not be settled')
      }
    },
  }
}

/** A currency that somebody's budgets of money do not name is closed to them: no budget is walked around by another currency. */
function closedCurrencies(lines: readonly BudgetLine[], { money }: Usage, now: Date): readonly BudgetLine[] {
  const ofMoney = Map.groupBy(
    lines.filter(({ limit }) => limit.measure === 'money'),
    ({ subject }) => subject,
  )
  const asked = new Set(money.flatMap(({ currency }) => currency ?? []))
  return [...ofMoney].flatMap(([subject, [first, ...others]]) => {
    if (first === undefined) return []
    const named = new Set([first, ...others].map(({ limit }) => limit.currency))
    return [...asked]
      .filter((currency) => !named.has(currency))
      .map((currency) => lineOf(subject, { measure: 'money', per: first.limit.per, currency, limit: 0 }, null, now))
  })
}

/** The counters, which answer in time or not at all. What is counted late is counted: an agent may then use less, never more. */
function inTime(store: BudgetStore, ms: number): Pick<BudgetStore, 'take' | 'look' | 'settle'> {
  const late = 'The budgets were not counted'
  return {
    take: (takes) => within(ms, late, store.take(takes)),
    look: (takes) => within(ms, late, store.look(takes)),
    settle: (settlements, entities) => within(ms, late, store.settle(settlements, entities)),
  }
}

async function counted<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const message = 'The budgets cannot be counted, so nothing that draws on one is done.'
    throw refusal('BUDGETS_UNAVAILABLE', message, {}, { originalError: cause as Error })
  }
}

function takeOf({ line: { counter, window, limit }, amount }: Draw) {
  return { counter, windowStart: window.start, resetsAt: window.resetsAt, amount, quota: String(limit.limit) }
}

/** INVARIANT: the store answers one standing for each line, in their order. */
function joined<S>(draws: readonly Draw[], standings: readonly S[]): (Draw & { readonly standing: S })[] {
  return draws.flatMap((draw, at) => {
    const standing = standings[at]
    return standing === undefined ? [] : [{ ...draw, standing }]
  })
}
