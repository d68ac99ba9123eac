#!/bin/sh
# Prints the first Python, from 3.11 on, that can make a virtual environment; says what is missing when there is none.
too_old=''
no_venv=''
for name in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
    version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if ! "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        too_old="$name is Python $version"
    elif ! "$name" -c 'import ensurepip, venv' 2>/dev/null; then
        no_venv="$version"
    else
        command -v "$name"
        exit 0
    fi
done
{
    if [ -n "$no_venv" ]; then
        echo "Python $no_venv is here, but not the part of it that makes virtual environments."
        echo "On Debian and Ubuntu:  apt install python$no_venv-venv"
    else
        echo "Easel needs Python 3.11 or newer${too_old:+ ($too_old)}. Install one, or say where it is: make PYTHON=/path/to/python3"
    fi
} >&2
exit 1
