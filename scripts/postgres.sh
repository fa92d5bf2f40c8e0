#!/bin/sh
# Prints the folder of PostgreSQL's programs, which tests of the store start. With --install, fetches
# Debian's first where none is here.
set -eu
. "$(dirname "$0")/debian.sh"

find_postgres() {
    # The latest of Debian's or Homebrew's versions, which are not on the PATH.
    for folder in $(ls -d /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin \
        /usr/local/opt/postgresql@*/bin 2>/dev/null | sort -rV); do
        if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ]; then
            echo "$folder"
            return
        fi
    done
    initdb=$(command -v initdb) && command -v postgres >/dev/null && dirname "$initdb"
}

install_postgres() {
    can_install || return 1
    # The tests start a server of their own: none is to be made and started for the machine.
    as_root mkdir -p /etc/postgresql-common/createcluster.d &&
        echo "create_main_cluster = false" |
        as_root tee /etc/postgresql-common/createcluster.d/mnist-lab.conf >/dev/null &&
        install_packages postgresql
}

find_postgres && exit 0
if [ "${1:-}" = --install ] && install_postgres; then
    find_postgres && exit 0
fi
echo "The tests of the store need PostgreSQL, but there is none here:" \
    "install it (on Debian: apt install postgresql; on macOS: brew install postgresql@17), then try again." >&2
exit 1
