#!/bin/sh
# Prints where nginx is, which tests put in front of the app. With --install, fetches Debian's first where none is here.
set -eu
. "$(dirname "$0")/debian.sh"

find_nginx() {
    # Debian's is not on the path of those who are not root.
    for program in nginx /usr/sbin/nginx; do
        command -v "$program" && return
    done
    return 1
}

install_nginx() {
    can_install && install_packages nginx-light || return 1
    # The tests start a server of their own: Debian's would serve its welcome page from here on.
    as_root service nginx stop >/dev/null 2>&1 || true
    as_root update-rc.d nginx disable >/dev/null 2>&1 || true
}

find_nginx && exit 0
if [ "${1:-}" = --install ] && install_nginx; then
    find_nginx && exit 0
fi
echo "The tests of a server need nginx, but there is none here: install it (on Debian: apt install nginx-light;" \
    "on macOS: brew install nginx), then try again." >&2
exit 1
