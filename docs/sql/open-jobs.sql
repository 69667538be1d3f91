-- Which jobs are open, since when, how many apply, and who works on them?
SELECT j.name AS job, j.job_code, j.department, j.location ->> 'city' AS city,
       floor(extract(epoch FROM now() - j.opened_at) / 86400)::int AS days_open,
       (SELECT count(*) FROM ats.applications a
        WHERE a.job_id = j.id AND a.outcome = 'PENDING' AND a.remote_deleted_at IS NULL) AS in_pipeline,
       (SELECT string_agg(concat_ws(' ', u.first_name, u.last_name) || ' (' || lower(array_to_string(t.roles, ', ')) || ')',
                          '; ' ORDER BY u.last_name, u.first_name)
        FROM ats.job_hiring_team_members t JOIN ats.users u ON u.id = t.user_id
        WHERE t.job_id = j.id AND t.remote_deleted_at IS NULL) AS hiring_team
FROM ats.jobs j
WHERE j.account = :'account' AND j.status = 'OPEN' AND j.remote_deleted_at IS NULL
ORDER BY j.opened_at NULLS LAST, j.name;
