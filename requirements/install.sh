#!/bin/sh
# Bring .venv to what the lock files say; silent when it is there already.
#
#   requirements/install.sh run     what running from the source tree needs
#   requirements/install.sh dev     that, and everything the tests and linters need (the default)
#   requirements/install.sh node    Node.js from PyPI, for machines that have none
#
# PYTHON names the interpreter to build the environment with; python3.11 or python3 otherwise.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-dev}
environment=.venv
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '==> %s\n' "$*"; }
stop() { printf '%s\n' "$*" >&2; exit 1; }

find_python() {
    for candidate in ${PYTHON:-python3.11 python3}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    stop "Cadastre needs Python 3.11 or newer: run 'apt-get install python3 python3-venv' as root."
}

make_environment() {
    python=$(find_python)
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        stop "Python cannot make an environment here: run 'apt-get install python3-venv' as root."
    say "making $environment with $("$python" --version)"
    rm -rf "$environment"
    "$python" -m venv "$environment"
}

# What has to be equal for an installation to be the one these files describe.
fingerprint() {
    { "$environment/bin/python" --version; pwd; cat "$@"; } | sha256sum
}

is_current() { # stamp, files
    stamp=$1
    shift
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(fingerprint "$@")" ]
}

install_locked() { # requirement files
    for lock in "$@"; do
        set -- "$@" -r "$lock"
        shift
    done
    # Everything is pinned with its hash, so there is nothing to resolve.
    "$environment/bin/python" -m pip install --require-hashes --no-deps "$@"
}

link_projects() {
    set -- -e .
    [ -f deploy/agent/pyproject.toml ] && set -- "$@" -e deploy/agent
    "$environment/bin/python" -m pip install --quiet --no-deps --no-index --no-build-isolation "$@"
    # The agent's project lies in another folder, so hatchling copies the package even into a link;
    # the copy would hide the tree, which the other link already covers.
    rm -rf "$environment"/lib/python3*/site-packages/agent
}

"$environment/bin/python" -c '' 2>/dev/null || make_environment

projects=pyproject.toml
[ -f deploy/agent/pyproject.toml ] && projects="$projects deploy/agent/pyproject.toml"
case $kind in
    run) locks="requirements/run.txt requirements/build.txt" ;;
    dev) locks="requirements/dev.txt" ;;
    node) locks="requirements/node.txt" ;;
    *) stop "requirements/install.sh knows run, dev and node, not '$kind'." ;;
esac

# The development environment holds all the others. (The lists are lists, hence unquoted.)
# shellcheck disable=SC2086
if is_current "$environment/.installed-$kind" $locks $projects ||
    is_current "$environment/.installed-dev" requirements/dev.txt $projects; then exit 0; fi

# shellcheck disable=SC2086
say "installing $(cat $locks | grep -c '==') packages"
# shellcheck disable=SC2086
install_locked $locks
if [ "$kind" != node ]; then
    say "linking this source tree into $environment"
    link_projects
fi
# shellcheck disable=SC2086
fingerprint $locks $projects >"$environment/.installed-$kind"
