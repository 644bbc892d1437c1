#!/bin/sh
# `cadastre` on a server that deploy/cadastre.service runs: on its data, with its settings, as its
# user, whoever calls and from wherever. Installed as /usr/local/bin/cadastre by deploy/README.md.
set -eu

user=cadastre
program=/opt/cadastre/bin/cadastre
environment=/etc/cadastre/environment
# As in the unit.
export CADASTRE_SETTINGS=/etc/cadastre/cadastre.toml
export CADASTRE_HOME=/var/lib/cadastre
export CADASTRE_CACHE=/var/cache/cadastre

caller=$(id -un)
if [ "$caller" != root ] && [ "$caller" != "$user" ]; then
    printf '%s\n' "cadastre: its data belongs to the user $user; call it as root: sudo cadastre ..." >&2
    exit 1
fi

# Lines as systemd reads them: NAME=VALUE, perhaps in quotes. Nothing in them is carried out.
if [ -r "$environment" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in
            CADASTRE_*=*) ;;
            *) continue ;;
        esac
        name=${line%%=*}
        value=${line#*=}
        case $name in *[!A-Z_]*) continue ;; esac
        case $value in
            \"*\") value=${value#\"} value=${value%\"} ;;
            \'*\') value=${value#\'} value=${value%\'} ;;
        esac
        export "$name=$value"
    done <"$environment"
fi

[ "$caller" = "$user" ] && exec "$program" "$@"
exec runuser -u "$user" -- "$program" "$@"
