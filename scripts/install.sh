#!/bin/sh
# Makes .venv and installs a requirements file into it, unless that was done with this very content.
# Usage: scripts/install.sh requirements.txt|requirements-dev.txt
set -eu
cd "$(dirname "$0")/.."

wanted=$1
python=.venv/bin/python

# Prints the first Python that is new enough and can make environments.
find_python() {
    found=
    for name in python3.11 python3.12 python3.13 python3.14 python3 python; do
        version=$("$name" -c 'import platform; print(platform.python_version())' 2>/dev/null) || continue
        if ! "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            found="${found:-$name is $version}"
        elif ! "$name" -c 'import ensurepip, venv' 2>/dev/null; then
            found="$name cannot make environments"
        else
            command -v "$name"
            return
        fi
    done
    case ${found:-} in
        *environments) cure="install its venv module (on Debian: apt install python3-venv)" ;;
        *) cure="install Python 3.11 or later (on Debian: apt install python3 python3-venv; on macOS: brew install python@3.12)" ;;
    esac
    echo "Python 3.11 or later with venv is needed, but ${found:-no Python was found}: $cure, then try again." >&2
    return 1
}

# What .venv would hold: the content of the file and, for the development one, of the file that it includes.
checksum() {
    case $1 in
        requirements.txt) cksum <requirements.txt ;;
        *) cat requirements.txt "$1" | cksum ;;
    esac
}

stamp() { echo ".venv/.installed-$1"; }

if [ "$(cat "$(stamp "$wanted")" 2>/dev/null)" = "$(checksum "$wanted")" ] && "$python" -c '' 2>/dev/null; then
    exit 0
fi

if ! "$python" -m pip --version >/dev/null 2>&1; then
    maker=$(find_python)
    echo "Making .venv with $maker ..."
    "$maker" -m venv --clear .venv
fi
echo "Installing $wanted into .venv (the first time takes minutes) ..."
rm -f .venv/.installed-*
"$python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
echo "Compiling the search for this processor ..."
"$python" -m mnist_core.engines.fused
checksum "$wanted" >"$(stamp "$wanted")"
checksum requirements.txt >"$(stamp requirements.txt)" # every other file includes this one
