// What the TypeScript drivers share: a task comes as the one argument, one JSON line goes out.
export async function main(connect) {
  const task = JSON.parse(process.argv[2]);
  const report = {};
  try {
    const headers = task.token ? { Authorization: `Bearer ${task.token}` } : {};
    const client = await connect(task, { requestInit: { headers } });
    report.protocol = client.getNegotiatedProtocolVersion?.() ?? client.transport.protocolVersion;
    report.tools = (await client.listTools()).tools.map((tool) => tool.name);
    report.calls = [];
    for (const { tool, arguments: given } of task.calls) {
      report.calls.push(await client.callTool({ name: tool, arguments: given }).then(answer, (error) => ({ raised: raised(error) })));
    }
    await client.close();
  } catch (error) {
    report.raised = raised(error);
  }
  console.log(JSON.stringify(report));
}

const answer = (result) => ({
  is_error: result.isError ?? false,
  structured: result.structuredContent ?? null,
  text: result.content.filter((block) => block.type === 'text').map((block) => block.text),
});

const raised = (error) => ({
  type: error.constructor.name,
  message: error.message,
  code: error.code ?? null,
  status: error.status ?? null,
});
