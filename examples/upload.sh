#!/usr/bin/env bash
# Uploads pictures if all were cleared, else none: copies them, asks the gate about the copies, and uploads the copies.
#
#     UPLOAD="my-uploader --album 7" examples/upload.sh CLEARANCE PICTURE...
#
# UPLOAD is the command that uploads one picture; its path is added at the end. Because the copies are what is checked
# and what is uploaded, it does not matter if somebody changes a picture in between. Exits as the gate does: 1 where a
# picture must not go out, 2 where the gate cannot tell. 2 too where the uploader fails: the rest is not uploaded then.
# SCREENING_PIPELINE names the policy in force.
set -euo pipefail
umask 077
if [ "$#" -lt 2 ] || [ -z "${UPLOAD:-}" ]; then
    echo "upload.sh: usage: UPLOAD=command upload.sh CLEARANCE PICTURE..." >&2
    exit 2
fi
clearance=$1
shift
folder=$(mktemp -d) || exit 2
trap 'rm -rf "$folder"' EXIT
copies=()
for picture in "$@"; do
    place=$(mktemp -d "$folder/XXXXXXXX") || exit 2 # a folder each: two pictures may have one name
    cp -- "$picture" "$place/" || exit 2
    copies+=("$place/${picture##*/}")
done
screening gate --clearance "$clearance" --pipeline "${SCREENING_PIPELINE:-default}" -- "${copies[@]}"
for copy in "${copies[@]}"; do
    $UPLOAD "$copy" || exit 2
done
