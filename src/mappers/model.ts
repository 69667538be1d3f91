import type { z } from 'zod'
import type { JoinTable, MainTable } from '../streams.ts'
import type { Columns, ValuesOf } from './columns.ts'

/** A field of `remote_data` that an account's settings pick out into `integration_fields`. */
export interface IntegrationField {
  readonly model: MainTable
  readonly key: string
  readonly label: string
  /** JSONPath (RFC 9535) into `remote_data`. */
  readonly path: string
}

/** What of an account's settings decides how a record is mapped. */
export interface MappingSettings {
  /** Path of the public job board, e.g. `acme` in https://jobs.gem.com/acme; null: no posting has a URL. */
  readonly jobBoard: string | null
  readonly integrationFields: readonly IntegrationField[]
}

/** What a mapper may use besides the record. It holds no clock and does no I/O. */
export interface MappingContext {
  readonly settings: MappingSettings
  /** Counts something odd that does not stop the record; `what` names the field, never its value. */
  warn(what: string): void
  /** A parent's id if a row could have it, else null: an id that PostgreSQL cannot store names nobody. */
  reference(id: string | null | undefined): string | null
  /** Gem's id of the record in which this copy was embedded (a candidate's application), else null. */
  readonly holder: string | null
}

/** Gem's own mark of deletion. `at` is null where the time could not be read: deleted all the same. */
export interface DeletionMark {
  readonly at: string | null
}

/** A reference that other records decide. */
export interface DerivedReference {
  readonly postgres: 'uuid'
  readonly references: MainTable
  readonly comment: string
}

/** A row of a join table that the record asks for, besides the record itself. */
export interface Pair {
  /** Gem's id of the other parent. */
  readonly parent: string
  readonly roles?: readonly string[]
}

/**
 * What of a model is about a person, and goes when retention redacts a deleted candidate. Of Gem's object only the
 * fields that are named stay, at every level, so that one that Gem adds later goes as well.
 */
export interface PersonalData<C extends Columns = Columns> {
  /** Fields of `remote_data` that stay: ids, references, times, states. */
  readonly keeps: KeptFields
  /** Columns with what they become. */
  readonly columns: Partial<ValuesOf<C>>
  /** Of `custom_fields`: what stays, and keys with what they become. */
  readonly customFields?: {
    readonly keeps: KeptFields
    readonly emptied: Readonly<Record<string, unknown>>
  }
}

/** Fields that stay of an object, or of each object of a list: `true` for a plain value or a list of such, else what stays of it. */
export interface KeptFields {
  readonly [field: string]: true | KeptFields
}

/** A record as its row wants to be. References are Gem's ids: whether the parent has a row is for the database to say. */
export interface Mapped<C extends Columns, References extends string, Facts> {
  readonly deleted: DeletionMark | null
  readonly columns: ValuesOf<C>
  readonly references: Record<References, string | null>
  /** What computed values of other rows need to know, and no column holds. Null: nothing. */
  readonly facts: Facts | null
  /** Wanted rows of the model's join table; each `parent` once. */
  readonly pairs: readonly Pair[]
}

/**
 * One of the seven main models: everything that is particular to it. The registry, the migrations' checks, the
 * page commit and the contract suite read this declaration; none of them knows a model by name.
 */
export interface Model<
  Gem extends z.ZodType = z.ZodType,
  C extends Columns = Columns,
  References extends string = string,
  Facts = unknown,
> {
  readonly table: MainTable
  /** COMMENT ON TABLE. */
  readonly comment: string
  /** What Gem sends, as far as it is mapped: `id` and the fields that `map` reads; other fields pass. */
  readonly gem: Gem
  /** Columns that the record itself decides. */
  readonly columns: C
  /** Uuid columns that the record decides, with the table of the parent. */
  readonly references: Record<References, MainTable>
  /** Columns that other records decide: written by src/database/derived, never by a page's own rows. */
  readonly derived: Columns | Record<string, DerivedReference>
  /** The join table whose rows this model's records ask for, if there is one. */
  readonly join?: {
    readonly table: JoinTable
    readonly owner: string
    readonly parent: string
    readonly parentTable: MainTable
  }
  /** Field with embedded records, which are rows of their own: `remote_data` leaves it out, `map` does not see it. */
  readonly embeds?: string
  /** Field that names the holder of an embedded copy, and that such a copy may leave out. */
  readonly heldBy?: string
  /** Absent where no row is about a candidate. */
  readonly personal?: PersonalData<C>
  /** Columns that change when a record is proven to be gone without Gem's mark. */
  readonly whenGone?: Partial<ValuesOf<C>>
  /** Pure: same record, settings and context give an equal result. */
  map(record: z.infer<Gem>, context: MappingContext): Mapped<C, References, Facts>
}

/**
 * Declares a model in two steps, so that the compiler knows the columns before it checks what the mapping returns.
 *
 * @example defineModel({ table: 'users', … }).mappedBy((user, context) => ({ deleted, columns, … }))
 */
export function defineModel<Gem extends z.ZodType, C extends Columns, References extends string = never>(
  declaration: Omit<Model<Gem, C, References>, 'map'>,
) {
  return {
    mappedBy<Facts>(
      map: (record: z.infer<Gem>, context: MappingContext) => Mapped<C, References, Facts>,
    ): Model<Gem, C, References, Facts> {
      return { ...declaration, map }
    },
  }
}
