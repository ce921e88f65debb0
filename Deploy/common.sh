# Shared by Deploy/run and Deploy/test: what a fresh Debian 12 lacks, and where the build is.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

# The toolchain is the one thing that cannot come from Debian: say how to get it and change nothing.
need_swift() {
  if ! command -v swift >/dev/null 2>&1; then
    for candidate in /opt/swift/usr/bin /usr/local/swift/usr/bin "$HOME/.local/share/swiftly/bin"; do
      if [ -x "$candidate/swift" ]; then
        PATH="$candidate:$PATH"
        return
      fi
    done
    say "weir needs Swift 6.2 or newer, and no 'swift' was found. Nothing was changed."
    say ""
    say "To get it on Debian 12 (amd64 or arm64):"
    say "  curl -O https://download.swift.org/swiftly/linux/swiftly-\$(uname -m).tar.gz"
    say "  tar xzf swiftly-\$(uname -m).tar.gz && ./swiftly init"
    say "then open a new shell and run this command again."
    exit 1
  fi
  local version
  version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9]+\.[0-9]+' | head -n 1)
  if [ -n "$version" ] && [ "$(printf '%s\n6.2\n' "$version" | sort -V | head -n 1)" != 6.2 ]; then
    say "weir needs Swift 6.2 or newer; this is $version. Nothing was changed."
    say "Install a newer one: swiftly install latest   (https://www.swift.org/install/linux/)"
    exit 1
  fi
}

# Installs the Debian packages of the arguments that are missing.
need_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing: ${missing[*]}"
  local sudo=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { say "please run as root once, or install: ${missing[*]}"; exit 1; }
    sudo=sudo
  fi
  $sudo apt-get update -qq >&2
  # Debian starts a mosquitto of its own on installation; the gateway brings its own configuration.
  local had_mosquitto=no
  command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ] && had_mosquitto=yes
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
  if [ "$had_mosquitto" = no ] && command -v systemctl >/dev/null 2>&1 && [ -d /run/systemd/system ]; then
    $sudo systemctl disable --now mosquitto >/dev/null 2>&1 || true
  fi
}

# Release builds hold Swift's libraries themselves: a third less memory than shared ones, and nothing to install on the
# edge box but Debian's packages. The linker puts the functions that a running gateway needs next to one another
# (link-order.txt, made by `Deploy/benchmark --only order`): the kernel maps 16 pages of a program at a time, so that
# scattered ones cost many times their size. What only the start reads is small (no exported names, packed relocations)
# or can be given back (link-constants.ld).
swift_release() {
  swift build -c release --static-swift-stdlib -Xswiftc -use-ld=lld -Xswiftc -Xfrontend -Xswiftc -function-sections \
    -Xlinker --no-export-dynamic -Xlinker -z -Xlinker pack-relative-relocs \
    -Xlinker -T -Xlinker "$root/Deploy/link-constants.ld" \
    -Xlinker --symbol-ordering-file -Xlinker "$root/Deploy/link-order.txt" -Xlinker --no-warn-symbol-ordering "$@"
}

run_packages=(mosquitto curl libmosquitto-dev libsqlite3-dev libkissfft-dev zlib1g-dev libssl-dev pkg-config tzdata)
test_packages=(mosquitto-clients openssl strace procps)
