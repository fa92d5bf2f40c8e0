#!/bin/sh
# Prints the Chromium that the browser tests drive. With --install, fetches Debian's first where none is here.
set -eu

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

# Debian's package, where that may be done without asking for a password.
install_chromium() {
    command -v apt-get >/dev/null || return 1
    if [ "$(id -u)" -eq 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        return 1
    fi
    echo "Installing Debian's chromium ..." >&2
    $as_root apt-get update -qq >&2 &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
            chromium fonts-dejavu-core >&2
}

find_chromium && exit 0
if [ "${1:-}" = --install ] && install_chromium; then
    find_chromium && exit 0
fi
echo "The browser tests need Chromium, but there is none on the PATH:" \
    "install it (on Debian: apt install chromium; on macOS: brew install --cask chromium), then try again." >&2
exit 1
