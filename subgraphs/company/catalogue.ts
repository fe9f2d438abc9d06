/**
 * What the house makes, buys and sells, as families: every name, size and variant of a family is a product. Prices are in
 * cents, from the smallest to the largest of a family.
 */
import type { SeedRow } from './rows.ts'

type ProductRow = SeedRow<'erp.products'>

/** A family of products. */
export interface Family {
  readonly type: ProductRow['type']
  readonly group: string
  readonly names: readonly string[]
  readonly sizes: readonly string[]
  /** What it costs, in cents: lowest and highest. */
  readonly cost: readonly [number, number]
  readonly unit: ProductRow['base_unit']
  /** Grams of a unit. */
  readonly grams: readonly [number, number]
}

const family = (
  type: Family['type'],
  group: string,
  names: readonly string[],
  sizes: readonly string[],
  cost: Family['cost'],
  grams: Family['grams'] = [0, 0],
  unit: Family['unit'] = 'C62',
): Family => ({ type, group, names, sizes, cost, unit, grams })

const finished = 'FINISHED_GOOD'
const semi = 'SEMI_FINISHED'
const raw = 'RAW_MATERIAL'
const trading = 'TRADING_GOOD'
const spare = 'SPARE_PART'

/** All families; together they have 120 finished goods, 60 semi-finished, 190 raw materials, 60 trading goods, 50 spare parts and 20 services. */
export const families: readonly Family[] = [
  family(
    finished,
    'Handheld scanners',
    ['Handheld scanner HX-20', 'Handheld scanner HX-40', 'Handheld scanner HX-60', 'Handheld scanner HX-80'],
    ['standard range', 'long range', 'cold store', 'healthcare', 'pistol grip', 'cordless'],
    [18_000, 42_000],
    [280, 620],
  ),
  family(
    finished,
    'Label printers',
    ['Label printer LP-1', 'Label printer LP-2', 'Label printer LP-4', 'Label printer LP-6'],
    ['203 dpi', '300 dpi', '600 dpi', 'linerless', 'RFID', 'mobile'],
    [21_000, 64_000],
    [1_900, 9_400],
  ),
  family(
    finished,
    'Cradles',
    ['Charging cradle CC-1', 'Charging cradle CC-2', 'Charging cradle CC-4', 'Charging cradle CC-8'],
    ['for HX-20', 'for HX-40', 'for HX-60', 'for HX-80', 'with Ethernet', 'wall mount'],
    [2_900, 14_500],
    [350, 2_600],
  ),
  family(
    finished,
    'RFID readers',
    ['RFID reader RF-5', 'RFID reader RF-7', 'RFID reader RF-9'],
    ['desktop', 'gate', 'forklift', 'sled'],
    [16_000, 58_000],
    [400, 3_900],
  ),
  family(
    finished,
    'Vehicle terminals',
    ['Vehicle terminal VT-8', 'Vehicle terminal VT-10', 'Vehicle terminal VT-12'],
    ['standard', 'freezer', 'resistive', 'vehicle mount'],
    [39_000, 88_000],
    [1_700, 3_400],
  ),
  family(
    finished,
    'Fixed scanners',
    ['Fixed scanner FX-3', 'Fixed scanner FX-5', 'Fixed scanner FX-7'],
    ['conveyor', 'kiosk', 'tunnel', 'presentation'],
    [14_000, 52_000],
    [250, 1_600],
  ),
  family(
    finished,
    'Controllers',
    ['Wireless controller WC-2', 'Wireless controller WC-6', 'Edge gateway EG-1'],
    ['4 ports', '8 ports', '16 ports', 'outdoor'],
    [17_500, 71_000],
    [700, 2_900],
  ),
  family(
    semi,
    'Mainboards',
    ['Mainboard'],
    [
      'HX-20',
      'HX-40',
      'HX-60',
      'HX-80',
      'LP-1',
      'LP-2',
      'LP-4',
      'LP-6',
      'RF-5',
      'RF-7',
      'RF-9',
      'VT-8',
      'VT-10',
      'VT-12',
      'FX-3',
      'FX-5',
      'FX-7',
      'WC-2',
      'WC-6',
      'EG-1',
    ],
    [3_100, 12_900],
    [60, 240],
  ),
  family(
    semi,
    'Modules',
    ['Scan engine', 'Radio module', 'Power board', 'Printhead assembly', 'Display module'],
    ['type A', 'type B', 'type C', 'type D', 'type E', 'type F', 'type G', 'type H'],
    [900, 6_400],
    [20, 190],
  ),
  family(
    raw,
    'Passive components',
    ['Capacitor', 'Resistor array', 'Inductor', 'Crystal oscillator', 'Ferrite'],
    ['0402', '0603', '0805', '1206', '1210', '2010', '2512', 'radial', 'axial', 'low ESR'],
    [6, 48],
    [1, 4],
  ),
  family(
    raw,
    'Semiconductors',
    ['Microcontroller', 'Image sensor', 'Laser diode', 'Flash memory', 'Power regulator'],
    ['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8'],
    [95, 1_480],
    [1, 6],
  ),
  family(
    raw,
    'Connectors',
    ['Board connector', 'Contact spring', 'Antenna', 'Cable harness'],
    ['4-pin', '6-pin', '8-pin', '10-pin', '12-pin', '16-pin', '20-pin', '40-pin'],
    [18, 390],
    [2, 40],
  ),
  family(
    raw,
    'Mouldings',
    ['Housing top', 'Housing bottom', 'Bezel', 'Trigger', 'Seal'],
    ['HX', 'LP', 'CC', 'RF', 'VT', 'FX', 'WC', 'EG'],
    [70, 980],
    [15, 700],
  ),
  family(raw, 'Packaging', ['Folding box', 'Foam insert'], ['XS', 'S', 'M', 'L', 'XL', 'XXL'], [22, 240], [30, 420]),
  family(
    raw,
    'Materials',
    ['Polycarbonate granulate', 'Thermal paste', 'Conformal coating', 'Solder paste'],
    ['grade 1', 'grade 2', 'grade 3', 'grade 4'],
    [240, 2_900],
    [1_000, 1_000],
    'KGM',
  ),
  family(
    trading,
    'Consumables',
    ['Label roll', 'Thermal ribbon', 'Cleaning kit'],
    ['25 mm', '38 mm', '50 mm', '76 mm', '102 mm', '110 mm', '152 mm', 'custom'],
    [180, 1_900],
    [120, 900],
  ),
  family(
    trading,
    'Accessories',
    ['Battery pack', 'Holster', 'Hand strap', 'Stylus', 'Power supply', 'Vehicle bracket'],
    ['HX-20', 'HX-40', 'HX-60', 'HX-80', 'RF', 'VT'],
    [450, 6_900],
    [40, 850],
  ),
  family(
    spare,
    'Service parts',
    [
      'Display glass',
      'Trigger kit',
      'Battery door',
      'Keypad',
      'Scan window',
      'Platen roller',
      'Fan',
      'Docking contact',
      'Cover set',
      'Speaker',
    ],
    ['kit 1', 'kit 2', 'kit 3', 'kit 4', 'kit 5'],
    [290, 8_800],
    [10, 500],
  ),
  family(
    'SERVICE',
    'Services',
    ['Maintenance', 'Warehouse management licence', 'Device management'],
    ['basic', 'standard', 'plus', 'premium'],
    [14_000, 120_000],
    [0, 0],
    'MON',
  ),
  family(
    'SERVICE',
    'Services',
    ['Service technician'],
    ['remote', 'on site', 'senior', 'weekend'],
    [4_000, 6_800],
    [0, 0],
    'HUR',
  ),
  family(
    'SERVICE',
    'Services',
    ['Training'],
    ['operators', 'administrators', 'trainers', 'refresher'],
    [52_000, 84_000],
    [0, 0],
    'DAY',
  ),
]
