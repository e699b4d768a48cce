#!/bin/sh
# Names everything that is missing before anything is built, and prints the Python to use.
# The variables PYTHON, CC and CXX name other programs than the usual ones.

missing=""
packages=""

need() { # what is missing, apt, dnf, pacman, apk, brew
    missing="$missing
  - $1"
    if command -v apt-get >/dev/null 2>&1; then packages="$packages $2"
    elif command -v dnf >/dev/null 2>&1; then packages="$packages $3"
    elif command -v pacman >/dev/null 2>&1; then packages="$packages $4"
    elif command -v apk >/dev/null 2>&1; then packages="$packages $5"
    elif command -v brew >/dev/null 2>&1; then packages="$packages $6"
    fi
}

first_of() { # the first program that exists
    for program in "$@"; do
        if command -v "$program" >/dev/null 2>&1; then
            echo "$program"
            return
        fi
    done
}

is_recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

compiles() { # compiler, language, source
    folder=$(mktemp -d) || return 1
    printf '%s\n' "$3" | "$1" -x "$2" - -o "$folder/program" >/dev/null 2>&1
    result=$?
    rm -rf "$folder"
    return $result
}

python=""
for program in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if command -v "$program" >/dev/null 2>&1 && is_recent "$program"; then
        python=$program
        break
    fi
done
if [ -z "$python" ]; then
    need "Python 3.11 or newer (as ${PYTHON:-python3}; set PYTHON=... to name another)" \
        "python3 python3-venv" python3 python python3 python
elif ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    need "the venv and ensurepip modules of $python" "$version-venv" python3-pip python py3-pip python
fi

cc=${CC:-$(first_of cc gcc clang)}
if [ -z "$cc" ] || ! compiles "$cc" c 'int main(void) { return 0; }'; then
    need "a C compiler that works" build-essential gcc base-devel build-base gcc
fi

cxx=${CXX:-$(first_of c++ g++ clang++)}
if [ -z "$cxx" ] || ! compiles "$cxx" c++ '#include <vector>
int main() { return static_cast<int>(std::vector<int>().size()); }'; then
    need "a C++ compiler that works, with its standard library" build-essential gcc-c++ base-devel build-base gcc
fi

if ! command -v cmake >/dev/null 2>&1; then
    need "CMake" cmake cmake cmake cmake cmake
fi

if [ -z "$missing" ]; then
    echo "$python"
    exit 0
fi

echo "Before egcfg-tui can be built, this machine needs:$missing" >&2
packages=$(echo "$packages" | tr ' ' '\n' | awk 'NF && !seen[$0]++' | tr '\n' ' ')
if [ "$(uname -s)" = Darwin ] && ! xcode-select -p >/dev/null 2>&1; then
    echo "Compilers on macOS: xcode-select --install" >&2
fi
if [ -n "$packages" ]; then
    if command -v apt-get >/dev/null 2>&1; then command="sudo apt-get install"
    elif command -v dnf >/dev/null 2>&1; then command="sudo dnf install"
    elif command -v pacman >/dev/null 2>&1; then command="sudo pacman -S"
    elif command -v apk >/dev/null 2>&1; then command="sudo apk add"
    else command="brew install"
    fi
    echo "Usually: $command $packages" >&2
fi
exit 1
