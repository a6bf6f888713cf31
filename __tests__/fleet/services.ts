import { backend } from "./release.ts";

/** The app's systemd unit, as the guide has it. */
export function apiUnit(appDirectory: string): string {
  const directory = `${appDirectory}/${backend}`;
  const logs = "/var/log/green-matchers";
  return `[Unit]
Description=Green Matchers API
After=network.target

[Service]
User=deploy
Group=deploy
WorkingDirectory=${directory}
EnvironmentFile=${directory}/.env
ExecStart=${directory}/venv/bin/gunicorn --workers 3 --bind 0.0.0.0:8000 --access-logfile ${logs}/access.log --error-logfile ${logs}/app.log app:app
ExecReload=/bin/kill -HUP $MAINPID
Restart=on-failure
RestartSec=1

[Install]
WantedBy=multi-user.target
`;
}

/** Where nginx's part of the production is. */
export const nginxFile = "/etc/nginx/conf.d/green-matchers.conf";

/** nginx in front of the app on all hosts. `servers` as `address:port`. */
export function nginxConfig(servers: string[]): string {
  return `upstream green_matchers {
${servers.map((server) => `    server ${server};\n`).join("")}}

server {
    listen 80 default_server;
    server_name green-matchers.example;

    location / {
        proxy_pass http://green_matchers;
        proxy_set_header Host $host;
    }
}
`;
}
