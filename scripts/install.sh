#!/bin/sh
# Installs the project into a virtual environment: install.sh VENV REQUIREMENT
# CMAKE_ARGS, if set, holds the build options of llama.cpp; VENV/cmake-args records the last ones.
set -eu

venv=$1
requirement=$2
recorded=$venv/cmake-args

python=$(sh scripts/prerequisites.sh)

# An environment that is rebuilt keeps the build options it had.
before=$(cat "$recorded" 2>/dev/null || true)

is_broken() {
    ! "$venv/bin/python" -c 'import pip' >/dev/null 2>&1 ||
        { [ -e "$venv/installed" ] && ! "$venv/bin/python" -I scripts/sound.py "$venv" >/dev/null 2>&1; }
}

if is_broken; then
    [ ! -e "$venv" ] || echo "The virtual environment in $venv cannot be used: it was moved, or its Python is gone."
    echo "Making the virtual environment in $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

version_of() {
    "$venv/bin/python" -c 'import sys; from importlib.metadata import version; print(version(sys.argv[1]))' "$1" \
        2>/dev/null || true
}

pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }

if ! "$venv/bin/python" -c 'import llama_cpp' >/dev/null 2>&1; then
    echo "Building llama.cpp from source takes some five minutes the first time; pip keeps the result."
fi
: "${CMAKE_BUILD_PARALLEL_LEVEL:=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)}"
export CMAKE_BUILD_PARALLEL_LEVEL

pip install --quiet --upgrade pip

# A build with options is repeated when the options or the version change. It never comes from pip's cache,
# which does not know builds with different options apart. It stays until other options are given.
options=${CMAKE_ARGS:-$before}
pinned=$(sed -n 's/^ *"llama-cpp-python==\([^"]*\)".*/\1/p' pyproject.toml)
if [ -n "$options" ] && { [ "$options" != "$before" ] || [ "$pinned" != "$(version_of llama-cpp-python)" ]; }; then
    echo "Building llama-cpp-python $pinned with CMAKE_ARGS=$options"
    rm -f "$recorded"
    CMAKE_ARGS=$options pip install --no-cache-dir --force-reinstall --no-deps \
        --no-binary llama-cpp-python "llama-cpp-python==$pinned"
    printf '%s\n' "$options" >"$recorded"
fi

pip install --quiet --editable "$requirement"
