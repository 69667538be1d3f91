-- Whose application has stood still for 14 days, without an interview ahead?
SELECT concat_ws(' ', c.first_name, c.last_name) AS candidate, j.name AS job, s.name AS stage,
       floor(extract(epoch FROM now() - a.remote_updated_at) / 86400)::int AS days_quiet
FROM ats.applications a
JOIN ats.candidates c ON c.id = a.candidate_id AND c.remote_deleted_at IS NULL
LEFT JOIN ats.jobs j ON j.id = a.job_id
LEFT JOIN ats.application_stages s ON s.id = a.current_stage_id
WHERE a.account = :'account' AND a.outcome = 'PENDING' AND a.remote_deleted_at IS NULL
  AND a.remote_updated_at < now() - interval '14 days'
  AND NOT EXISTS (
    SELECT FROM ats.interviews i
    WHERE i.application_id = a.id AND i.starting_at > now() AND NOT i.canceled AND i.remote_deleted_at IS NULL)
ORDER BY days_quiet DESC, candidate;
