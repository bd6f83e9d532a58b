"""Runs a command that the kernel ends when the process that started this file is gone.

`tied.py PARENT COMMAND …`: what is stopped (SIGSTOP) ends, too, so nothing is ever left running.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, *command = sys.argv[1:]
    # Linux keeps this wish across execv; elsewhere only the pid that we remember ends Synapse.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # The parent may have gone before the wish was made.
    if os.getppid() != int(parent):
        sys.exit("tied: whoever started this is gone")
    os.execv(command[0], command)


main()
