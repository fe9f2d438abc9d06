/** Takes the names that shapes give to literals out of what systems say of their values: the caller has never seen them. */
import { GraphQLError } from 'graphql'
import { literalPrefix } from './read-shape.ts'

/** How graphql-js begins what a scalar says of a variable; the value in it may be any text. */
const ofLiteral = new RegExp(String.raw`^Variable "\$${literalPrefix}\d+" got invalid value [^]*; (?=[^])`)

/** The errors as they would read of the text that was sent. */
export function inOwnWords(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  return errors.map((error) => {
    const message = error.message.replace(ofLiteral, '')
    if (message === error.message) return error
    const { path, extensions } = error
    return new GraphQLError(message, { ...(path ? { path } : {}), extensions })
  })
}
