"""Importing much at once: each new function is an object, and Python looks for garbage among them again and again.

Without that search a command begins in three quarters of the time. What is loaded stays for good, so it is
frozen: no later search goes through it.
"""

from __future__ import annotations

import gc


def begin_loading() -> None:
    """Look for no garbage until `end_loading`."""
    gc.disable()


def end_loading() -> None:
    """Look for garbage again, in what comes from now on; nothing happens where no loading was begun."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
