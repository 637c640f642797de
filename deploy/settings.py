"""Derives a configuration from the shipped one: free ports, other values.

The demo and the tests over the built executable start servers beside whatever else runs on the
machine, so they cannot count on the ports that deploy/indexcast.toml names.
"""
import json
import pathlib
import random
import socket
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "deploy" / "indexcast.toml"


def load(path=SHIPPED):
    """The settings of a file as nested dictionaries, its paths made absolute."""
    path = pathlib.Path(path)
    settings = tomllib.loads(path.read_text(encoding="utf-8"))
    here = path.resolve().parent
    for key in ("definitions", "calendar"):
        settings[key] = [str(here / name) for name in settings.get(key, [])]
    szse = settings.get("szse", {})
    for gateway in (*szse.get("gateways", []), *szse.get("resend_gateways", [])):
        if gateway.get("password_file"):
            gateway["password_file"] = str(here / gateway["password_file"])
    for fund in settings.get("funds", []):
        for key in ("composition", "closes"):
            if fund.get(key):
                fund[key] = str(here / fund[key])
    if settings.get("journal", {}).get("directory"):
        settings["journal"]["directory"] = str(here / settings["journal"]["directory"])
    return settings


def port_is_free(port, kind=socket.SOCK_STREAM, host="127.0.0.1"):
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


class Ports:
    """Hands out ports that are free now, each once."""

    def __init__(self):
        self._given = set()

    def take(self, preferred=0, kind=socket.SOCK_STREAM):
        """`preferred` when it is free, else another one."""
        if preferred and preferred not in self._given and port_is_free(preferred, kind):
            port = preferred
        else:
            port = self._any(kind)
        self._given.add(port)
        return port

    def _any(self, kind):
        # Not one that the system gives: it could give it again, to any connection on its way out,
        # before the server listens there. Linux takes those from 32768 upwards, unless told otherwise.
        while True:
            port = random.randrange(10000, 32768)
            if port not in self._given and port_is_free(port, kind):
                return port


def _moved(address, ports, kind, keep):
    host, _, port = address.rpartition(":")
    return f"{host}:{ports.take(int(port) if keep else 0, kind)}"


def move_to_free_ports(settings, keep=True):
    """Gives every listener a port of its own; with `keep`, the configured one where it is free."""
    ports = Ports()
    for gateway in (*settings["sse"]["gateways"], *settings["szse"]["gateways"],
                    *settings["szse"].get("resend_gateways", [])):
        gateway["address"] = _moved(gateway["address"], ports, socket.SOCK_STREAM, keep)
    retransmission = settings["hkex"]["retransmission"]
    retransmission["servers"] = [
        _moved(address, ports, socket.SOCK_STREAM, keep) for address in retransmission["servers"]]
    for channel in settings["hkex"]["channels"]:
        for line in ("line_a", "line_b", "refresh_a", "refresh_b"):
            channel[line] = _moved(channel[line], ports, socket.SOCK_DGRAM, keep)
    for key in ("publish", "query"):
        settings["zmq"][key] = _moved(settings["zmq"][key], ports, socket.SOCK_STREAM, keep)
    settings["http"]["port"] = ports.take(settings["http"]["port"] if keep else 0)
    settings["admin"]["port"] = ports.take(settings["admin"]["port"] if keep else 0)
    return settings


def set_simulated_day(settings, speed):
    """No judgement of clocks: a simulated day has another date than the host. Nor of lags unless speed is 1."""
    for venue in ("sse", "szse", "hkex"):
        settings[venue]["max_clock_difference"] = "0s"
        if speed != 1:
            settings[venue]["max_lag"] = "0s"
    return settings


def _plain(value):
    # JSON's text and arrays of text are TOML's too, as are its numbers and its true and false.
    return json.dumps(value, ensure_ascii=False)


def _is_tables(value):
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def dump(settings, path=()):
    """TOML text of nested dictionaries: plain keys, then the tables within."""
    lines, inner = [], []
    for key, value in settings.items():
        name = ".".join((*path, key))
        if isinstance(value, dict):
            inner.append(f"\n[{name}]\n" + dump(value, (*path, key)))
        elif _is_tables(value):
            inner.extend(f"\n[[{name}]]\n" + dump(each, (*path, key)) for each in value)
        else:
            lines.append(f"{key} = {_plain(value)}\n")
    return "".join(lines + inner)
