#!/bin/sh
# The password of the database comes from a file, so that it is neither in an image nor in a command line.
set -eu
if [ -r /run/secrets/db-password ]; then
  PGPASSWORD=$(cat /run/secrets/db-password)
  export PGPASSWORD
fi
exec node /opt/wolfi-repro/dist/bin/wolfi-repro.js "$@"
