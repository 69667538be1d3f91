"""The same lists by dlt, tuned: streams in parallel, normalised by two processes, loaded as CSV, merged by upsert.

Arguments: base URL, API key, database URL, folder for its state, and the lists as JSON [{table, url}].
"""

import json
import os
import sys

os.environ.update(
    {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
        "EXTRACT__WORKERS": "7",
        "NORMALIZE__WORKERS": "2",
        "LOAD__WORKERS": "7",
        "DATA_WRITER__BUFFER_MAX_ITEMS": "5000",
        "DATA_WRITER__FILE_MAX_ITEMS": "50000",
    }
)

import dlt  # noqa: E402  (it reads its settings when it is imported)
import requests  # noqa: E402

base_url, api_key, database_url, folder, lists = sys.argv[1:6]
per_page = 500


def resource_of(table, url):
    session = requests.Session()
    session.headers["x-api-key"] = api_key

    @dlt.resource(
        name=table,
        primary_key="id",
        write_disposition={"disposition": "merge", "strategy": "upsert"},
        parallelized=True,
        max_table_nesting=0,
    )
    def rows():
        page = 1
        while True:
            records = session.get(f"{base_url}{url}&page={page}&per_page={per_page}").json()
            yield records
            if len(records) < per_page:
                return
            page += 1

    return rows()


pipeline = dlt.pipeline(
    "bench",
    destination=dlt.destinations.postgres(database_url),
    dataset_name="raw",
    pipelines_dir=folder,
)
print(json.dumps("ready"), flush=True)
sys.stdin.readline()
info = pipeline.run([resource_of(**one) for one in json.loads(lists)], loader_file_format="csv")
info.raise_on_failed_jobs()
print(json.dumps("done"), flush=True)
sys.stdin.readline()
