package foreign

// writers are the programs, each with the blocks that it writes.
var writers = [][]string{
	{ // YAML
		"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{word}}\n  labels:\n    app: {{word}}\nspec:\n" +
			"  replicas: {{n}}\n  template:\n    spec:\n      containers:\n      - name: {{word}}\n        image: nginx:1.{{n}}\n" +
			"        ports:\n        - containerPort: {{n}}\n        env:\n          - name: {{word}}\n            value: \"{{n}}\"",
		"---\n# settings of {{word}}\nlisten: 0.0.0.0:{{n}}\nto: {{word}}\nfrom: {{word}}\nsubject: {{word}}\nx: {{n}}\n" +
			"y: {{n}}\n? {{word}}\n: {{word}}\n...",
		"services:\n  {{word}}:\n    image: {{word}}:latest\n    command: [\"{{word}}\", \"--{{word}}={{n}}\"]\n" +
			"    depends_on: [{{word}}]\n    restart: always",
	},
	{ // pretty JSON, and JSON a line
		"{\n  \"level\": \"error\",\n  \"id\": {{n}},\n  \"tags\": [\n    \"{{word}}\",\n    \"{{word}}\"\n  ],\n" +
			"  \"nested\": {\n    \"from\": \"{{word}}\",\n    \"to\": null\n  }\n}",
		"{\"level\":\"info\",\"ts\":{{big}}.{{n}},\"caller\":\"{{word}}/{{word}}.go:{{n}}\",\"msg\":\"{{word}} {{word}}\",\"id\":\"{{hex}}\"}\n" +
			"{\"time\":\"{{iso}}\",\"level\":\"WARN\",\"msg\":\"{{word}} took {{n}} ms\",\"from\":\"{{word}}\",\"to\":\"{{word}}\"}",
		"[\n  {{n}},\n  {{n}},\n  {\n\t\"{{word}}\": true\n  }\n]",
		"{\"name\":\"{{word}}\",\"hostname\":\"{{word}}\",\"pid\":{{n}},\"level\":30,\"msg\":\"{{word}}\",\"time\":\"{{iso}}\",\"v\":0}",
	},
	{ // logcat
		"I ActivityManager: Displayed com.example/.Main: +{{n}}ms\nD dalvikvm: GC_CONCURRENT freed {{n}}K\n" +
			"W System.err: java.io.IOException: {{word}}\nE AndroidRuntime: FATAL EXCEPTION: main\nV {{word}}: {{word}} {{n}}\n" +
			"F libc    : Fatal signal 11 (SIGSEGV) at 0x{{hex}} (code=1)",
		"11-23 {{clock}}.{{n}}  {{n}}  {{n}} I chatty  : uid={{n}}({{word}}) identical {{n}} lines\n--------- beginning of main",
		"D/{{word}}({{n}}): {{word}}\nI/art     ( {{n}}): {{word}}\nS {{word}}: {{n}}\nT {{word}}: {{word}}\n" +
			"R {{word}}: {{n}}\nP {{word}}: {{n}}\nB {{word}}: {{n}}\nC {{word}}: {{n}}\nM {{word}}: {{n}}",
	},
	{ // stack traces
		"{{iso}} ERROR [{{word}}] c.e.{{word}}.Service - request {{n}} failed\n" +
			"java.lang.IllegalStateException: {{word}} is {{n}}\n\tat com.example.Foo(Foo.java:{{n}})\n" +
			"\tat com.example.{{word}}.Bar.run(Bar.java:{{n}}) ~[app.jar:1.{{n}}]\n" +
			"\tat java.base/java.lang.Thread.run(Thread.java:833)\nCaused by: java.net.SocketTimeoutException: Read timed out\n" +
			"\t... {{n}} more",
		"Traceback (most recent call last):\n  File \"/app/{{word}}.py\", line {{n}}, in <module>\n    {{word}}({{n}})\n" +
			"    ~~~~^^^^\n  File \"/app/{{word}}.py\", line {{n}}, in {{word}}\n    raise ValueError(\"{{word}}\")\n" +
			"ValueError: {{word}}",
		"panic: runtime error: index out of range [{{n}}] with length {{n}}\n\ngoroutine {{n}} [running]:\n" +
			"main.{{word}}(0x{{hex}}, 0x{{hex}})\n\t/src/{{word}}.go:{{n}} +0x1f\nexit status 2",
		"Unhandled exception. System.NullReferenceException: {{word}}\n" +
			"   at Example.{{word}}.Main(String[] args) in /src/{{word}}.cs:line {{n}}\n" +
			"   --- End of inner exception stack trace ---",
		"app.rb:{{n}}:in `{{word}}': undefined method (NoMethodError)\n\tfrom app.rb:{{n}}:in `<main>'\n" +
			"TypeError: Cannot read properties of undefined (reading '{{word}}')\n    at {{word}} (/app/{{word}}.js:{{n}}:{{n}})\n" +
			"    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)",
		"thread 'main' panicked at src/{{word}}.rs:{{n}}:{{n}}:\n" +
			"called `Result::unwrap()` on an `Err` value: Os { code: 2, kind: NotFound }\nstack backtrace:\n" +
			"   0: rust_begin_unwind\n             at /rustc/{{hex}}/library/std/src/panicking.rs:{{n}}:5\n" +
			"  {{n}}: {{word}}::{{word}}",
	},
	{ // lists and notes
		"* todo: buy milk\n* {{word}}: {{word}}\n  * {{word}}: {{n}}\n- {{word}}: {{word}}\n  - {{word}}\n+ {{word}}\n" +
			"1. {{word}}\n2) {{word}}\n[ ] {{word}}\n[x] {{word}}\nTODO: {{word}} {{word}}\nA {{word}}: {{word}}\nI think: {{word}}",
		"Dear {{word}},\n\nwe {{word}} the {{word}} on Friday.\n\n  Regards\n-- \n{{word}}\n\n***\n",
	},
	{ // web servers
		"{{ip}} - - [23/Nov/2026:{{clock}} +0000] \"GET /{{word}}/{{n}} HTTP/1.1\" 200 {{n}} \"-\" \"Mozilla/5.0 (X11; Linux x86_64)\"\n" +
			"{{ip}} - {{word}} [23/Nov/2026:{{clock}} +0000] \"POST /{{word}} HTTP/2.0\" 404 {{n}} \"https://example.org/\" \"curl/8.5.0\"",
		"2026/11/23 {{clock}} [error] {{n}}#{{n}}: *{{n}} connect() failed (111: Connection refused) while connecting to upstream, " +
			"client: {{ip}}, server: _, request: \"GET / HTTP/1.1\", upstream: \"http://{{ip}}:{{n}}/\"",
		"[Mon Nov 23 {{clock}}.{{n}} 2026] [core:error] [pid {{n}}:tid {{n}}] [client {{ip}}:{{n}}] AH00126: Invalid URI in request {{word}}\n" +
			"[{{date}}] {{word}}.INFO: {{word}} {\"id\":{{n}}} []",
		"*   Trying {{ip}}:443...\n* Connected to {{word}}.example ({{ip}}) port 443 (#0)\n" +
			"* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384 / X25519 / RSASSA-PSS\n* using HTTP/2\n" +
			"> GET /{{word}} HTTP/2\n> Host: {{word}}.example\n> \n< HTTP/2 200 \n< content-type: text/html\n{ [{{n}} bytes data]\n" +
			"* Connection #0 to host {{word}}.example left intact",
		"> GET /{{word}} HTTP/1.1\n> Host: {{word}}.example\n> User-Agent: curl/8.5.0\n> Accept: */*\n> \n< HTTP/1.1 200 OK\n" +
			"< Date: Mon, 23 Nov 2026 {{clock}} GMT\n< Content-Length: {{n}}\n< ",
		"GET /{{word}} 200 in {{n}}ms\nStarted GET \"/{{word}}\" for {{ip}} at {{date}} +0000\n" +
			"Processing by {{word}}Controller#show as HTML\n  Parameters: {\"id\"=>\"{{n}}\"}\n" +
			"Completed 200 OK in {{n}}ms (Views: {{n}}.0ms | ActiveRecord: 1.2ms)",
	},
	{ // the kernel and the system
		"[ {{n}}.{{big}}] usb 1-1: new high-speed USB device number {{n}} using xhci_hcd\n" +
			"[{{big}}.{{n}}] Out of memory: Killed process {{n}} ({{word}}) total-vm:{{big}}kB\n" +
			"[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable",
		"{{bsd}} host kernel: [{{n}}.{{n}}] eth0: link up, {{n}}Mbps, full-duplex\n{{bsd}} host kernel: Call Trace:\n" +
			"{{bsd}} host kernel:  <TASK>\n{{bsd}} host kernel:  dump_stack_lvl+0x{{n}}/0x60",
		"{{bsd}} host systemd[1]: Started {{word}}.service - {{word}} daemon.\n" +
			"{{bsd}} host systemd[1]: {{word}}.service: Main process exited, code=exited, status=1/FAILURE\n" +
			"{{bsd}} host systemd-logind[{{n}}]: New session {{n}} of user {{word}}.",
		"{{bsd}} host sshd[{{n}}]: Accepted publickey for {{word}} from {{ip}} port {{n}} ssh2: ED25519 SHA256:{{hex}}\n" +
			"{{bsd}} host sshd[{{n}}]: Failed password for invalid user {{word}} from {{ip}} port {{n}} ssh2\n" +
			"{{bsd}} host CRON[{{n}}]: (root) CMD (  cd / && run-parts --report /etc/cron.hourly)\n" +
			"{{bsd}} host sudo:   {{word}} : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/true",
		"{{iso}} host dhcpd[{{n}}]: DHCPACK on {{ip}} to 00:16:3e:00:00:01 ({{word}}) via eth0\n" +
			"{{iso}} host named[{{n}}]: client @0x{{hex}} {{ip}}#{{n}} ({{word}}.example): query: {{word}}.example IN A + ({{ip}})\n" +
			"<30>{{bsd}} host {{word}}[{{n}}]: {{word}} {{n}}\n<165>1 {{iso}} host {{word}} {{n}} ID{{n}} - {{word}}",
		"type=USER_LOGIN msg=audit({{big}}.{{n}}:{{n}}): pid={{n}} uid=0 auid={{n}} msg='op=login id={{n}} res=success'\n" +
			"● {{word}}.service - {{word}}\n     Loaded: loaded (/lib/systemd/system/{{word}}.service; enabled)\n" +
			"     Active: active (running) since Mon 2026-11-23 {{clock}} UTC; {{n}}min ago\n   Main PID: {{n}} ({{word}})\n" +
			"      Tasks: {{n}}\n     CGroup: /system.slice/{{word}}.service\n             └─{{n}} /usr/bin/{{word}}",
	},
	{ // containers
		"I1123 {{clock}}.{{n}}   {{n}} {{word}}.go:{{n}}] \"Starting\" name=\"{{word}}\" id={{n}}\n" +
			"E1123 {{clock}}.{{n}}       1 reflector.go:{{n}}] Failed to watch *v1.{{word}}: the server is currently unable\n" +
			"W1123 {{clock}}.{{n}}   {{n}} {{word}}.go:{{n}}] {{word}}",
		"{{iso}} stdout F {{word}} {{n}}\n{{iso}} stderr F   {{word}}: {{n}}\n{{iso}} stdout P {{word}}",
		"{\"log\":\"  {{word}}: {{n}}\\n\",\"stream\":\"stdout\",\"time\":\"{{iso}}\"}\n" +
			"{\"log\":\"\\u001b[32m{{word}}\\u001b[0m\\n\",\"stream\":\"stderr\",\"time\":\"{{iso}}\"}",
		"web-1  | {{word}} {{n}}\ndb-1   | {{date}}.{{n}} UTC [1] LOG:  {{word}}\n" +
			"level=info msg=\"Loading containers: start.\" time=\"{{iso}}\"\n" +
			"NAME                     READY   STATUS    RESTARTS   AGE\n" +
			"{{word}}-{{hex}}-abcde   1/1     Running   {{n}}          {{n}}d\n" +
			"Normal  Pulled  {{n}}s  kubelet  Container image \"{{word}}:1.{{n}}\" already present\n" +
			"  Type    Reason     Age   From               Message\n  ----    ------     ----  ----               -------",
	},
	{ // databases
		"{{date}}.{{n}} UTC [{{n}}] LOG:  checkpoint complete: wrote {{n}} buffers ({{n}}.0%)\n" +
			"{{date}} UTC [{{n}}] {{word}}@{{word}} ERROR:  relation \"{{word}}\" does not exist at character {{n}}\n" +
			"{{date}} UTC [{{n}}] STATEMENT:  SELECT *\n\t  FROM {{word}}\n\t WHERE id = {{n}};",
		"{{iso}} {{n}} [Warning] [MY-{{n}}] [Server] {{word}}: ready for connections. Version: '8.0.{{n}}'\n" +
			"# User@Host: {{word}}[{{word}}] @ localhost []  Id: {{n}}\n" +
			"# Query_time: 0.{{n}}  Lock_time: 0.000{{n}} Rows_sent: {{n}}\nSET timestamp={{big}};\nSELECT {{word}} FROM {{word}};",
		"{{n}}:M 23 Nov 2026 {{clock}}.{{n}} * Background saving started by pid {{n}}\n" +
			"{{n}}:C 23 Nov 2026 {{clock}}.{{n}} # {{word}}\n id | {{word}} \n----+-------\n  {{n}} | {{word}}\n({{n}} rows)\n" +
			"Query OK, {{n}} rows affected (0.{{n}} sec)\n+----+------+\n| id | name |\n+----+------+\n| {{n}}  | {{word}} |",
	},
	{ // key=value, CSV, tables
		"ts={{iso}} level=info caller={{word}}.go:{{n}} component={{word}} " +
			"msg=\"{{word}} {{word}}\" duration={{n}}ms from={{word}} to={{word}} status=ok\n" +
			"at=info method=GET path=\"/{{word}}\" host={{word}}.example fwd=\"{{ip}}\" dyno=web.1 " +
			"connect={{n}}ms service={{n}}ms status=200 bytes={{n}}\n" +
			"key={{word}} value={{n}} size={{n}} id={{hex}} client={{word}}",
		"id,name,status,from,to\n{{n}},{{word}},ok,{{word}},{{word}}\n{{n}},\"{{word}}, {{word}}\",failed,{{word}},\n" +
			"{{date}},{{word}},{{n}},{{n}}\n{{iso}},{{word}},{{ip}},{{n}},{{n}}",
		"{{word}}\t{{n}}\t{{word}}\n{{n}};{{word}};{{n}}\n{{date}}\t{{word}}\tINFO\t{{word}}\n" +
			"Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        {{n}}G   {{n}}G  {{n}}G   1% /\n" +
			"   PID TTY          TIME CMD\n  {{n}} ?        {{clock}} {{word}}",
		"#Version: 1.0\n#Date: {{date}}\n{{date}} {{ip}} GET /{{word}} - 80 - {{ip}} Mozilla/5.0 200 0 0 {{n}}",
	},
	{ // markdown, mark-up
		"# {{word}}\n\n## {{word}} {{n}}\n\n> {{word}}: a quote of {{word}}\n> \n> more\n\n```yaml\n{{word}}: {{n}}\n```\n\n" +
			"| {{word}} | {{word}} |\n| --- | --- |\n| {{n}} | {{n}} |\n\n**{{word}}**: {{word}}\n" +
			"![{{word}}](https://example.org/{{word}}.png)",
		"<?xml version=\"1.0\"?>\n<{{word}} id=\"{{n}}\">\n  <{{word}}>{{word}}</{{word}}>\n</{{word}}>\n<html>\n" +
			"  <body class=\"{{word}}\">\n    <p>{{word}}</p>\n<!-- {{word}} -->",
		"[{{word}}]\n{{word}} = {{n}}\n{{word}}.{{word}} = \"{{word}}\"\n; {{word}}\n[section.{{word}}]\nkey: value\n",
	},
	{ // colours and progress
		"\x1b[32mINFO\x1b[0m {{word}}: {{n}}\n\x1b[1;31merror\x1b[0m: {{word}}\n" +
			"\x1b[2m{{iso}}\x1b[0m \x1b[33m WARN\x1b[0m \x1b[2m{{word}}\x1b[0m\x1b[2m:\x1b[0m {{word}}",
		"[====>      ] {{n}}%\n{{n}}% |████      | {{n}}/{{n}} [00:{{n}}<00:{{n}}]\n" +
			"Downloading {{word}}-{{n}}.tar.gz ({{n}} kB)\n   |████████████████| {{n}} kB 1.2 MB/s\n" +
			"\rremote: Counting objects: {{n}}, done.\n=> [{{n}}/{{n}}] RUN make {{word}}\n => CACHED [{{n}}/9] COPY . .\n" +
			" => => transferring context: {{n}}B",
	},
	{ // code, shells, tools
		"package main\n\nimport \"fmt\"\n\nfunc {{word}}(n int) (from, to string) {\n\tswitch {\n\tcase n > {{n}}:\n" +
			"\t\treturn \"{{word}}\", \"\"\n\tdefault:\n\t\tfmt.Println({{n}})\n\t}\n}",
		"def {{word}}(x: int) -> str:\n    \"\"\"{{word}}.\"\"\"\n    if x:\n        return {{word}}\n    else:\n        pass\n" +
			"@{{word}}\nclass {{word}}:",
		"#include <stdio.h>\nint main(void) {\n    printf(\"%d\\n\", {{n}});\n    return 0; /* {{word}} */\n}\n" +
			"const {{word}} = ({ {{word}} }) => {\n  return {{word}} ?? {{n}};\n};\nSELECT a, b\n  FROM {{word}} t\n" +
			" WHERE t.id = {{n}}\n ORDER BY 1;",
		"diff --git a/{{word}} b/{{word}}\nindex {{hex}}..{{hex}} 100644\n--- a/{{word}}\n+++ b/{{word}}\n" +
			"@@ -1,{{n}} +1,{{n}} @@ func {{word}}()\n {{word}}: {{n}}\n-{{word}}: {{n}}\n+{{word}}: {{n}}\ncommit {{hex}}{{hex}}\n" +
			"Author: {{word}} <{{word}}@example.org>\nDate:   Mon Nov 23 {{clock}} 2026 +0000\n\n    {{word}}: {{word}}",
		"$ {{word}} --{{word}}={{n}}\n+ set -e\n+ {{word}} {{n}}\nmake[1]: Entering directory '/src/{{word}}'\n" +
			"cc -O2 -c {{word}}.c -o {{word}}.o\n{{word}}.c:{{n}}:{{n}}: warning: unused variable '{{word}}' [-Wunused-variable]\n" +
			"  {{n}} |   int {{word}};\n      |       ^~~~\n=== RUN   Test{{word}}\n--- PASS: Test{{word}} (0.{{n}}s)\n" +
			"ok  \texample.org/{{word}}\t0.{{n}}s\nPASS={{n}} FAIL=0",
		"00000000  48 65 6c 6c 6f 20 {{n}}  |Hello |\n0x{{hex}}: {{hex}} {{hex}}\n-> running {{word}}\n<- done\n" +
			">>> {{word}}({{n}})\n<<< {{n}}\n>> {{word}}\n=> #<{{word}}:0x{{hex}}>\n<= {{n}}\n~> {{word}}\n" +
			"C:\\{{word}}\\{{word}}.exe\nS: {{word}}\nQ: {{word}}?\nA: {{word}}\n... {{n}} more\n.\n..",
	},
}
