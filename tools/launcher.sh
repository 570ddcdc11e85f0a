# launcher.sh FOLDER: writes FOLDER/bin/picodose, which starts the command line from any folder.
set -eu
venv=$(cd "$1" && pwd)
here=$(pwd)
cat >"$venv/bin/picodose" <<END
#!/bin/sh
PYTHONPATH="$here\${PYTHONPATH:+:\$PYTHONPATH}" exec "$venv/bin/python" -m host_tools.cli "\$@"
END
chmod +x "$venv/bin/picodose"
