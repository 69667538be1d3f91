-- How long does it take from application to hire, by department?
--
-- Gem sends no time of hire: the last activity of a hired application stands for it. An activity after the hire makes
-- it later than it was, so the median says more than the mean.
SELECT coalesce(j.department, '(none)') AS department,
       count(*) AS hires,
       round(extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY a.remote_updated_at - a.remote_created_at))
             / 86400, 1)::float8 AS median_days,
       round(extract(epoch FROM max(a.remote_updated_at - a.remote_created_at)) / 86400, 1)::float8 AS longest_days
FROM ats.applications a
LEFT JOIN ats.jobs j ON j.id = a.job_id
WHERE a.account = :'account' AND a.outcome = 'HIRED' AND a.remote_deleted_at IS NULL
GROUP BY 1
ORDER BY hires DESC, department;
