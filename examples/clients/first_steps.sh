#!/usr/bin/env bash
# From an empty folder to a decision, as a transcript: serve, first token, stubs, upload, allocation, reasons, decision. CI runs it.
#
#   examples/clients/first_steps.sh target/release/matcher
#
# PYTHON names a Python with examples/clients/python/requirements.txt (python3).
set -euo pipefail
matcher=$(realpath "${1:?usage: first_steps.sh MATCHER}")
root=$(realpath "$(dirname "$0")/../..")
python=$(realpath -s "$(command -v "${PYTHON:-python3}")")
folder=$(mktemp -d)
trap 'kill "${service:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
cd "$folder"
PATH=$(dirname "$matcher"):$PATH

# Tells a command and does it.
run() {
  printf '$ %s\n' "$*" >&2
  "$@"
}

# A part of the transcript must be there, or these steps do not hold any more.
has() {
  grep -Eq "$2" "$1" || { echo "first_steps.sh: nothing like \"$2\" was told" >&2; exit 1; }
}

[ -z "$(ls -A)" ]
echo '$ matcher serve --listen 127.0.0.1:0 &'
matcher serve --listen 127.0.0.1:0 >said 2>log &
service=$!
for _ in $(seq 100); do
  address=$(sed -n 's/^matcher serves on \([^,]*\),.*/\1/p' said)
  [ -n "$address" ] && grep -q "token create" said && break
  sleep 0.1
done
cat said
# The first start says how to make the first token.
has said "matcher token create --store .*matcher.db"

echo '$ export MATCHER_TOKEN=$(matcher token create --tenant a-town --role allocator --name "my name")'
MATCHER_TOKEN=$(matcher token create --tenant a-town --role allocator --name "my name")
export MATCHER_TOKEN

mkdir stubs
(cd "$root/proto" && run "$python" -m grpc_tools.protoc -I . --python_out="$folder/stubs" --grpc_python_out="$folder/stubs" matcher/v1/*.proto)
export PYTHONPATH=$folder/stubs
run "$python" "$root/examples/clients/python/client.py" "$root/matcher-core/data/demo-town" --address "$address" --decide | tee told
has told "^dataset ds_.* households apply for .* dwellings"
has told "^run run_.* SOLVE_STATUS_(OPTIMAL|GAP_LIMIT), .* proof "
has told ": offered"
has told "^judged again: accepted"
has told "^decision dec_.* goes to "

# What if: nothing of it is stored.
dataset=$(sed -n 's/^dataset \(ds_[^:]*\):.*/\1/p' told)
run "$python" "$root/examples/clients/python/what_if.py" "$dataset" "$root"/examples/scenarios/un-ascenseur.toml --address "$address" | tee what_if
has what_if "^un-ascenseur.toml: .* offered, objective "

# What was acknowledged is there after a stop and a start.
echo '$ kill %1; wait'
kill "$service"
wait "$service"
run matcher store verify matcher.db | tee verified
