#!/usr/bin/env sh
# Trains a model from a folder or a file of data.
#
#   ./train.sh data/olist                       Olist's tables, known by their file names
#   ./train.sh my-events/ --preset retailrocket anything else: files of events; options go to `nextitem train`
#   ./train.sh --simulate                       or only options
set -eu

fail() {
  echo "train.sh: $1" >&2
  exit 1
}

command -v node >/dev/null || fail 'node is not installed. Get Node 20.19 or later.'
data=
case "${1-}" in
'') fail 'say where the data is: ./train.sh FOLDER [options of nextitem train]' ;;
-*) ;;
*)
  [ -e "$1" ] || fail "there is no file or folder $1"
  # An absolute path: it must mean the same after the change of folder below.
  data=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
  shift
  ;;
esac

here=$(cd "$(dirname "$0")" && pwd)
[ -d "$here/node_modules" ] || fail 'the packages are not installed. Run: npm install'
[ -f "$here/dist/cli/main.js" ] || fail 'nextitem is not built. Run: npm run build'

if [ -n "$data" ]; then
  if [ -e "$data/olist_orders_dataset.csv" ] || [ -e "$data/olist_orders_dataset.csv.gz" ]; then
    echo "Training from Olist's tables in $data" >&2
    set -- --olist "$data" "$@"
  else
    echo "Training from the events in $data" >&2
    # After the options: --events takes every word that follows it.
    set -- "$@" --events "$data"
  fi
fi
cd "$here"
exec npx nextitem train "$@"
