-- Why were applications declined in the last 365 days, and in which stage?
--
-- The type tells whose decision it was: in Gem, a candidate who drops out is a rejected application, too.
SELECT coalesce(a.custom_fields ->> 'rejection_reason_type', '(none)') AS type,
       coalesce(a.rejection_reason_name, '(none)') AS reason,
       coalesce(s.name, '(none)') AS stage,
       count(*) AS applications
FROM ats.applications a
LEFT JOIN ats.application_stages s ON s.id = a.current_stage_id
WHERE a.account = :'account' AND a.outcome = 'DECLINED' AND a.remote_deleted_at IS NULL
  AND a.rejected_at > now() - interval '365 days'
GROUP BY 1, 2, 3
ORDER BY applications DESC, type, reason, stage;
