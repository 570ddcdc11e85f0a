# venv.sh FOLDER: a new environment, with the newest Python at hand (or the one in $PYTHON).
#
# A copy of pip of its own would take most of the time: when the Python has one, that is lent to
# the environment as bin/pip.
set -eu
venv=$1

for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
	"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
	echo "making $venv with $("$python" --version)"
	if "$python" -m venv --without-pip "$venv" &&
		"$python" -m pip --python "$venv/bin/python" --version >/dev/null 2>&1; then
		lender=$("$python" -c 'import sys; print(sys.executable)')
		printf '#!/bin/sh\nexec "%s" -m pip --python "%s/bin/python" "$@"\n' \
			"$lender" "$(cd "$venv" && pwd)" >"$venv/bin/pip"
		chmod +x "$venv/bin/pip"
		exit 0
	fi
	"$python" -m venv "$venv" && exit 0
	echo "$python cannot make environments (on Debian and Ubuntu: install python3-venv)" >&2
	rm -rf "$venv"
	exit 1
done
echo "picodose needs Python 3.11 or newer; name one with PYTHON=" >&2
exit 1
