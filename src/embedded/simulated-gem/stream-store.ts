import { type GemObject, idOf, isObject, type StreamName } from './types.ts'

/** The objects of a stream that exist from the beginning, made when they are asked for. */
export interface Base {
  count: number
  generate(slot: number): GemObject
  /** The times of an object (NaN for null) without making it. */
  timesOf(slot: number): SlotTimes
  idAt(slot: number): string
  slotOf(id: string): number | undefined
}

export interface SlotTimes {
  created: number
  /** `updated_at`, or `last_activity_at` of an application. */
  updated: number
  /** `applied_at` of an application, else the same as `created`. */
  applied: number
  isDeleted: boolean
}

/**
 * One list of the account. An object has a slot for life. Times and marks of all slots are kept as numbers,
 * the objects themselves only if somebody changed or added them; all others are made anew on each read.
 */
export class StreamStore {
  readonly stream: StreamName
  /** Bodies that were put as they are: nothing is added to them when they are served. */
  readonly verbatim = new Set<number>()
  /** How many slots belong to the beginning; 0 once the whole list was replaced. */
  baseCount: number
  #base: Base
  #stored = new Map<number, unknown>()
  #extraIds = new Map<string, number>()
  #vanished = new Set<number>()
  #count: number
  #created: Float64Array
  #updated: Float64Array
  #applied: Float64Array
  #deleted: Uint8Array
  #order: Int32Array | null = null
  /** How many slots `#order` holds; the rest of it is room to grow. */
  #ordered = 0
  #isReplaced = false

  constructor(stream: StreamName, base: Base, options: { keepAll: boolean }) {
    this.stream = stream
    this.#base = base
    this.baseCount = base.count
    this.#count = base.count
    const capacity = base.count + 16
    this.#created = new Float64Array(capacity)
    this.#updated = new Float64Array(capacity)
    this.#applied = new Float64Array(capacity)
    this.#deleted = new Uint8Array(capacity)
    for (let slot = 0; slot < base.count; slot++) {
      this.#setTimes(slot, base.timesOf(slot))
      if (options.keepAll) this.#stored.set(slot, base.generate(slot))
    }
  }

  /** Slots ever given out, vanished ones included. */
  get slots(): number {
    return this.#count
  }

  createdAt = (slot: number) => this.#created[slot]!
  updatedAt = (slot: number) => this.#updated[slot]!
  appliedAt = (slot: number) => this.#applied[slot]!
  isDeleted = (slot: number) => this.#deleted[slot] === 1
  isVanished = (slot: number) => this.#vanished.has(slot)
  /** Whether the object is not the one of the beginning any more. */
  isStored = (slot: number) => this.#stored.has(slot)
  storedSlots = () => this.#stored.keys()

  /** The element at `slot`. Not to be changed: use `set`. */
  at(slot: number): unknown {
    return this.#stored.has(slot) ? this.#stored.get(slot) : this.#base.generate(slot)
  }

  idAt(slot: number): string | undefined {
    return this.#stored.has(slot) ? idOf(this.#stored.get(slot)) : this.#base.idAt(slot)
  }

  /** The slot of an id, vanished objects included. */
  find(id: string): number | undefined {
    const extra = this.#extraIds.get(id)
    if (extra !== undefined) return extra
    const slot = this.#base.slotOf(id)
    return slot !== undefined && slot < this.baseCount && this.idAt(slot) === id ? slot : undefined
  }

  /** The id that a new object at the next free slot gets. */
  nextId(): string {
    return this.#base.idAt(this.#count)
  }

  /** A generated object to make new ones from. */
  template(number: number): GemObject {
    return this.#base.count === 0 ? {} : this.#base.generate(number % this.#base.count)
  }

  set(slot: number, element: unknown): void {
    const before = this.idAt(slot)
    const id = idOf(element)
    this.#stored.set(slot, element)
    if (before !== id) {
      if (before !== undefined && this.#extraIds.get(before) === slot) this.#extraIds.delete(before)
      if (id !== undefined) this.#extraIds.set(id, slot)
    }
    this.#setTimes(slot, readTimes(element, this.#created[slot]!, this.stream))
  }

  /** Adds an element; `created` counts where it does not say itself when it was created. */
  append(element: unknown, created: number): number {
    const slot = this.#count++
    if (slot >= this.#created.length) this.#grow()
    this.#stored.set(slot, element)
    const id = idOf(element)
    if (id !== undefined) this.#extraIds.set(id, slot)
    this.#setTimes(slot, readTimes(element, created, this.stream))
    this.#extendOrder(slot)
    return slot
  }

  setVanished(slot: number, vanished: boolean): void {
    if (vanished) this.#vanished.add(slot)
    else this.#vanished.delete(slot)
  }

  /** Replaces the whole list by exactly these elements, in this order. */
  replaceAll(elements: readonly unknown[], created: number): void {
    this.#stored.clear()
    this.#extraIds.clear()
    this.#vanished.clear()
    this.verbatim.clear()
    this.#count = 0
    this.baseCount = 0
    this.#isReplaced = true
    this.#order = null
    for (const element of elements) this.verbatim.add(this.append(element, created))
  }

  /** All slots by creation time, then id; of a replaced list in the order given. */
  ordered(): Int32Array {
    this.#order ??= this.#sort()
    return this.#order.subarray(0, this.#ordered)
  }

  #sort(): Int32Array {
    const order = Int32Array.from({ length: this.#count }, (_, slot) => slot)
    this.#ordered = this.#count
    return this.#isReplaced ? order : order.sort((left, right) => this.#compare(left, right))
  }

  #compare(left: number, right: number): number {
    const difference = this.#created[left]! - this.#created[right]!
    if (difference !== 0) return difference
    return (this.idAt(left) ?? '') < (this.idAt(right) ?? '') ? -1 : 1
  }

  #extendOrder(slot: number): void {
    const order = this.#order
    if (order === null) return
    const last = order[this.#ordered - 1]
    const fits = last === undefined || this.#isReplaced || this.#compare(last, slot) < 0
    if (!fits) {
      this.#order = null
      return
    }
    if (this.#ordered === order.length) {
      this.#order = new Int32Array(order.length * 2 + 16)
      this.#order.set(order)
    }
    this.#order![this.#ordered++] = slot
  }

  #setTimes(slot: number, times: SlotTimes): void {
    if (this.#created[slot] !== times.created && slot < this.#ordered) this.#order = null
    this.#created[slot] = times.created
    this.#updated[slot] = times.updated
    this.#applied[slot] = times.applied
    this.#deleted[slot] = times.isDeleted ? 1 : 0
  }

  #grow(): void {
    const capacity = this.#created.length * 2
    const grown = (from: Float64Array) => {
      const to = new Float64Array(capacity)
      to.set(from)
      return to
    }
    this.#created = grown(this.#created)
    this.#updated = grown(this.#updated)
    this.#applied = grown(this.#applied)
    const deleted = new Uint8Array(capacity)
    deleted.set(this.#deleted)
    this.#deleted = deleted
  }
}

/** The times that an element states; `created` counts where it states none (applications never do). */
export function readTimes(element: unknown, created: number, stream: StreamName): SlotTimes {
  if (!isObject(element)) return { created, updated: created, applied: created, isDeleted: false }
  const stated = readTime(element.created_at)
  const isApplication = stream === 'applications'
  const own = isApplication || Number.isNaN(stated) ? created : stated
  return {
    created: own,
    updated: readTime(isApplication ? element.last_activity_at : element.updated_at),
    applied: isApplication ? readTime(element.applied_at) : own,
    isDeleted: element.deleted_at !== undefined && element.deleted_at !== null,
  }
}

function readTime(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : Number.NaN
}
