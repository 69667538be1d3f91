import { z } from 'zod'
import { compileJsonPath } from '../mappers/integration-fields.ts'
import { mainTables } from '../streams.ts'

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine(
      (value) => value.isWellFormed() && !value.includes('\0'),
      'holds a character that cannot be stored',
    )

const jsonPath = text(500).superRefine((path, context) => {
  try {
    compileJsonPath(path)
  } catch (error) {
    const [why] = (error as Error).message.split('\n')
    context.addIssue({ code: 'custom', message: `is not a JSONPath (RFC 9535) such as $.custom_id: ${why}` })
  }
})

const field = z.strictObject({ model: z.enum(mainTables), key: text(100), label: text(200), path: jsonPath })

/** What `integrationFields` may be: each key once a model. */
export const integrationFieldsSchema = z
  .array(field)
  .max(100)
  .superRefine((fields, context) => {
    const seen = new Set<string>()
    for (const [index, { model, key }] of fields.entries()) {
      const name = JSON.stringify([model, key])
      if (seen.has(name)) {
        context.addIssue({ code: 'custom', path: [index, 'key'], message: `is there twice for ${model}` })
      }
      seen.add(name)
    }
  })
