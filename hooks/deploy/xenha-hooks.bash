# bash completion for xenha-hooks                       -*- shell-script -*-

_xenha_hooks() {
    local cur prev flag value
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
            mapfile -t COMPREPLY < <(compgen -W "127.0.0.1:10046 :10046" -- "$value")
            return
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "--config.file= --config.check --log.level= --log.format=
        --web.listen-address= --web.config.file= --version --help" -- "$cur")
    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
}

complete -F _xenha_hooks xenha-hooks
