/**
 * All migrations, in the order in which they run: by name. This file is the list; there is no folder scan. A migration
 * that stands in a release never changes; the next change is a new file.
 *
 * 0000–0099 control plane (schema `mandate`), 0100– business systems (schemas `crm`, `itsm`, `finance`, `systems`).
 */
import type { Migration } from 'kysely/migration'
import * as schemas from './0000-schemas.ts'
import * as ledger from './0001-ledger.ts'
import * as revocations from './0002-revocations.ts'
import * as crm from './0100-crm.ts'
import * as itsm from './0110-itsm.ts'
import * as finance from './0120-finance.ts'

export const migrations: Readonly<Record<string, Migration>> = {
  '0000-schemas': schemas,
  '0001-ledger': ledger,
  '0002-revocations': revocations,
  '0100-crm': crm,
  '0110-itsm': itsm,
  '0120-finance': finance,
}
