#!/bin/sh
# Prints the Octave that runs the lines of docs/layouts.md. With --install, fetches Debian's first where none is here.
set -eu
. "$(dirname "$0")/debian.sh"

command -v octave-cli && exit 0
if [ "${1:-}" = --install ] && can_install && install_packages octave; then
    command -v octave-cli && exit 0
fi
echo "The lines of docs/layouts.md for Octave are not run, as none is on the PATH:" \
    "install it (on Debian: apt install octave; on macOS: brew install octave), then try again." >&2
exit 1
