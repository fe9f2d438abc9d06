/** What the database finds wrong with an argument is the caller's to mend, not a failure of this system. */
import type { FieldResolver } from '../context.ts'
import { explainFailure } from '../sources/postgres-errors.ts'

/** The resolver, with the database's complaints about arguments in words. */
export function explained<Source, Args, Services>(
  resolve: FieldResolver<Source, Args, Services>,
): FieldResolver<Source, Args, Services> {
  return async (...asked) => {
    try {
      return await resolve(...asked)
    } catch (error) {
      throw explainFailure(error)
    }
  }
}
