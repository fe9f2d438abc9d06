/** What the database itself refuses of the ERP system: no path into it leaves a record in a state that the rules do not know. */
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabase, databaseKinds } from '../../support/databases.ts'
import { erpRows } from '../../support/erp.ts'

for (const kind of databaseKinds()) {
  describe(`the checks of erp on ${kind}`, () => {
    let database: Awaited<ReturnType<typeof createDatabase>>
    const ids: Record<string, string> = {}
    beforeAll(async () => {
      database = await createDatabase(kind)
      const rows = erpRows(database)
      ids['plants'] = await rows.plant()
      ids['products'] = await rows.product()
      ids['stock'] = await rows.stock(ids['products'], ids['plants'], '10', { reorder_point: '8', safety_stock: '4' })
      ids['sales_orders'] = await rows.order()
      ids['sales_order_items'] = await rows.orderItem(ids['sales_orders'], ids['products'], ids['plants'])
      ids['deliveries'] = await rows.delivery(ids['sales_orders'], ids['plants'], 'CREATED')
      ids['delivery_items'] = await rows.deliveryItem(ids['deliveries'], ids['sales_order_items'], ids['products'])
    })
    afterAll(() => database.close())

    /** Sets columns of the one row of a table; undone where it is accepted. */
    const change = (table: string, assignment: string) =>
      database.kysely
        .transaction()
        .execute(async (transaction) => {
          await sql`update ${sql.table(`erp.${table}`)} set ${sql.raw(assignment)} where id = ${ids[table]}`.execute(
            transaction,
          )
          throw new Error('undo')
        })
        .catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : 'accepted'))

    test.each([
      ['plants', "code = '10'"],
      ['plants', "country_code = 'Germany'"],
      ['products', "gtin = '4006381333930'"],
      ['products', "gtin = '400638133393'"],
      ['products', "status = 'NEW'"],
      ['products', "type = 'THING'"],
      ['products', "base_unit = 'PCE'"],
      ['products', 'standard_cost = -1'],
      ['stock', 'unrestricted_quantity = -1'],
      ['stock', 'quality_inspection_quantity = -1'],
      ['stock', 'blocked_quantity = -1'],
      ['stock', 'safety_stock = 9'],
      ['stock', "storage_location = 'fg'"],
      ['sales_orders', "status = 'OPEN'"],
      ['sales_orders', "status = 'CANCELLED'"],
      ['sales_orders', "cancel_reason = 'x'"],
      ['sales_orders', "delivery_block = 'MOOD'"],
      ['sales_orders', "status = 'COMPLETELY_PROCESSED', delivery_block = 'CREDIT_LIMIT'"],
      ['sales_orders', "requested_delivery_date = '2026-09-30'"],
      ['sales_order_items', 'delivered_quantity = 11'],
      ['sales_order_items', 'delivered_quantity = -1'],
      ['sales_order_items', 'quantity = 0, net_amount = 0'],
      ['sales_order_items', 'net_amount = 4100.01'],
      ['sales_order_items', 'item_number = 11'],
      ['sales_order_items', 'item_number = 1010'],
      ['deliveries', "status = 'GOODS_ISSUED'"],
      ['deliveries', 'goods_issued_at = now()'],
      ['deliveries', "status = 'DELIVERED', goods_issued_at = now()"],
      ['deliveries', "status = 'DELIVERED', goods_issued_at = now(), delivered_at = now() - interval '1 day'"],
      ['delivery_items', 'quantity = 0'],
    ])('%s: %s', async (table, assignment) => {
      expect(await change(table, assignment)).toBe('23514')
    })

    test.each([
      ['products', "gtin = '4006381333931'"],
      ['products', 'gtin = null'],
      ['stock', 'safety_stock = 8'],
      ['sales_orders', "status = 'CANCELLED', cancel_reason = 'x', delivery_block = 'CREDIT_LIMIT'"],
      ['sales_order_items', 'delivered_quantity = 10'],
      ['deliveries', "status = 'DELIVERED', goods_issued_at = now(), delivered_at = now()"],
    ])('%s: %s is fine', async (table, assignment) => {
      expect(await change(table, assignment)).toBe('accepted')
    })

    test('a stock of a product stands once in a place', async () => {
      const again = erpRows(database).stock(ids['products'] ?? '', ids['plants'] ?? '', '1', { id: 'stk-99999' })
      await expect(again).rejects.toMatchObject({ code: '23505' })
    })
  })
}
