"""One page in a headless browser, asked over the browser's own debugging protocol."""
import json
import os
import shutil
import signal
import subprocess
import urllib.request

import harness
import websocket


class Page:
    """Opens `url`; what its scripts made of it can be asked for until the end of the block."""

    def __init__(self, browser, folder, url):
        self._profile = folder / "browser"
        command = [browser, "--headless", "--disable-gpu", "--no-first-run", "--disable-extensions",
                   "--remote-debugging-port=0", f"--user-data-dir={self._profile}", url]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses its sandbox to root
        self._browser = subprocess.Popen(command, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL, start_new_session=True)
        self._asked = 0

    def __enter__(self):
        try:
            port_file = self._profile / "DevToolsActivePort"
            text = harness.await_that(lambda: port_file.exists() and port_file.read_text(),
                                      "the browser's debugging port")
            address = f"http://127.0.0.1:{text.split()[0]}"
            target = harness.await_that(lambda: self._page(address), "the browser's page")
            path = target["webSocketDebuggerUrl"].split("/", 3)[3]
            self._client = websocket.Client(address, protocol=None, path="/" + path)
            return self
        except BaseException:
            self._end()
            raise

    def __exit__(self, *error):
        self._client.__exit__()
        self._end()

    def evaluate(self, expression):
        """The value of a JavaScript expression in the page; None when another page came meanwhile."""
        self._asked += 1
        self._client.send({"id": self._asked, "method": "Runtime.evaluate",
                           "params": {"expression": expression, "returnByValue": True}})
        while True:
            answer = self._client.receive()
            if answer.get("id") == self._asked:
                return answer.get("result", {}).get("result", {}).get("value")

    def _page(self, address):
        with urllib.request.urlopen(address + "/json/list", timeout=10) as answer:
            return next((target for target in json.load(answer) if target["type"] == "page"), None)

    def _end(self):
        self._browser.terminate()
        try:
            self._browser.wait(10)
        except subprocess.TimeoutExpired:
            self._browser.kill()
            self._browser.wait()
        # The browser's helper processes run for a moment longer and would still write to the profile.
        try:
            os.killpg(self._browser.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        harness.await_that(self._remove_profile, "the removal of the browser's profile")

    def _remove_profile(self):
        shutil.rmtree(self._profile, ignore_errors=True)
        return not self._profile.exists()
