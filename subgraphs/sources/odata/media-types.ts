/** The media types that a service answers in. */
export const jsonTypes = ['application/json'] as const
export const multipartTypes = ['multipart/mixed', 'application/json'] as const
export const metadataTypes = ['application/xml', 'text/xml'] as const
/** Of the service document, which version 2 has as XML. */
export const serviceTypes = [...jsonTypes, ...metadataTypes, 'application/atomsvc+xml'] as const
