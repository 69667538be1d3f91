/**
 * Objects of one shape by their members: lists of equal length. On the way between threads the names of thousands of
 * objects would cost several times as much as what they hold.
 */
export type Columns<T> = { readonly [Name in keyof T]: readonly T[Name][] }

/** @param others members that are left out */
export function toColumns<T extends object, Others extends keyof T = never>(
  objects: readonly T[],
  others: readonly Others[] = [],
): Columns<Omit<T, Others>> {
  const names = (Object.keys(objects[0] ?? {}) as Others[]).filter((name) => !others.includes(name))
  const columns = names.map((name) => [name, objects.map((object) => object[name])])
  return Object.fromEntries(columns) as Columns<Omit<T, Others>>
}

/** @param count of the objects, which may have no members */
export function fromColumns<T extends object>(columns: Columns<T>, count: number): T[] {
  const names = Object.keys(columns) as (keyof T)[]
  const lists = names.map((name) => columns[name])
  const objects: T[] = []
  for (let index = 0; index < count; index++) {
    const object = {} as Record<keyof T, unknown>
    for (let member = 0; member < names.length; member++)
      object[names[member] as keyof T] = lists[member]?.[index]
    objects.push(object as T)
  }
  return objects
}
