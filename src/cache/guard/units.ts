/** Canonical unit or currency by its words and short forms. */
export const UNITS = wordGroups(
  `usd: usd dollar dollars buck bucks
  eur: eur euro euros
  gbp: gbp quid
  jpy: jpy yen
  inr: inr rupee rupees rs
  cent: cent cents
  second: s sec secs seconds
  millisecond: ms millisecond milliseconds
  minute: min mins minute minutes
  hour: h hr hrs hour hours
  day: day days
  week: week weeks
  month: month months
  year: year years yr yrs
  kilogram: kg kilo kilos kilogram kilograms
  gram: g gram grams
  milligram: mg milligram milligrams
  pound: lb lbs pound pounds
  ounce: oz ounce ounces
  kilometre: km kilometre kilometres kilometer kilometers
  metre: m metre metres meter meters
  centimetre: cm centimetre centimetres centimeter centimeters
  millimetre: mm millimetre millimetres millimeter millimeters
  mile: mi mile miles
  foot: ft foot feet
  inch: inch inches
  litre: l litre litres liter liters
  millilitre: ml millilitre millilitres milliliter milliliters
  gigabyte: gb gigabyte gigabytes
  megabyte: mb megabyte megabytes
  terabyte: tb terabyte terabytes
  kilobyte: kb kilobyte kilobytes
  celsius: celsius centigrade
  fahrenheit: fahrenheit
  percent: percent percentage
  am: am
  pm: pm`,
);

/** What a unit measures, and how many of the smallest unit of its kind it is. Months and days have no common measure. */
const MEASURES: Readonly<Record<string, readonly [kind: string, size: number]>> = {
  millisecond: ['time', 1],
  second: ['time', 1000],
  minute: ['time', 60_000],
  hour: ['time', 3_600_000],
  day: ['time', 86_400_000],
  week: ['time', 604_800_000],
  month: ['calendar', 1],
  year: ['calendar', 12],
  milligram: ['mass', 1],
  gram: ['mass', 1000],
  kilogram: ['mass', 1_000_000],
  millimetre: ['length', 1],
  centimetre: ['length', 10],
  metre: ['length', 1000],
  kilometre: ['length', 1_000_000],
  millilitre: ['volume', 1],
  litre: ['volume', 1000],
  cent: ['dollars', 1],
  usd: ['dollars', 100],
};

/** Whether two amounts are the same, as 2 days and 48 hours are. */
export function isSameAmount(
  left: { readonly value: number; readonly unit: string },
  right: { readonly value: number; readonly unit: string },
): boolean {
  if (left.unit === right.unit || left.unit === '' || right.unit === '') return left.value === right.value;
  const [a, b] = [MEASURES[left.unit], MEASURES[right.unit]];
  return a !== undefined && b !== undefined && a[0] === b[0] && isClose(left.value * a[1], right.value * b[1]);
}

/** But for the rounding of the last digits. */
function isClose(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-9 * Math.max(Math.abs(left), Math.abs(right));
}

function wordGroups(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [unit = '', members = ''] = line.split(':');
    for (const word of members.trim().split(' ')) found.set(word, unit.trim());
  }
  return found;
}
