import { z } from 'zod'
import { boolean, jsonList, jsonObject, text as textColumn, time as timeColumn } from './columns.ts'
import { wholeList } from './custom-fields.ts'
import { emailAddresses, emailAddressSchema, gemEmailAddress } from './email-addresses.ts'
import { gemAnyObject, gemFlag, gemList, gemRecord, gemText, gemTime } from './gem-fields.ts'
import { integrationFields, integrationFieldsColumn } from './integration-fields.ts'
import { defineModel } from './model.ts'
import { gemPhoneNumber, phoneNumberSchema, phoneNumbers } from './phone-numbers.ts'
import { gemSocialMedia, socialMedia, socialMediaSchema } from './social-media.ts'
import { deletionMark, elements, text, time } from './values.ts'

/** Source: GET /ats/v0/candidates/ (gem-api.md 4.6). */
export const candidates = defineModel({
  table: 'candidates',
  comment: 'Candidates: people, each with any number of applications',
  gem: gemRecord({
    first_name: gemText,
    last_name: gemText,
    company: gemText,
    title: gemText,
    is_private: gemFlag,
    email_addresses: gemList(gemEmailAddress),
    phone_numbers: gemList(gemPhoneNumber),
    social_media_addresses: gemList(gemSocialMedia),
    tags: gemList(z.string()),
    educations: gemList(gemAnyObject),
    employments: gemList(gemAnyObject),
    linked_user_ids: gemList(z.string()),
    created_at: gemTime,
    updated_at: gemTime,
    deleted_at: gemTime,
  }),
  columns: {
    first_name: textColumn('First name'),
    last_name: textColumn('Last name'),
    company: textColumn('Current company'),
    title: textColumn('Current title'),
    confidential: boolean('Private in Gem'),
    phone_numbers: jsonList(
      "[{phone_number, type}] in Gem's order; type in capitals or null",
      phoneNumberSchema,
    ),
    email_addresses: jsonList(
      '[{email_address, type}], primary first, valid ones only; type in capitals (PRIVATE for personal) or null',
      emailAddressSchema,
    ),
    social_media: jsonList(
      '[{link, type, username}]; type LINKEDIN, GITHUB … by the host of link; a bare handle has no link',
      socialMediaSchema,
    ),
    custom_fields: jsonObject(
      '{tags, educations, employments, linked_user_ids}: as Gem sends them',
      z.object({
        tags: wholeList,
        educations: wholeList,
        employments: wholeList,
        linked_user_ids: wholeList,
      }),
    ),
    integration_fields: integrationFieldsColumn,
    remote_created_at: timeColumn('When it was created in Gem'),
    remote_updated_at: timeColumn('When it was last updated, according to Gem'),
  },
  references: {},
  derived: {
    source: textColumn('Name of the source of the first application (ats.applications.custom_fields)'),
  },
  embeds: 'applications',
  // Neither linked_user_ids, which say who it was, nor histories, tags and files.
  personal: {
    keeps: {
      ...{ id: true, application_ids: true, is_private: true },
      ...{ created_at: true, updated_at: true, last_activity: true, deleted_at: true },
    },
    columns: {
      ...{ first_name: null, last_name: null, company: null, title: null },
      ...{ phone_numbers: [], email_addresses: [], social_media: [], integration_fields: [] },
    },
    customFields: {
      keeps: {},
      emptied: { tags: [], educations: [], employments: [], linked_user_ids: [] },
    },
  },
}).mappedBy((candidate, context) => ({
  deleted: deletionMark(candidate.deleted_at, context),
  columns: {
    first_name: text(candidate.first_name),
    last_name: text(candidate.last_name),
    company: text(candidate.company),
    title: text(candidate.title),
    confidential: candidate.is_private ?? null,
    phone_numbers: phoneNumbers(elements(candidate.phone_numbers, 'phone_numbers', context)),
    email_addresses: emailAddresses(elements(candidate.email_addresses, 'email_addresses', context)),
    social_media: socialMedia(elements(candidate.social_media_addresses, 'social_media_addresses', context)),
    custom_fields: {
      tags: candidate.tags ?? [],
      educations: candidate.educations ?? [],
      employments: candidate.employments ?? [],
      linked_user_ids: candidate.linked_user_ids ?? [],
    },
    integration_fields: integrationFields('candidates', candidate, context),
    remote_created_at: time(candidate.created_at, 'created_at', context),
    remote_updated_at: time(candidate.updated_at, 'updated_at', context),
  },
  references: {},
  facts: null,
  pairs: [],
}))
