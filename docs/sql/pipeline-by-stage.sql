-- How many candidates are in which stage of each open job, in the order of the job's stages?
--
-- Stages without anybody are shown, too. An application whose stage is not in its job's order is not.
SELECT j.name AS job, t.index, s.name AS stage, count(a.id) AS candidates
FROM ats.jobs j
JOIN ats.job_application_stages t ON t.job_id = j.id AND t.remote_deleted_at IS NULL
JOIN ats.application_stages s ON s.id = t.stage_id
LEFT JOIN ats.applications a ON a.job_id = j.id AND a.current_stage_id = t.stage_id
  AND a.outcome = 'PENDING' AND a.remote_deleted_at IS NULL
WHERE j.account = :'account' AND j.status = 'OPEN' AND j.remote_deleted_at IS NULL
GROUP BY j.id, j.name, t.index, s.name
ORDER BY j.name, j.id, t.index;
