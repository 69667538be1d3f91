#!/bin/sh
# Makes Temporal's two databases, or brings their schemas up to the version of these tools. To be run before each start
# of the server; what is there already is left as it is. The schemas are inside of temporal-sql-tool.
# Environment: SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD, as temporal-sql-tool reads them.
set -eu
export SQL_PLUGIN=postgres12

set_up() {
  temporal-sql-tool --database "$1" create-database
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-name "postgresql/v12/$2"
}

set_up temporal temporal
set_up temporal_visibility visibility
