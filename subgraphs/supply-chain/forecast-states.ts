/** The statuses of a forecast, and the steps between them. Both are taken by `publishForecast`. */
import type { ForecastStatus } from '../../storage/tables/supply-chain.ts'

/** From each status, the statuses that one step reaches. */
export const forecastSteps = {
  DRAFT: ['PUBLISHED'],
  PUBLISHED: ['SUPERSEDED'],
  SUPERSEDED: [],
} as const satisfies Record<ForecastStatus, readonly ForecastStatus[]>
