"""A network cable between a client and a server: TCP that can be unplugged without notice to either end."""
import selectors
import socket
import threading


class Cable:
    """Forwards connections to `target`, a (host, port) that may be changed, until the end of the block.

    Unplugged, nothing is forwarded and nothing is closed, as when a switch loses power: no FIN, no RST.
    New connections are accepted then, and stay silent.
    """

    def __init__(self, target):
        self.target = target
        self._plugged = True
        self._pairs = {}  # socket -> the other one, None while it is not connected
        self._selector = selectors.DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._wake, self._waker = socket.socketpair()
        for each in (self._listener, self._wake):
            self._selector.register(each, selectors.EVENT_READ)
        self.port = self._listener.getsockname()[1]
        self._ended = False
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._ended = True
        self._waker.send(b"x")
        self._thread.join()
        for each in (self._listener, self._wake, self._waker, *self._pairs):
            each.close()
        self._selector.close()

    def unplug(self):
        self._plugged = False

    def plug(self):
        """Data sent meanwhile arrives, because TCP sends it again."""
        self._plugged = True
        self._waker.send(b"x")

    def _run(self):
        held = set()  # readable while unplugged
        while not self._ended:
            for key, _ in self._selector.select():
                each = key.fileobj
                if each is self._wake:
                    self._wake.recv(4096)
                    for one in held:
                        self._selector.register(one, selectors.EVENT_READ)
                    held.clear()
                elif each is self._listener:
                    self._accept()
                elif not self._plugged:
                    self._selector.unregister(each)
                    held.add(each)
                elif each in self._pairs:
                    self._forward(each)

    def _accept(self):
        near, _ = self._listener.accept()
        far = socket.socket()
        try:
            far.connect(self.target)
        except OSError:
            near.close()  # refused, as by a machine without the server
            far.close()
            return
        self._pairs |= {near: far, far: near}
        for each in (near, far):
            self._selector.register(each, selectors.EVENT_READ)

    def _forward(self, source):
        other = self._pairs[source]
        try:
            data = source.recv(65536)
            other.sendall(data)
        except OSError:
            data = b""
        if data:
            return
        for each in (source, other):
            self._pairs.pop(each)
            if each.fileno() in {key.fd for key in self._selector.get_map().values()}:
                self._selector.unregister(each)
            each.close()
