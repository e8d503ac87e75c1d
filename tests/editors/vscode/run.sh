#!/bin/sh
# Install code-server (a VS Code for browsers, 600 MB) once, and run the test: run.sh FOLDER VSIX PYTHON [PICTURE].
# NODE is Node 24, which code-server needs. npm may be of any version. Nothing is downloaded but packages of npm.
set -eu
folder=$1 vsix=$2 python=$3 picture=${4:-}
here=$(cd "$(dirname "$0")" && pwd)
export npm_config_fund=false npm_config_audit=false npm_config_loglevel=error
if [ ! -e "$folder/.installed" ]; then
    mkdir -p "$folder"
    echo '{"private": true}' > "$folder/package.json"
    # Scripts of packages are off, because they download; only the modules that the server needs are built.
    npm install --prefix "$folder" --ignore-scripts code-server@4.139.1 playwright-core@1.65.1
    # The headers are next to Node; node-gyp would download them.
    npm_config_nodedir=$(dirname "$(dirname "$NODE")")
    export npm_config_nodedir
    (cd "$folder/node_modules/code-server/lib/vscode" && npm install --omit=dev --ignore-scripts &&
        npm rebuild @vscode/spdlog @vscode/native-watchdog @vscode/sqlite3)
    touch "$folder/.installed"
fi
exec "$NODE" "$here/run.mjs" "$folder" "$vsix" "$python" ${picture:+"$picture"}
