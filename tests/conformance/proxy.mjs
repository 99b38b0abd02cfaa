// Adds `Authorization` to every request and changes nothing else: Host and Origin stay as they came.
// Usage: node proxy.mjs PORT TOKEN. It ends with its standard input.
import http from 'node:http';

const [port, token] = process.argv.slice(2);

const server = http.createServer((request, response) => {
  const headers = [...request.rawHeaders, 'Authorization', `Bearer ${token}`];
  const { method, url: path } = request;
  const onward = http.request({ host: '127.0.0.1', port, method, path, headers, setHost: false });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, answer.rawHeaders);
    response.flushHeaders();
    answer.pipe(response);
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});

server.listen(0, '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/mcp`);
});
process.stdin.on('end', () => process.exit(0)).resume();
