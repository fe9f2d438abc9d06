/** What SCIM says of every resource (RFC 7643, section 3.1). */

interface Kept {
  readonly id: string
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

/** The `meta` of a record; its version is a weak entity tag, because two forms of a record may have the same. */
export function metaOf(resourceType: 'User' | 'Group', { id, version, createdAt, updatedAt }: Kept) {
  return {
    resourceType,
    created: createdAt,
    lastModified: updatedAt,
    location: `/${resourceType}s/${id}`,
    version: `W/"${version}"`,
  }
}
