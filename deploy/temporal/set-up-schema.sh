#!/bin/sh
# Makes Temporal's two databases, or brings their schemas up to the version of these tools. To be run before each start
# of the server; it may be run again at any time. The schemas are inside of temporal-sql-tool.
# Environment: SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD, as temporal-sql-tool reads them.
set -eu
export SQL_PLUGIN=postgres12

for store in temporal visibility; do
  database=temporal
  [ "$store" = temporal ] || database=temporal_visibility
  temporal-sql-tool --database "$database" create-database
  # Only an empty database has no version yet.
  temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/$store" 2>/dev/null || {
    temporal-sql-tool --database "$database" setup-schema --version 0.0
    temporal-sql-tool --database "$database" update-schema --schema-name "postgresql/v12/$store"
  }
done
