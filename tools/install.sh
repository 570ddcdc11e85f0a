# install.sh FOLDER GROUP...: the packages of requirements/GROUP.txt into an environment, those of
# `stubs` into typings/; only what is missing or older than its lock.
#
# One call of pip for all of them, because it reads the index anew in every call. It compiles
# nothing: most of the modules are never imported.
set -eu
venv=$1
shift
pip="$venv/bin/pip --disable-pip-version-check --no-input install -qq --no-compile --require-hashes"

has() { # stamp and name of a group: whether it is there already
	[ "$1" -nt "requirements/$2.txt" ]
}

install_stubs() {
	rm -rf typings
	$pip --target typings -r requirements/stubs.txt
	touch typings/.has-stubs
}

groups=
stubs=
for group; do
	case $group in
	stubs) has typings/.has-stubs stubs || stubs=1 ;;
	*) has "$venv/.has-$group" "$group" || groups="$groups $group" ;;
	esac
done

[ -z "$stubs" ] || { install_stubs & beside=$!; }
if [ -n "$groups" ]; then
	echo "installing packages (pinned, requirements/):$groups"
	# shellcheck disable=SC2046,SC2086
	$pip $(printf -- '-r requirements/%s.txt ' $groups)
	for group in $groups; do touch "$venv/.has-$group"; done
fi
[ -z "$stubs" ] || wait "$beside"
