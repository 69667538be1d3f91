-- Which sources bring applications, interviews and hires?
--
-- This is each application's own source. ats.candidates.source is that of the candidate's first application.
SELECT coalesce(a.custom_fields ->> 'source', '(none)') AS source,
       count(*) AS applications,
       count(*) FILTER (WHERE EXISTS (
         SELECT FROM ats.interviews i
         WHERE i.application_id = a.id AND NOT i.canceled AND i.remote_deleted_at IS NULL)) AS interviewed,
       count(*) FILTER (WHERE a.outcome = 'HIRED') AS hired,
       round(100.0 * count(*) FILTER (WHERE a.outcome = 'HIRED') / count(*), 1)::float8 AS hired_percent
FROM ats.applications a
WHERE a.account = :'account' AND a.remote_deleted_at IS NULL
GROUP BY 1
ORDER BY hired DESC, applications DESC, source;
