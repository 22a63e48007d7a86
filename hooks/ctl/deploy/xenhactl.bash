# bash completion for xenhactl                          -*- shell-script -*-

# Names of the pools of the config file: entries of the list under the key pools, however it is laid out.
_xenhactl_pools() {
    local file=/etc/xenha/xenha.yml i
    for ((i = 1; i < ${#COMP_WORDS[@]} - 1; ++i)); do
        [[ ${COMP_WORDS[i]} == --config.file ]] || continue
        file=${COMP_WORDS[i + 1]}
        [[ $file == "=" ]] && file=${COMP_WORDS[i + 2]-}
    done
    [[ -r $file ]] || return
    awk '/^[a-z{]/ { inside = /^[{]? *pools:/ }
        inside {
            sub(/(^| )#.*/, "")
            sub(/cloudstack: *[[].*/, "")
            while (match($0, /(^|[ ,{-])name: *["\047]?[A-Za-z0-9_.-]+/)) {
                name = substr($0, RSTART, RLENGTH)
                $0 = substr($0, RSTART + RLENGTH)
                sub(/.*name: *["\047]?/, "", name)
                print name
            }
        }' "$file"
}

_xenhactl() {
    local cur prev flag value word i
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()

    # bash splits --flag=value into three words.
    if [[ $cur == "=" ]]; then
        flag=$prev value=
    elif [[ $prev == "=" ]]; then
        flag=${COMP_WORDS[COMP_CWORD - 2]} value=$cur
    else
        flag=$prev value=$cur
    fi
    case $flag in
        --config.file)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$value")
            return
            ;;
        --output)
            mapfile -t COMPREPLY < <(compgen -W "table json" -- "$value")
            return
            ;;
        --log.level)
            mapfile -t COMPREPLY < <(compgen -W "debug info warn error" -- "$value")
            return
            ;;
        --log.format)
            mapfile -t COMPREPLY < <(compgen -W "logfmt json" -- "$value")
            return
            ;;
        --for)
            mapfile -t COMPREPLY < <(compgen -W "30m 1h 4h 1d" -- "$value")
            return
            ;;
        --limit | --reason | --new-master) return ;;
    esac

    # The words that are neither flags nor their values: the command, then the pool.
    local -a words=()
    for ((i = 1; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        case $word in
            --config.file | --output | --log.level | --log.format | --for | --limit | --reason | --new-master)
                [[ ${COMP_WORDS[i + 1]-} == "=" ]] && ((++i))
                ((++i))
                ;;
            -* | =) ;;
            *) words+=("$word") ;;
        esac
    done

    local common="--config.file= --config.check --output= --log.level= --log.format= --version --help" own=""
    case ${words[0]-} in
        doctor) own="--strict" ;;
        failovers | decisions) own="--limit=" ;;
        journal) own="--limit= --verify" ;;
        pause) own="--reason= --for= --on-pool --plan --yes" ;;
        resume) own="--on-pool --plan --yes" ;;
        latency) own="--plan --yes" ;;
        ha)
            own="--plan --yes --override-mark"
            [[ ${words[1]-} == enable ]] && own+=" --heartbeat-on-primary-storage --heartbeat-sr-changed"
            ;;
        host)
            local off="--another-host-is-down --another-host-is-out --vms-cannot-leave --statefile-lost --during-upgrade"
            own="--plan --yes --no-cloudstack --heartbeat-on-primary-storage"
            case ${words[1]-} in
                restart | shutdown) own+=" $off --without-ha --override-mark --new-master=" ;;
                resume) own+=" $off" ;;
                *) own+=" --without-ha --override-mark" ;;
            esac
            ;;
    esac
    if [[ $cur == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$own $common" -- "$cur")
        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
        return
    fi

    case "${#words[@]} ${words[0]-}" in
        "0 ")
            mapfile -t COMPREPLY < <(compgen -W "status doctor failovers explain decisions journal pause resume clear latency
                pin ha host" -- "$cur")
            ;;
        "1 latency" | "1 ha") mapfile -t COMPREPLY < <(compgen -W "enable disable" -- "$cur") ;;
        "1 host") mapfile -t COMPREPLY < <(compgen -W "recover restart shutdown return resume" -- "$cur") ;;
        "1 status" | "1 doctor" | "1 failovers" | "1 explain" | "1 decisions" | "1 journal" | "1 pause" | "1 resume" | \
            "1 clear" | "1 pin" | "2 latency" | "2 ha" | "2 host")
            mapfile -t COMPREPLY < <(compgen -W "$(_xenhactl_pools)" -- "$cur")
            ;;
    esac
}

complete -F _xenhactl xenhactl
