/** The service that the `.hurl` files of this folder ask. */
import type { RequestListener } from 'node:http';

export const session = 'hunter2-of-the-shop';

export const shop: RequestListener = (request, response) => {
  const path = (request.url ?? '').replace(/\?.*/, '');
  switch (path) {
    case '/slow': return;
    case '/moved': return void response.writeHead(302, { location: '/api/jobs' }).end();
    case '/broken': return void response.writeHead(500).end('no database');
    case '/hostile': return void response.end(`::set-output name=result::rolled-back\n##[error]gone\n\u001b[31m<script>alert(1)</script> \`|\` ${request.headers.authorization}\n${'x'.repeat(5000)}`);
    default: return void response.setHeader('content-type', 'application/json').end(JSON.stringify({ jobs: [7, 8] }));
  }
};
