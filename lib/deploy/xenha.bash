# bash completion for xenha-exporter and xenha-hooks          -*- shell-script -*-
# The flags are those that the program's own --help names; only what may follow them stands here.

_xenha_daemon() {
    local cur prev flag value flags
    cur=${COMP_WORDS[COMP_CWORD]}
    prev=${COMP_WORDS[COMP_CWORD - 1]}

    # bash splits --flag=value into three words.
    if [[ $cur == "=" ]]; then
        flag=$prev value=
    elif [[ $prev == "=" ]]; then
        flag=${COMP_WORDS[COMP_CWORD - 2]} value=$cur
    else
        flag=$prev value=$cur
    fi

    case $flag in
        --config.file | --web.config.file)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$value")
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
        --web.listen-address)
            case $1 in
                *xenha-hooks) mapfile -t COMPREPLY < <(compgen -W "127.0.0.1:10046 :10046" -- "$value") ;;
                *) mapfile -t COMPREPLY < <(compgen -W ":10045 127.0.0.1:10045" -- "$value") ;;
            esac
            return
            ;;
        --web.telemetry-path)
            mapfile -t COMPREPLY < <(compgen -W "/metrics" -- "$value")
            return
            ;;
    esac
    flags=$("$1" --help 2>/dev/null | sed -nE 's/^  (--[a-z.-]+=?).*/\1/p')
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$cur")
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
}

complete -F _xenha_daemon xenha-exporter xenha-hooks
