"""Imports llama-cpp-python once its native threads have been told how to wait.

OpenMP's threads spin at every barrier by default, hundreds of times a token. As soon as anything else wants
a core (a browser, our own sandbox), the spinning thread burns the time its partner needs: measured on 2 busy
cores, 3 to 10 times fewer tokens a second than with passive waiting. The user's own setting wins. The
library reads it while it is loaded, hence a module of its own.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import llama_cpp

__all__ = ["llama_cpp"]
