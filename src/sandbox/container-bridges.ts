// From the port that package clients are told to the socket of the proxy, in whatever the image has: socat, Perl (every
// Debian and Ubuntu has it), Python or Node. An image with none of them has no network; nothing else leads out.
import { bridgeFolder } from './container-arguments.ts'
import { inside } from './places.ts'
import { bridgeScript, proxyPort, socatBridge } from './way-out.ts'

const perl = `use strict; use warnings; use IO::Socket::INET; use IO::Socket::UNIX; use IO::Select;
my ($port, $path) = @ARGV;
$SIG{CHLD} = 'IGNORE';
my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 128, ReuseAddr => 1) or die;
while (1) {
  my $client = $server->accept or next;
  next if fork;
  my $proxy = IO::Socket::UNIX->new(Peer => $path) or exit 1;
  my %other = ($client => $proxy, $proxy => $client);
  my $open = IO::Select->new($client, $proxy);
  while ($open->count) {
    for my $from ($open->can_read) {
      my $read = sysread $from, my $bytes, 65536;
      unless ($read) { $open->remove($from); shutdown $other{$from}, 1; next; }
      for (my $sent = 0; $sent < $read;) {
        my $now = syswrite $other{$from}, $bytes, $read - $sent, $sent;
        exit 1 unless defined $now;
        $sent += $now;
      }
    }
  }
  exit 0;
}
`

const python = `import socket, socketserver, sys, threading

class Bridge(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.socket(socket.AF_UNIX) as proxy:
            proxy.connect(sys.argv[2])
            back = threading.Thread(target=copy, args=(proxy, self.request))
            back.start()
            copy(self.request, proxy)
            back.join()

def copy(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

Server(('127.0.0.1', int(sys.argv[1])), Bridge).serve_forever()
`

const node = `const net = require('node:net')
const [port, path] = process.argv.slice(2)
net.createServer({ allowHalfOpen: true }, (client) => {
  const proxy = net.connect({ path, allowHalfOpen: true })
  for (const socket of [client, proxy]) socket.on('error', () => { client.destroy(); proxy.destroy() })
  client.pipe(proxy).pipe(client)
}).listen(Number(port), '127.0.0.1', 128)
`

/** In the order in which an image is asked for them. */
const bridges = [
  { program: 'perl', file: 'bridge.pl', text: perl },
  { program: 'python3', file: 'bridge.py', text: python },
  { program: 'node', file: 'bridge.cjs', text: node },
]

/** Files of the folder that is shown beside the socket, by name. */
export const bridgeTexts: Record<string, string> = Object.fromEntries(bridges.map(({ file, text }) => [file, text]))

/** Shell that starts the first bridge whose program the image has, and says so where there is none. */
export function containerBridgeScript(): string {
  const started = ({ program, file }: { program: string; file: string }) => [
    `elif command -v ${program} >/dev/null 2>&1; then`,
    bridgeScript(`env -i "PATH=$PATH" ${program} ${bridgeFolder.as}/${file} ${proxyPort} ${inside.proxySocket}`),
  ]
  return [
    'if command -v socat >/dev/null 2>&1; then',
    bridgeScript(socatBridge('socat')),
    ...bridges.flatMap(started),
    'else echo "[the image has none of socat, perl, python3 and node: this command has no network]"',
    'fi',
  ].join('\n')
}
