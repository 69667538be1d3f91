import { z } from 'zod'
import { isJsonObject, type JsonObject } from '../json.ts'

/**
 * Forms of Gem's fields. Every field but `id` may be null or absent; a value of another JSON type than Gem's
 * rejects the record, so nothing here coerces.
 */
export const gemText = z.string().nullish()
export const gemTime = z.string().nullish()
export const gemFlag = z.boolean().nullish()
export const gemNumber = z.number().nullish()

/** An object that is stored whole: its fields are not looked at. */
export const gemAnyObject = z.custom<JsonObject>(isJsonObject, { params: { expected: 'object' } })
export const gemObject = gemAnyObject.nullish()

/** A list whose null elements are dropped (with a warning, see `elements`) or stored as sent. */
export const gemList = <Element extends z.ZodType>(element: Element) => z.array(element.nullable()).nullish()

/** An object of which only the given fields are mapped; others pass, whatever they hold. */
export const gemRecord = <Shape extends z.ZodRawShape>(shape: Shape) => z.object(shape)
