/** One HTTP request from a host, by whatever client the host has. */
import { quote } from '../quote.ts';

/**
 * A server is asked at its own place, by the name that people use. Certificates are not looked at: nginx does not look at those of its servers
 * either. Redirects are not followed, proxies and configuration files of the client are not used.
 */
const python = `import http.client, socket, ssl, sys
scheme, address, host, path, seconds, head, body, forwarded = sys.argv[1:]
seconds = float(seconds)
name, _, port = host.rpartition(":") if host.rpartition(":")[2].isdigit() else (host, "", "")
if address.startswith("unix:"):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(seconds)
    sock.connect(address[5:])
else:
    at, _, number = address.rpartition(":")
    sock = socket.create_connection((at.strip("[]"), int(number)), seconds)
if scheme == "https":
    context = ssl._create_unverified_context()
    sock = context.wrap_socket(sock, server_hostname=name.strip("[]"))
connection = http.client.HTTPConnection(name, timeout=seconds)
connection.sock = sock
connection.putrequest("GET", path, skip_host=True)
connection.putheader("Host", host)
connection.putheader("User-Agent", "rollback-action")
connection.putheader("X-Forwarded-Proto", forwarded)
connection.putheader("Connection", "close")
connection.endheaders()
response = connection.getresponse()
with open(head, "w", encoding="latin-1") as file:
    file.write("HTTP/1.1 %d\\n" % response.status)
    for key, value in response.getheaders():
        file.write("%s: %s\\n" % (key, value))
with open(body, "wb") as file:
    file.write(response.read(65536))`;

/**
 * sh: `$http_client`, `curl`, `python3`, `wget` or `none`, and
 * - `$http_forwarded`, what people ask by, where that is not SCHEME
 * - `http_ask FOLDER SCHEME ADDRESS HOST PATH SECONDS`  one GET on a fresh connection to `name:port` or `unix:/path`; sets `$http_status` (000 when no
 *   whole answer came, with `$http_why`), and leaves `head` and the first 64 KiB of `body` in FOLDER
 * - `http_header FOLDER NAME`  the value of a header of that answer
 */
export const httpFunctions = `http_client=none
if command -v curl >/dev/null 2>&1; then http_client=curl
elif command -v python3 >/dev/null 2>&1; then http_client=python3
elif command -v wget >/dev/null 2>&1 && wget --version 2>/dev/null | grep -q '^GNU Wget'; then http_client=wget
fi
http_by_curl() {
  case $2 in
    unix:*) set -- "$@" --unix-socket "\${2#unix:}" ;;
    *) set -- "$@" --connect-to "::$2" ;;
  esac
  http_scheme=$1 http_host=$3 http_path=$4 http_seconds=$5
  shift 5
  curl -q -sS --http1.1 --noproxy '*' --globoff --path-as-is --insecure --max-time "$http_seconds" --user-agent rollback-action \\
    -H 'Connection: close' -H "X-Forwarded-Proto: \${http_forwarded:-$http_scheme}" -D "$http_folder/head" "$@" "$http_scheme://$http_host$http_path"
}
http_ask() {
  http_folder=$1
  shift
  : >"$http_folder/head"
  : >"$http_folder/body"
  : >"$http_folder/error"
  http_code=0 http_why=
  case $http_client in
    curl) http_code=$({ { http_by_curl "$@" 2>"$http_folder/error" && echo 0 >&4 || echo "$?" >&4; } | head -c 65536 >"$http_folder/body"; } 4>&1) ;;
    python3) python3 -I -c "$http_python" "$@" "$http_folder/head" "$http_folder/body" "\${http_forwarded:-$1}" >/dev/null 2>"$http_folder/error" || http_code=$? ;;
    wget)
      case $2 in unix:*) echo 'wget asks no unix sockets' >"$http_folder/error"; http_code=1 ;; *)
        http_code=$({ { timeout "$5" wget --no-config -nv -S -O - --content-on-error --max-redirect=0 --no-proxy --no-check-certificate -T "$5" -t 1 -U rollback-action \\
          --header "Host: $3" --header 'Connection: close' --header "X-Forwarded-Proto: \${http_forwarded:-$1}" "$1://$2$4" 2>"$http_folder/head" && echo 0 >&4 || echo "$?" >&4; } | { head -c 65536 >"$http_folder/body"; cat >/dev/null; }; } 4>&1)
        if [ "$http_code" = 8 ]; then http_code=0; fi ;;
      esac ;;
    none) echo 'the host has neither curl nor python3 nor wget' >"$http_folder/error"; http_code=127 ;;
  esac
  http_status=$(awk '/^ *HTTP\\/[0-9.]+ [0-9][0-9][0-9]/ { status = $2 } END { print status == "" ? "000" : status }' "$http_folder/head")
  # A body that is longer than what is read of it ends curl with 23.
  if [ "$http_code" != 0 ] && ! { [ "$http_code" = 23 ] && [ "$http_status" != 000 ]; }; then
    http_why=$(cat "$http_folder/error" "$http_folder/head" | grep -v '^ ' | tail -n 1 | tr -d '\\r' | cut -c 1-300)
    if [ "$http_code" = 124 ]; then http_why='timed out'; fi
    http_why=\${http_why:-"$http_client ended with $http_code"} http_status=000
  elif [ "$http_status" = 000 ]; then http_why='no HTTP answer came'
  fi
}
http_header() {
  awk -v name="$2" 'BEGIN { name = tolower(name) ":" } { line = $0; sub(/^ +/, "", line); sub(/\\r$/, "", line) }
    tolower(substr(line, 1, length(name))) == name { value = substr(line, length(name) + 1); sub(/^[ \\t]+/, "", value); sub(/[ \\t]+$/, "", value); found = value }
    END { print found }' "$1/head"
}
http_python=${quote(python)}
`;
