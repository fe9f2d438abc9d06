/** Files that come in parts, kept until the last part is there; one upload at a time for each person, and none for long. */
import type { Transaction } from 'kysely'
import type { Tables } from '../tables.ts'

export interface ImportPart {
  /** Who sends it. */
  readonly owner: string
  readonly upload: string
  /** From 1. */
  readonly number: number
  readonly of: number
  readonly content: string
}

/** Parts of an upload that was given up are forgotten after this long. */
const patienceMs = 3_600_000

/** Keeps a part. Its upload takes the place of any other that the same person had begun. */
export async function keepImportPart(
  transaction: Transaction<Tables>,
  { owner, upload, number, of, content }: ImportPart,
  now: Date,
): Promise<void> {
  await transaction
    .deleteFrom('mandate.pilot_import_parts')
    .where((row) =>
      row.or([
        row('received_at', '<', new Date(now.getTime() - patienceMs)),
        row.and([row('owner', '=', owner), row('upload', '<>', upload)]),
      ]),
    )
    .execute()
  await transaction
    .insertInto('mandate.pilot_import_parts')
    .values({ owner, upload, number, of, content, received_at: now })
    .onConflict((conflict) =>
      conflict.columns(['owner', 'upload', 'number']).doUpdateSet({ of, content, received_at: now }),
    )
    .execute()
}

/** The parts of an upload that are there, in order. */
export async function importParts(
  transaction: Transaction<Tables>,
  owner: string,
  upload: string,
): Promise<readonly { readonly number: number; readonly of: number; readonly content: string }[]> {
  return await transaction
    .selectFrom('mandate.pilot_import_parts')
    .select(['number', 'of', 'content'])
    .where('owner', '=', owner)
    .where('upload', '=', upload)
    .orderBy('number')
    .execute()
}

/** Forgets an upload. */
export async function dropImportParts(transaction: Transaction<Tables>, owner: string, upload: string): Promise<void> {
  await transaction
    .deleteFrom('mandate.pilot_import_parts')
    .where('owner', '=', owner)
    .where('upload', '=', upload)
    .execute()
}
