"""A worker lives until its process has ended, whether or not anybody has waited for that."""

import os
import socket
import subprocess
import sys

from scheduler.liveness import is_alive

HOST = socket.gethostname()


def test_a_process_that_ended_is_no_worker_even_before_it_is_waited_for():
    assert is_alive(f"{HOST}:{os.getpid()}")
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        assert not is_alive(f"{HOST}:{ended.pid}")
    assert not is_alive(f"{HOST}:{ended.pid}")


def test_a_worker_of_another_host_is_left_alone_and_a_nameless_one_is_gone():
    assert is_alive(f"not-{HOST}:1")
    assert not is_alive(f"{HOST}:")
