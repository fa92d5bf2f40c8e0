#!/bin/sh
# Prints the Chromium that the browser tests drive. With --install, fetches Debian's first where none is here.
set -eu
. "$(dirname "$0")/debian.sh"

find_chromium() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    for app in "/Applications/Chromium.app/Contents/MacOS/Chromium" \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -x "$app" ]; then
            echo "$app"
            return
        fi
    done
    return 1
}

find_chromium && exit 0
if [ "${1:-}" = --install ] && can_install && install_packages chromium fonts-dejavu-core; then
    find_chromium && exit 0
fi
echo "The browser tests need Chromium, but there is none on the PATH:" \
    "install it (on Debian: apt install chromium; on macOS: brew install --cask chromium), then try again." >&2
exit 1
