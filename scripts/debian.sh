#!/bin/sh
# Debian's packages, where they may be installed without asking for a password. Other scripts read this one.

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
    command -v apt-get >/dev/null && as_root true 2>/dev/null
}

install_packages() {
    echo "Installing Debian's $* ..." >&2
    as_root apt-get update -qq >&2 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}
