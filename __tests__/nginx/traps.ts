/** Small files, each with something that an editor of nginx files could trip over; all of them written for this test. Text is bytes as latin1. */

/** A file that holds the upstream `app` once, with the servers named, first the live one. */
export type Trap = { readonly name: string; readonly text: string; readonly addresses: readonly string[] };

const front = 'server { listen 127.0.0.1:8099; location / { proxy_pass http://app; } }\n';

export const traps: readonly Trap[] = [
  { name: 'plain', addresses: ['blue:8000'], text: `upstream app {\n    server blue:8000;\n}\n${front}` },
  { name: 'odd spaces', addresses: ['blue:8000', 'green:8000'], text: `upstream   app\t{\n\n  server   blue:8000   max_fails=3  fail_timeout=5s ;\n\tserver green:8000\tdown\t;\n }\n${front}` },
  { name: 'everything on one line', addresses: ['blue:8000', 'green:8000'], text: `upstream app { server blue:8000; server green:8000 down; }\n${front}` },
  { name: 'no spaces at all', addresses: ['blue:8000', 'green:8000'], text: `upstream app{server blue:8000;server green:8000 backup;}${front}` },
  { name: 'brace on its own line', addresses: ['blue:8000'], text: `upstream app\n{\n\tserver blue:8000;\n}\n${front}` },
  { name: 'first server beside the brace', addresses: ['blue:8000', 'green:8000'], text: `upstream app { server blue:8000;\n               server green:8000 down;\n}\n` },
  { name: 'closing brace beside the last server', addresses: ['blue:8000', 'green:8000'], text: `upstream app {\n  server blue:8000;\n  server green:8000 down; }\n` },
  { name: 'CRLF', addresses: ['blue:8000', 'green:8000'], text: `upstream app {\r\n\tserver blue:8000; # live\r\n\tserver green:8000 down;\r\n}\r\n` },
  { name: 'no line feed at the end', addresses: ['blue:8000'], text: `${front}upstream app {\n  server blue:8000;\n}` },
  { name: 'comments that look like configuration', addresses: ['blue:8000'], text: `# upstream app { server green:8000; }\nupstream app { # server green:8000; }\n  # }\n  #server green:8000 down;\n  server blue:8000; # "it's } live\n  # ; {\n}\n${front}` },
  { name: 'a directive over several lines, with a comment within', addresses: ['blue:8000', 'green:8000'], text: `upstream app {\n  server blue:8000 # the old one\n    max_fails=3\n    weight=2;\n  server\n    green:8000\n    down;\n}\n` },
  { name: 'quoted words', addresses: ['blue:8000', 'green:8000'], text: `upstream "app" {\n  server "blue:8000" 'weight=2';\n  server 'green:8000' down;\n}\n` },
  { name: 'other letters', addresses: ['Blue.Example:8000'], text: `upstream App {\n  server Blue.Example:8000;\n}\n` },
  { name: 'neighbours with like names', addresses: ['blue:8000'], text: `upstream app_admin { server blue:8000; }\nupstream my_app { server blue:8000; }\nupstream app { server blue:8000; }\nupstream app2 { server blue:8000 down; server x:1; }\n${front}` },
  { name: 'sockets and IPv6', addresses: ['unix:/run/App;1.sock', '[::1]:8000', '[2001:db8::1]'], text: `upstream app {\n  server "unix:/run/App;1.sock";\n  server [::1]:8000 down;\n  server [2001:db8::1] backup;\n}\n` },
  { name: 'no ports', addresses: ['blue', '10.0.0.2'], text: `upstream app {\n  server blue;\n  server 10.0.0.2 backup;\n}\n` },
  { name: 'other directives before, between and behind', addresses: ['blue:8000', 'green:8000'], text: `upstream app {\n  zone app 64k;\n  least_conn;\n  server blue:8000 weight=9;\n  keepalive 16; # server red:1;\n  server green:8000 weight=1 max_conns=10;\n  keepalive_timeout 60s;\n}\n` },
  { name: 'a map with regular expressions in quotes', addresses: ['blue:8000'], text: `map $uri $kind {\n  default "";\n  "~^/\\d{2}\\"}$" two;\n  '~*\\.(?<ext>js|css){1}' "a;b{";\n}\nupstream app {\n  server blue:8000;\n}\n` },
  { name: 'an if with braces and a quoted parenthesis', addresses: ['blue:8000'], text: `server {\n  listen 127.0.0.1:8099;\n  if ($http_x = "{") { return 403 "}"; }\n  if ($request_uri ~ "^/a{1,3}$") { return 404; }\n  location ~ "^/x{2}\\.html$" { proxy_pass http://app; }\n}\nupstream app { server blue:8000; }\n` },
  { name: 'variables in braces', addresses: ['blue:8000'], text: `server { listen 127.0.0.1:8099; set $a x\${host}y; set $b \${a}; return 200 \${a}\${b}; }\nupstream app { server blue:8000; }\n` },
  { name: 'escapes in words', addresses: ['blue:8000'], text: `server { listen 127.0.0.1:8099; location ~ \\.php\\;\\{$ { return 200 "\\"\\\\"; } }\nupstream app { server blue:8000; }\n` },
  { name: 'bytes that are no UTF-8', addresses: ['blue:8000'], text: `# caf\xE9 \xFF\xFE \xC3\xA9 \x80\nupstream app {\n  server blue:8000; # \xE9t\xE9\n}\n` },
  { name: 'a log format over several lines', addresses: ['blue:8000'], text: `log_format main '$remote_addr - "$request" {'\n                '"$upstream_addr"} ;';\nupstream app {\n  server blue:8000;\n}\n` },
  { name: 'two directives share a line', addresses: ['blue:8000', 'green:8000', 'red:8000'], text: `upstream app {\n  server blue:8000; server green:8000 down; # both\n  server red:8000 backup;\n}\n` },
  { name: 'inside of http and behind a stream', addresses: ['blue:8000'], text: `events {}\nstream { upstream other { server blue:8000; } }\nhttp {\n  upstream app {\n    server blue:8000;\n  }\n}\n` },
  { name: 'the same server twice', addresses: ['blue:8000', 'blue:8000'], text: `upstream app {\n  server blue:8000;\n  server blue:8000 weight=2;\n}\n` },
  { name: 'blanks at the ends of lines', addresses: ['blue:8000', 'green:8000'], text: `upstream app { \t\n  server blue:8000;  \t\n  server green:8000 down; \n\n\n}  \n` },
];

/** Files that nginx reads only with OpenResty's modules. */
export const luaTraps: readonly Trap[] = [
  {
    name: 'Lua blocks', addresses: ['blue:8000'],
    text: `init_by_lua_block {\n  local s = "}" -- }\n  local t = { a = '{', b = [[ } ]] } --[==[ } ]] ]==]\n  upstream = function() return "app { server green:1; }" end\n}\nupstream app {\n  server blue:8000;\n}\nserver { location / { content_by_lua_block { ngx.say('it\\'s {') } } }\n`,
  },
];
