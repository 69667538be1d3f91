#!/bin/sh
# Makes the namespace and the search attributes, where they are not there yet. It may be run again at any time.
# Environment: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, as the temporal CLI reads them; RETENTION of ended workflows.
set -eu

# The port answers before the server does.
attempts=0
until temporal operator cluster health >/dev/null 2>&1; do
  attempts=$((attempts + 1))
  [ "$attempts" -lt 60 ] || { echo "Temporal does not answer on $TEMPORAL_ADDRESS" >&2; exit 1; }
  sleep 1
done

temporal operator namespace describe "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --retention "$RETENTION" "$TEMPORAL_NAMESPACE"

# A namespace that is new is known to all parts of the server some seconds later.
attempts=0
until known=$(temporal operator search-attribute list 2>/dev/null); do
  attempts=$((attempts + 1))
  [ "$attempts" -lt 60 ] || { echo "the namespace $TEMPORAL_NAMESPACE cannot be used" >&2; exit 1; }
  sleep 1
done
for name in GemAccount GemSyncState; do
  echo "$known" | grep -qw "$name" || temporal operator search-attribute create --name "$name" --type Keyword
done
