"""A container engine as its client sees it, for machines that have none: really runs what it is told to, in bubblewrap.

stand-in-engine.py STATE ARGUMENT...    STATE is a folder with `info.json`, what `info` answers; `calls` receives every
call, `containers/NAME` is a container, `images/NAME/bin` the PATH of an image, `stubborn` makes `rm` fail. An image
`missing` is not there, one named `starved` ends by the memory limit, one named `open` has the network of this machine.
"""
import json, os, shutil, signal, subprocess, sys, time

state, arguments = sys.argv[1], sys.argv[2:]
containers = os.path.join(state, 'containers')
FLAGS = {'--read-only', '--no-healthcheck'}
SETTINGS = {
    '--name', '--pull', '--entrypoint', '--workdir', '--hostname', '--network', '--ipc', '--cgroupns', '--cap-drop',
    '--security-opt', '--log-driver', '--user', '--image-volume', '--userns', '--memory', '--memory-swap',
    '--stop-timeout', '--pids-limit', '--cpus', '--tmpfs', '--mount', '--env',
}


def fail(text, code=125):
    hint = "\n\nRun 'docker run --help' for more information\n" if code == 125 else '\n'
    sys.stderr.write(f'Error: {text}{hint}')
    sys.exit(code)


def read(path):
    with open(path) as file:
        return file.read()


def parse(words):
    found, rest = {}, list(words)
    while rest and rest[0].startswith('-'):
        option = rest.pop(0)
        if option in SETTINGS:
            found.setdefault(option, []).append(rest.pop(0))
        elif option in FLAGS:
            found[option] = []
        else:
            fail(f'unknown flag: {option}')
    return found, rest[0], rest[1:]


def walls(options, image):
    """The container as bubblewrap builds it; `/` is the image's."""
    own = os.path.join(state, 'images', image, 'bin')
    system = [each for each in ('/usr', '/bin', '/sbin', '/lib', '/lib64') if os.path.exists(each)]
    made = ['bwrap', '--as-pid-1', '--die-with-parent', '--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts']
    if options.get('--network') == ['none'] and image != 'open':
        made += ['--unshare-net']
    user, group = options['--user'][0].split(':')
    made += ['--uid', user, '--gid', group, '--hostname', options['--hostname'][0], '--tmpfs', '/']
    for each in system:
        made += ['--symlink', os.readlink(each), each] if os.path.islink(each) else ['--ro-bind', each, each]
    for each in ('ld.so.cache', 'alternatives', 'ssl'):
        made += ['--ro-bind-try', f'/etc/{each}', f'/etc/{each}']
    made += ['--proc', '/proc', '--dev', '/dev']
    for each in options.get('--tmpfs', []):
        made += ['--perms', '1777', '--tmpfs', each.split(':')[0]]
    for each in options.get('--mount', []):
        fields = dict(field.split('=', 1) if '=' in field else (field, True) for field in each.split(','))
        if not os.path.exists(fields['source']):
            fail(f"bind source path does not exist: {fields['source']}")
        made += ['--ro-bind' if 'readonly' in fields else '--bind', fields['source'], fields['target']]
    node = os.environ['OUR_NODE']
    made += ['--ro-bind', os.path.dirname(node), '/image/node']
    path = '/usr/local/bin:/usr/bin:/bin:/image/node'
    if os.path.isdir(own):
        path = '/image/bin'
        made += ['--ro-bind', own, path]
    made += ['--remount-ro', '/'] if '--read-only' in options else []
    made += ['--cap-drop', 'ALL'] if options.get('--cap-drop') == ['ALL'] else []
    made += ['--chdir', options['--workdir'][0], '--clearenv', '--setenv', 'PATH', path, '--setenv', 'OF_THE_IMAGE', 'yes']
    for each in options.get('--env', []):
        made += ['--setenv', *each.split('=', 1)]
    return made + ['--', options['--entrypoint'][0]]


def run(words):
    options, image, command = parse(words)
    if image == 'missing':
        fail(f'no such image: {image}')
    folder = os.path.join(containers, options['--name'][0])
    os.makedirs(folder)
    with open(os.path.join(folder, 'image'), 'w') as file:
        file.write(image)
    line = walls(options, image) + command
    if image == 'starved':
        line = ['/bin/sh', '-c', 'kill -9 $$']
    # As an engine does, somebody else than the client watches over it: the client's end is not the container's.
    watch = ['/bin/sh', '-c', 'folder=$1; shift; "$@"; echo $? > "$folder/ended.new"; mv "$folder/ended.new" "$folder/ended"']
    env = {'PATH': '/usr/bin:/bin', 'STAND_IN': options['--name'][0]}
    subprocess.Popen([*watch, 'sh', folder, *line], env=env, stdin=subprocess.DEVNULL, start_new_session=True).wait()
    sys.exit(int(read(os.path.join(folder, 'ended'))))


def inspect(name):
    folder = os.path.join(containers, name)
    if not os.path.isdir(folder):
        fail(f'no such container: {name}', 1)
    ended = os.path.join(folder, 'ended')
    known = {'Status': 'running', 'ExitCode': 0, 'OOMKilled': False, 'Error': ''}
    if os.path.exists(ended):
        starved = read(os.path.join(folder, 'image')) == 'starved'
        known = {**known, 'Status': 'exited', 'ExitCode': int(read(ended)), 'OOMKilled': starved}
    print(json.dumps(known))


def remove(names):
    if os.path.exists(os.path.join(state, 'stubborn')):
        fail('device or resource busy', 1)
    for name in names:
        while kill(name):
            time.sleep(0.01)
        folder = os.path.join(containers, name)
        os.remove(folder) if os.path.isfile(folder) else shutil.rmtree(folder, ignore_errors=True)


def kill(name):
    found = 0
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            with open(f'/proc/{pid}/environ', 'rb') as file:
                if f'STAND_IN={name}\0'.encode() in file.read() + b'\0':
                    os.kill(int(pid), signal.SIGKILL)
                    found += 1
        except OSError:
            pass
    return found


os.makedirs(containers, exist_ok=True)
with open(os.path.join(state, 'calls'), 'a') as file:
    file.write(json.dumps(arguments) + '\n')
if arguments[0] == 'info':
    print(read(os.path.join(state, 'info.json')))
elif arguments[0] == 'run':
    run(arguments[1:])
elif arguments[:2] == ['container', 'inspect']:
    inspect(arguments[-1])
elif arguments[0] == 'rm':
    remove([each for each in arguments[1:] if not each.startswith('--')])
elif arguments[0] == 'ps':
    wanted = arguments[arguments.index('--filter') + 1].removeprefix('name=')
    print('\n'.join(name for name in os.listdir(containers) if wanted in name))
else:
    fail(f'unknown command: {arguments[0]}')
