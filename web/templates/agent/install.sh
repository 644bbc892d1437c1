#!/bin/sh
# Installs the Cadastre agent of {{ server }} on Linux or macOS, enrols it and starts it.
# The enrolment token is read from standard input, where process lists do not see it:
#   printf '%s\n' TOKEN | sudo sh -c "$(curl -fsSL {{ server }}/agent/install.sh)"
# Behind it: install --disk-health lets the service ask disks how they are, which takes rights.
# CADASTRE_AGENT_FOLDER: where the program goes (/usr/local/lib/cadastre-agent).
set -eu

server={{ quoted_server }}
digest={{ digest }}
folder=${CADASTRE_AGENT_FOLDER:-/usr/local/lib/cadastre-agent}

fail() {
    echo "cadastre-agent: $*" >&2
    exit 1
}

# All of it is read before any of it runs: a script cut short does nothing.
main() {
    disk_health=no
    for word; do
        case $word in
        --disk-health) disk_health=yes ;;
        *) fail "unknown option $word; known: --disk-health" ;;
        esac
    done
    [ "$(id -u)" = 0 ] || fail "run this as root, for instance with sudo"
    python=$(command -v python3) || fail "Python 3.9 or newer is needed: install python3 first"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' ||
        fail "Python 3.9 or newer is needed; this is $("$python" --version)"
    IFS= read -r token || [ -n "$token" ] || fail "give the enrolment token on standard input"

    umask 022
    mkdir -p "$folder"
    new=$(mktemp "$folder/.new.XXXXXX")
    trap 'rm -f "$new"' EXIT
    echo "Fetching the agent from $server"
    curl -fsSL "$server/agent/{{ name }}" -o "$new" || fail "the agent could not be fetched"
    if command -v sha256sum >/dev/null; then sum="sha256sum"; else sum="shasum -a 256"; fi
    echo "$digest  $new" | $sum -c - >/dev/null 2>&1 || fail "what was fetched is damaged; try again"
    chmod 755 "$new"
    program=$folder/{{ name }}
    mv -f "$new" "$program"

    if [ "$(uname -s)" = Darwin ]; then
        # A Mac is read with psutil, which stays in an environment of the agent's own.
        "$python" -m venv "$folder/python" || fail "Python cannot make an environment"
        python=$folder/python/bin/python3
        "$python" -m pip install --quiet psutil || fail "psutil could not be installed"
    fi

    printf '%s\n' "$token" | "$python" "$program" enrol --server "$server" --token -{{ flags }}

    if [ -d /run/systemd/system ]; then
        cat >/etc/systemd/system/cadastre-agent.service <<UNIT
{% include "agent/unit.service" %}

UNIT
        systemctl daemon-reload
        systemctl enable cadastre-agent
        systemctl restart cadastre-agent
        echo "The agent runs as the service cadastre-agent."
        if [ "$disk_health" = yes ]; then
            "$python" "$program" disk-health on || echo "Try again: $python $program disk-health on"
        fi
    elif [ "$(uname -s)" = Darwin ]; then
        plist=/Library/LaunchDaemons/com.cadastre.agent.plist
        cat >"$plist" <<PLIST
{% include "agent/launchd.plist" %}

PLIST
        launchctl bootout system "$plist" 2>/dev/null || true
        launchctl bootstrap system "$plist"
        echo "The agent runs as the daemon com.cadastre.agent."
    else
        "$python" "$program" once
        echo "There is no systemd here. To go on reporting, let your init system start:"
        echo "  $python $program run"
    fi
}

main "$@"
